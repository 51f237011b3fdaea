"""The waking inner learning rate: every exchange is lived at the one that was chosen, and lived again at the same."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import tiny

from engine.errors import ConfigError
from engine.io.bitt import save_bitt
from engine.io.soul import load_soul
from engine.llama import Llama
from engine.runtime.select import create_runtime
from engine.session.active_soul import Dial
from engine.session.history import heard_by, history_of, turns_of
from engine.session.memory_session import MemorySession
from engine.session.replay import replay
from engine.session.timeline import digest
from engine.text.sampling import SamplingParams
from engine.text.template import ChatMessage

GREEDY = SamplingParams(temperature=0)


def lines(mind: MemorySession) -> list[dict[str, object]]:
    """The log as it is on the disk."""
    text = "".join(path.read_text(encoding="utf-8") for path in sorted(mind.log.folder.glob("*.jsonl")))
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture
def told(mind: MemorySession) -> tuple[MemorySession, list[str]]:
    """A mind that was told three things, each at a rate of its own, and the ids of these messages."""
    for text, rate in (("My cat is Miso.", 0.5), ("My dog is Rex.", 1.0), ("I live in Oslo.", 1.5)):
        mind.say(text, max_tokens=6, sampling=GREEDY, rate=rate)
    return mind, [entry.id for entry in mind.log.entries() if entry.role == "user"]


def test_another_rate_makes_another_soul_from_the_next_message_on(tmp_path: Path, model: Path) -> None:
    souls = {}
    for rate in (0.5, 1.0, 1.5):
        with MemorySession.open(tmp_path / str(rate), model, device="cpu") as mind:
            mind.say("My cat is Miso.", max_tokens=4, sampling=GREEDY)
            before = digest(mind.llama.soul())
            mind.say("My dog is Rex.", max_tokens=4, sampling=GREEDY, rate=rate)
            souls[rate] = digest(mind.llama.soul())
            assert mind.llama.rate_scale == 1, "it is the rate of an exchange"
            assert digest(load_soul(mind.store.active)) == souls[rate] != before
    assert len(set(souls.values())) == 3


def test_an_exchange_is_what_the_body_makes_of_it_at_that_rate(mind: MemorySession) -> None:
    alone = Llama(mind.llama.body, create_runtime(mind.llama.body, device="cpu"))
    alone.rate_scale = 1.5
    expected = alone.stream_chat([ChatMessage("user", "My cat is Miso.")], 6, GREEDY)
    assert mind.say("My cat is Miso.", max_tokens=6, sampling=GREEDY, rate=1.5).text == expected.text
    assert digest(mind.llama.soul()) == digest(alone.soul())


def test_the_log_says_it_where_it_was_not_the_usual_one(told: tuple[MemorySession, list[str]]) -> None:
    mind, _ = told
    assert [line.get("rate") for line in lines(mind) if line["role"] == "assistant"] == [0.5, None, 1.5]
    assert all("rate" not in line for line in lines(mind) if line["role"] == "user")
    assert [turn.rate for turn in turns_of(mind.log.entries()).values()] == [0.5, 1.0, 1.5]


def lived_again(mind: MemorySession, change: Callable[[dict[str, object]], dict[str, object]]) -> str:
    """SHA-256 of the soul that the log makes from its birth, its replies' further keys changed."""
    entries = [replace(entry, extra=change(dict(entry.extra))) for entry in mind.log.entries()]
    llama, meta = Llama(mind.llama.body, create_runtime(mind.llama.body, device="cpu")), mind.llama.meta
    replay(llama, None, history_of(meta, turns_of(entries)).steps, heard_by(entries, mind.store.key, meta.history))
    assert llama.rate_scale == 1
    return digest(llama.soul())


def test_living_it_again_gives_the_bits_and_the_rate_decides(told: tuple[MemorySession, list[str]]) -> None:
    mind, _ = told
    assert lived_again(mind, lambda extra: extra) == digest(mind.llama.soul())
    assert lived_again(mind, lambda extra: extra | {"rate": 1.0}) != digest(mind.llama.soul())


def test_a_log_from_before_there_was_a_rate_is_lived_at_the_usual_one(mind: MemorySession) -> None:
    mind.say("My cat is Miso.", max_tokens=6, sampling=GREEDY)
    mind.say("My dog is Rex.", max_tokens=6, sampling=GREEDY)
    assert all("rate" not in line for line in lines(mind))
    assert lived_again(mind, lambda extra: extra) == digest(mind.llama.soul())


@pytest.mark.parametrize("rate", [True, "2", None, float("inf")])
def test_an_exchange_whose_rate_cannot_be_is_not_known(told: tuple[MemorySession, list[str]], rate: object) -> None:
    mind, _ = told
    entries = [replace(e, extra=e.extra | {"rate": rate}) if "rate" in e.extra else e for e in mind.log.entries()]
    assert len(turns_of(entries)) == 1


@pytest.mark.parametrize("gone", [0, 1, 2])
def test_forgetting_lives_the_rest_again_each_at_its_rate(told: tuple[MemorySession, list[str]], gone: int) -> None:
    mind, ids = told
    mind.forget(mind.forget_plan(ids[gone]))
    assert digest(load_soul(mind.store.active)) == digest(mind.llama.soul())
    llama = Llama(mind.llama.body, create_runtime(mind.llama.body, device="cpu"))
    for line, reply in zip(lines(mind)[::2], lines(mind)[1::2], strict=True):
        llama.rate_scale = float(str(reply.get("rate", 1)))
        llama.replay([ChatMessage("user", str(line["text"]))], reply["tokens"])  # type: ignore[arg-type]
    assert digest(llama.soul()) == digest(mind.llama.soul())
    assert [line.get("rate") for line in lines(mind)[1::2]] == [r for n, r in enumerate((0.5, None, 1.5)) if n != gone]


def test_a_system_prompt_that_moves_on_leaves_the_rates_where_they_were(mind: MemorySession) -> None:
    mind.say("My cat is Miso.", system="Be kind.", max_tokens=6, sampling=GREEDY, rate=0.5)
    mind.say("My dog is Rex.", system="Be kind.", max_tokens=6, sampling=GREEDY, rate=1.5)
    first, *_ = (entry for entry in mind.log.entries() if entry.role == "user")
    mind.forget(mind.forget_plan(first.id))
    assert [(line["role"], line.get("rate")) for line in lines(mind)] == [
        ("system", None),
        ("user", None),
        ("assistant", 1.5),
    ]
    assert lived_again(mind, lambda extra: extra) == digest(mind.llama.soul())


def test_going_back_and_saying_it_at_another_rate(mind: MemorySession) -> None:
    mind.say("My cat is Miso.", max_tokens=6, sampling=GREEDY, rate=1.5)
    mark, before = mind.mark(), digest(mind.llama.soul())
    mind.say("My dog is Rex.", max_tokens=6, sampling=GREEDY, rate=1.5)
    first, end = digest(mind.llama.soul()), mind.mark()
    said = [entry.id for entry in mind.log.entries()][2:]
    mind.rewind(mark, replaced=said)
    assert digest(mind.llama.soul()) == before
    mind.say("My dog is Rex.", max_tokens=6, sampling=GREEDY, rate=0.5)
    assert digest(mind.llama.soul()) != first
    assert lived_again(mind, lambda extra: extra) == digest(mind.llama.soul())
    mind.rewind(end, replaced=[e.id for e in mind.log.entries()][4:], restored=said)
    assert digest(mind.llama.soul()) == first == lived_again(mind, lambda extra: extra)


@pytest.mark.parametrize("rate", [0, -1.0, float("nan"), True, "2"])
def test_a_rate_that_cannot_be_is_refused_before_anything_is_kept(mind: MemorySession, rate: object) -> None:
    before = mind.conversation
    with pytest.raises(ConfigError, match="must be a number above 0"):
        mind.say("My cat is Miso.", "another", rate=rate)  # type: ignore[arg-type]
    assert (lines(mind), mind.level, mind.conversation) == ([], 0, before)


def test_a_rate_that_its_body_cannot_bear_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "tied.bitt"
    save_bitt(path, tiny.body("tied"), packed=True)
    with MemorySession.open(tmp_path / "workspace", path, device="cpu") as mind:
        limit = mind.llama.runtime.max_rate_scale
        with pytest.raises(ConfigError, match=f"below {limit:g}"):
            mind.say("My cat is Miso.", rate=limit)
        assert mind.log.entries() == []


def test_an_error_in_the_middle_leaves_the_usual_rate(mind: MemorySession) -> None:
    def fail(_: str) -> None:
        raise RuntimeError("the window went away")

    with pytest.raises(RuntimeError):
        mind.say("My cat is Miso.", on_text=fail, sampling=SamplingParams(seed=1, top_k=5), rate=0.5)
    assert mind.llama.rate_scale == 1
    assert mind.level == 0


@pytest.mark.parametrize("dial", ["use", "temporary"])
def test_a_conversation_that_leaves_nothing_is_followed_at_it_too(mind: MemorySession, dial: Dial) -> None:
    mind.say("My cat is Miso.", max_tokens=4, sampling=GREEDY)
    before, followed = digest(mind.llama.soul()), set()
    for rate in (0.5, 1.5):
        mind.say("A secret.", "x", max_tokens=4, sampling=GREEDY, dial=dial, rate=rate)
        followed.add(digest(mind.llama.soul()))
        mind.new_conversation()
    assert len(followed) == 2
    assert digest(mind.llama.soul()) == before


def test_a_newborn_beside_it_reads_at_it_too(mind: MemorySession) -> None:
    question = "What is the name of my cat? " * 8
    mind.say("My cat is Miso.", max_tokens=4, sampling=GREEDY)
    before = digest(mind.llama.soul())
    said = {mind.answer_without_soul(question, "", GREEDY, 40, rate=rate).ids for rate in (0.01, 1.0, 4.0)}
    assert len(said) > 1
    assert (digest(mind.llama.soul()), mind.llama.rate_scale) == (before, 1)
