"""Forgetting is exact: the soul afterwards is, bit for bit, the one that the log without the message gives."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.errors import ConfigError
from engine.io.conversation_log import ConversationLog
from engine.io.soul import Soul, load_soul
from engine.llama import Llama
from engine.runtime.base import Cancelled
from engine.session.history import heard_by, history_of, turns_of
from engine.session.memory_session import MemorySession
from engine.session.replay import replay
from engine.session.timeline import digest
from engine.text.sampling import SamplingParams

Wake = Callable[[], MemorySession]
SECRET = "zanzibar"


def fast(mind: MemorySession) -> np.ndarray:
    return np.stack(mind.llama.runtime.read_fast())


def say(
    mind: MemorySession, text: str, conversation: str | None = None, system: str = "", most: int = 6, rate: float = 1.0
) -> str:
    """Say something; returns the id of the message."""
    mind.say(text, conversation, system, SamplingParams(seed=len(text)), most, rate=rate)
    return next(entry.id for entry in reversed(mind.log.entries()) if entry.role == "user")


def eventful(wake: Wake) -> tuple[MemorySession, dict[str, str]]:
    """A life with all that can happen in one, and ids of its messages."""
    ids = {}
    mind = wake()
    ids["first"] = say(mind, "My cat is Miso.", "one", "Be kind.")
    ids["second"] = say(mind, f"The password is {SECRET}.", "one", "Be kind.", 30)
    mind.keep("in the middle of it")
    ids["third"] = say(mind, "I live in Oslo.", "one", "Be kind.", rate=0.5)
    seeded = SamplingParams(seed=3)
    mind.say("stop", on_text=lambda _: False, max_tokens=9, sampling=seeded)
    mind.say("never read", cancel=lambda: True)
    with pytest.raises(RuntimeError):
        mind.say("never answered", on_text=lambda _: (_ for _ in ()).throw(RuntimeError("gone")), sampling=seeded)
    ids["two"] = say(mind, "Another talk.", "two", "Be brief.", rate=1.5)
    mind.sleep(method="replay", rate=2, passes=2)
    ids["after"] = say(mind, "Good morning.", "two", "Be brief.")
    mind = wake()
    ids["again"] = say(mind, "Back again.", "two", "Be brief.")
    mind.restore(mind.timeline.moments()[-1].id)
    ids["late"] = say(mind, "After going back.")
    mind.sleep(method="replay", rate=3)
    ids["last"] = say(mind, "The last word.", rate=0.5)
    return mind, ids


def made_from(mind: MemorySession, meta: object, folder: Path, start: Soul | None = None, skip: int = 0) -> Llama:
    """The soul that a log makes, from its birth or from another one, by a model of its own."""
    assert hasattr(meta, "history")
    entries = ConversationLog(folder).entries()
    llama = Llama.load_auto(str(mind.llama.body.path), "cpu")
    steps = history_of(meta, turns_of(entries)).steps[skip:]  # type: ignore[arg-type]
    replay(llama, start, steps, heard_by(entries, mind.store.key, meta.history))
    return llama


@pytest.mark.slow
def test_a_whole_life_lived_again_is_the_living_soul(wake: Wake) -> None:
    mind, _ = eventful(wake)
    again = made_from(mind, mind.llama.meta, mind.log.folder)
    assert digest(again.soul()) == digest(mind.llama.soul())
    assert again.level == mind.level


@pytest.mark.slow
@pytest.mark.parametrize("name", ["first", "second", "two", "after", "last"])
def test_forgetting_gives_the_soul_of_the_log_without_the_message(wake: Wake, name: str, tmp_path: Path) -> None:
    mind, ids = eventful(wake)
    before = mind.log.entries()
    plan = mind.forget_plan(ids[name])
    assert {entry.role for entry in plan.reduced.gone} <= {"user", "assistant", "system"}
    mind.forget(plan)

    # The same log, reduced by other means: lines are taken out of the text, and the pointers mended by hand.
    lines = [json.loads(json.dumps({**vars(e), **e.extra, "extra": None})) for e in before]
    at = next(i for i, line in enumerate(lines) if line["id"] == ids[name])
    first = at - 1 if lines[at - 1]["role"] == "system" else at
    taken, reply = lines[first], lines[at + 1]
    rest = lines[:first] + lines[at + 2 :]
    follower = next((i for i, line in enumerate(rest) if line.get("after") == reply["id"]), None)
    for line in rest:
        if line.get("after") == reply["id"]:
            line["after"] = taken["after"]
            if taken.get("begins"):
                line["begins"] = True
    if first < at and follower is not None and rest[follower]["role"] == "user" and name == "first":
        rest.insert(follower, {**taken})  # the system prompt is still read by what follows
        rest[follower + 1].pop("after")
        rest[follower + 1].pop("begins", None)
    folder = tmp_path / "reduced"
    folder.mkdir()
    text = "".join(json.dumps({k: v for k, v in line.items() if k != "extra"}) + "\n" for line in rest)
    (folder / "2026-01-01.jsonl").write_text(text)

    meta = mind.llama.meta
    known = [event for event in meta.history if event["event"] != "forget"]
    for event in known:
        event["lived"] = taken["after"] if event["lived"] == reply["id"] else event["lived"]
    expected = made_from(mind, replace(meta, history=known), folder)
    assert digest(expected.soul()) == digest(mind.llama.soul())
    assert digest(load_soul(mind.store.active)) == digest(mind.llama.soul())
    assert mind.level == expected.level
    texts = [(e.role, e.text) for e in ConversationLog(folder).entries()]
    assert [(e.role, e.text) for e in mind.log.entries()] == texts


def test_forgetting_the_last_word_is_the_soul_before_it(mind: MemorySession) -> None:
    say(mind, "My cat is Miso.")
    before, level = fast(mind), mind.level
    mind.forget(mind.forget_plan(say(mind, "And nothing else.")))
    assert (fast(mind) == before).all()
    assert mind.level == level


def test_the_text_is_nowhere_in_the_workspace_any_more(wake: Wake) -> None:
    mind, ids = eventful(wake)

    def holding() -> list[Path]:
        files = [path for path in mind.workspace.root.rglob("*") if path.is_file()]
        return [path for path in files if SECRET.encode() in path.read_bytes()]

    assert holding()
    others = [e.text for e in mind.log.entries() if e.role == "user" and SECRET not in e.text]
    mind.forget(mind.forget_plan(ids["second"]))
    assert holding() == []
    assert [e.text for e in mind.log.entries() if e.role == "user"] == others
    assert not (mind.workspace.root / "unfinished").exists()


def test_kept_souls_that_lived_it_go_and_named_ones_come_back_without_it(wake: Wake) -> None:
    mind, ids = eventful(wake)
    moments = mind.timeline.moments()
    save = next(m for m in moments if m.event == "save")
    mind.timeline.rename(save.id, "middle")
    night = next(m for m in moments if m.event == "sleep")
    mind.timeline.pin(night.id)
    plan = mind.forget_plan(ids["first"])
    assert {m.id for _, m in plan.deleted} | {m.id for _, m in plan.stale} == {m.id for m in moments}
    assert [m.id for _, m in plan.stale] == [night.id]
    mind.forget(plan)
    after = {m.id: m for m in mind.timeline.moments()}
    assert after[night.id].stale
    assert after[night.id].pinned
    assert [m.id for m in after.values() if m.id in {x.id for x in moments}] == [night.id]
    middle = mind.timeline.find("middle")
    assert (middle.event, middle.when, middle.stale) == ("save", save.when, False)
    meta = middle.meta
    assert digest(mind.store.read(middle.id)) == digest(made_from(mind, meta, mind.log.folder).soul())
    assert [e["event"] for e in mind.llama.soul_history] == ["save", "sleep", "restore", "sleep", "forget"]


def test_a_kept_moment_shortens_the_way(wake: Wake) -> None:
    mind, ids = eventful(wake)
    (late,) = mind.forget_plan(ids["last"]).rebuilds
    (early,) = mind.forget_plan(ids["first"]).rebuilds
    assert late.start is not None
    assert late.start.event == "sleep"
    assert (late.turns, late.nights) == (0, 0)
    assert early.start is None
    assert (early.turns, early.nights) == (6, 2)
    assert early.tokens > 200
    assert mind.forget_plan(ids["first"]).seconds > 0
    third = mind.forget_plan(ids["third"]).rebuilds[0]
    assert third.start is None  # a moment kept in mid-talk lacks what was transient: it would not be exact


def test_a_plan_changes_nothing(wake: Wake) -> None:
    mind, ids = eventful(wake)
    mind.save()
    before = {path: path.read_bytes() for path in mind.workspace.root.rglob("*") if path.is_file()}
    soul, transient = digest(mind.llama.soul()), mind.llama.fresh
    mind.forget_plan(*ids.values())
    assert before == {path: path.read_bytes() for path in mind.workspace.root.rglob("*") if path.is_file()}
    assert (digest(mind.llama.soul()), mind.llama.fresh) == (soul, transient)


@pytest.mark.parametrize("after", [0, 3, 30])
def test_cancelling_leaves_everything_as_it_was(wake: Wake, after: int) -> None:
    mind, ids = eventful(wake)
    plan = mind.forget_plan(ids["second"])
    before = {path: path.read_bytes() for path in mind.workspace.root.rglob("*") if path.is_file()}
    soul = digest(mind.llama.soul())
    asked = iter([False] * after)
    with pytest.raises(Cancelled):
        mind.forget(plan, cancel=lambda: next(asked, True))
    assert digest(mind.llama.soul()) == soul
    assert before == {path: path.read_bytes() for path in mind.workspace.root.rglob("*") if path.is_file()}
    mind.forget(mind.forget_plan(ids["second"]))


def test_a_full_disk_leaves_everything_as_it_was(
    wake: Wake, full_disk: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    mind, ids = eventful(wake)
    plan, soul = mind.forget_plan(ids["second"]), digest(mind.llama.soul())
    full_disk()
    with pytest.raises(Exception, match="Could not write"):
        mind.forget(plan)
    monkeypatch.undo()
    assert digest(mind.llama.soul()) == soul == digest(load_soul(mind.store.active))
    assert any(SECRET in entry.text for entry in mind.log.entries())


def test_a_whole_conversation(wake: Wake) -> None:
    mind, _ = eventful(wake)
    mind.forget(mind.forget_plan(*[e.id for e in mind.log.entries() if e.conversation == "one"]))
    assert {e.conversation for e in mind.log.entries()}.isdisjoint({"one"})
    again = made_from(mind, mind.llama.meta, mind.log.folder)
    assert digest(again.soul()) == digest(mind.llama.soul())


def test_what_was_never_lived_only_leaves_the_log(wake: Wake) -> None:
    mind, _ = eventful(wake)
    soul = digest(mind.llama.soul())
    (failed,) = [e.id for e in mind.log.entries() if e.text == "never read" and e.role == "user"]
    mind.sleep(method="replay")
    plan = mind.forget_plan(failed)
    assert plan.rebuilds, "its sleeps replayed it"
    mind.say("fresh and failed", cancel=lambda: True)
    soul = digest(mind.llama.soul())
    (failed,) = [e.id for e in mind.log.entries() if e.text == "fresh and failed"]
    plan = mind.forget_plan(failed)
    assert (plan.rebuilds, plan.deleted) == ((), ())
    mind.forget(plan)
    assert digest(mind.llama.soul()) == soul
    assert all(e.text != "fresh and failed" for e in mind.log.entries())


def test_a_branch_forgets_with_the_soul_it_came_from(wake: Wake) -> None:
    mind, ids = eventful(wake)
    mind.branch("luna")
    mind.switch("luna")
    say(mind, "I am the branch.")
    plan = mind.forget_plan(ids["second"])
    assert {one.store.name for one in plan.rebuilds} == {"main", "luna"}
    mind.forget(plan)
    for name in ("luna", "main"):
        mind.switch(name)
        again = made_from(mind, mind.llama.meta, mind.log.folder)
        assert digest(again.soul()) == digest(mind.llama.soul())
        assert mind.level > 0


def test_forgetting_cannot_be_undone_and_goes_on_living(wake: Wake) -> None:
    mind, ids = eventful(wake)
    mind.forget(mind.forget_plan(ids["second"]))
    with pytest.raises(ConfigError, match="stays forgotten"):
        mind.undo()
    forgot = digest(mind.llama.soul())
    mind = wake()
    assert digest(mind.llama.soul()) == forgot
    mind.forget(mind.forget_plan(ids["third"], say(mind, "Later still.")))
    again = made_from(mind, mind.llama.meta, mind.log.folder)
    assert digest(again.soul()) == digest(mind.llama.soul())


def test_an_unknown_id_and_an_unknown_past(mind: MemorySession, tmp_path: Path) -> None:
    first = say(mind, "My cat is Miso.")
    for bad in ("", "nobody", first[:3]):
        if bad != first[:3]:
            with pytest.raises(ConfigError, match="no message"):
                mind.forget_plan(bad)
    old = mind.llama.soul()
    active = mind.store.active
    from engine.io.soul import save_soul

    save_soul(active, replace(old, meta=replace(old.meta, lived="?", history=[])))
    mind.soul.wake()
    told = say(mind, "A second word.")
    with pytest.raises(ConfigError, match="cannot be made anew"):
        mind.forget_plan(told)
