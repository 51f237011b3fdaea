"""A soul in memory layers beside a transformer: kept, woken, left alone, forgotten exactly; and notes for the day."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import tiny_transformer

from engine.cli import main
from engine.errors import ConfigError, SoulMismatchError
from engine.io.conversation_log import ConversationLog
from engine.io.model_file import open_model
from engine.io.soul import load_meta, load_soul
from engine.llama import Llama
from engine.runtime.torch_transformer import TorchTransformer
from engine.session.history import heard_by, history_of, turns_of
from engine.session.memory_session import MemorySession
from engine.session.replay import replay
from engine.session.timeline import digest
from engine.session.workspace import Workspace
from engine.text.sampling import SamplingParams
from engine.text.template import ChatMessage

GREEDY = SamplingParams(temperature=0)
SECRET = "zanzibar"
Open = Callable[..., MemorySession]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_transformer.save_both(tmp_path_factory.mktemp("tiny") / "tiny")


def llama_of(folder: Path, context: int | None = None) -> Llama:
    weights = open_model(folder)
    return Llama(weights, TorchTransformer(weights, "cpu", context=context))


@pytest.fixture
def wake(workspace: Workspace, folder: Path) -> Iterator[Open]:
    """Opens the session of this test's workspace, closing the one before as a restart does."""
    held: list[MemorySession] = []

    def open_again(context: int | None = None) -> MemorySession:
        if held:
            held.pop().close()
        held.append(MemorySession(workspace, workspace.lock(), llama_of(folder, context)))
        return held[-1]

    yield open_again
    for session in held:
        session.close()


def say(session: MemorySession, text: str, conversation: str | None = None, system: str = "", most: int = 6) -> str:
    """Say something; returns the id of the message."""
    session.say(text, conversation, system, GREEDY, most)
    return next(entry.id for entry in reversed(session.log.entries()) if entry.role == "user")


def read(session: MemorySession) -> str:
    """What stands in the context."""
    return session.llama.tokenizer.decode(session.llama.runtime.state.tokens, special=True)


def test_it_learns_what_it_is_told_and_wakes_with_it(wake: Open, folder: Path) -> None:
    session = wake()
    say(session, "My cat is Miso.")
    soul = session.llama.soul()
    assert all(np.abs(layer).max() > 0 for layer in soul.layers)
    held = load_soul(session.store.active)
    assert (held.meta.schema, held.meta.version) == ("memory-v1", 2)
    assert held.layers[0].shape == tiny_transformer.MEMORY.fast_shape
    again = wake()
    assert digest(again.llama.soul()) == digest(soul)
    assert again.level == soul.meta.level > 0
    assert again.soul_name == "main"


def test_a_killed_program_wakes_with_what_was_answered(workspace: Workspace, folder: Path) -> None:
    script = (
        "import os, sys; from engine.session.memory_session import MemorySession\n"
        "session = MemorySession.open(sys.argv[1], sys.argv[2], 'cpu', 1)\n"
        "session.say('My cat is Miso.', max_tokens=5); print(session.level, flush=True)\n"
        "os._exit(9)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(workspace.root), str(folder)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 9, done.stderr
    with MemorySession.open(workspace, folder, "cpu") as session:
        assert session.level == int(done.stdout)
        assert np.stack(session.llama.soul().layers).any()
        assert [note.text for note in session.notes] == ["My cat is Miso."]


def test_only_the_persons_words_are_learned(folder: Path) -> None:
    """Neither the system prompt, nor the template, nor the reply changes what one message writes."""

    def soul_after(*messages: ChatMessage) -> list[np.ndarray]:
        llama = llama_of(folder)
        llama.stream_chat(messages, 5, GREEDY)
        return llama.soul().layers

    assert not np.stack(soul_after(ChatMessage("system", "Be kind."))).any()
    assert np.stack(soul_after(ChatMessage("user", "My cat is Miso."))).any()


def test_a_soul_changes_what_is_replied_and_a_newborns_does_not(folder: Path) -> None:
    weights = open_model(folder, memory=None)
    bare, newborn, lived = Llama(weights, TorchTransformer(weights, "cpu")), llama_of(folder), llama_of(folder)
    for text in ("My cat is Miso.", "I live in Oslo, near the harbour."):
        lived.stream_chat([ChatMessage("user", text)], 3, GREEDY)
    lived.new_conversation()
    plain = bare.stream_completion("Where do I live?", 12, 0).ids
    assert newborn.stream_completion("Where do I live?", 12, 0).ids == plain
    for llama in (newborn, lived):
        llama.new_conversation()
        llama.stream_chat([ChatMessage("user", "Where do I live?")], 1, GREEDY)
    mine, theirs = (llama.runtime.step(5) for llama in (lived, newborn))
    assert np.abs(mine - theirs).max() > 1e-3


def test_ways_that_were_tried_and_left_leave_no_trace(folder: Path) -> None:
    llama, fed = llama_of(folder), llama_of(folder)
    message = [ChatMessage("user", "My cat is Miso.")]
    done = llama.stream_chat(message, 12, SamplingParams(temperature=0, beams=3))
    fed.replay(message, done.ids)
    assert llama.runtime.state.tokens == fed.runtime.state.tokens  # type: ignore[attr-defined]
    np.testing.assert_array_equal(np.stack(llama.soul().layers), np.stack(fed.soul().layers))
    after = [one.stream_chat([ChatMessage("user", "And?")], 8, GREEDY).ids for one in (llama, fed)]
    assert after[0] == after[1]


@pytest.mark.parametrize("dial", ["use", "temporary"])
def test_a_conversation_that_leaves_no_trace(wake: Open, dial: str) -> None:
    session = wake()
    say(session, "My cat is Miso.")
    soul, entries = digest(session.llama.soul()), session.log.entries()
    session.say("A secret.", "x", "", GREEDY, 5, dial=dial)  # type: ignore[arg-type]
    assert digest(session.llama.soul()) != soul
    assert ("Miso" in read(session)) == (dial == "use")
    session.new_conversation()
    assert (digest(session.llama.soul()), session.log.entries()) == (soul, entries)


def test_without_a_reader_it_cannot_sleep_and_says_so(wake: Open) -> None:
    session = wake()
    say(session, "My cat is Miso.")
    before = digest(session.llama.soul())
    with pytest.raises(ConfigError, match=r"reader\.safetensors"):
        session.sleep()
    assert digest(session.llama.soul()) == before


def test_a_soul_belongs_to_its_memory(wake: Open, folder: Path, tmp_path: Path) -> None:
    session = wake()
    say(session, "My cat is Miso.")
    session.save_soul_as(tmp_path / "a.soul")
    weights = open_model(folder, memory=None)
    other = weights.with_memory(tiny_transformer.random_memory(weights, seed=5))  # type: ignore[union-attr]
    with pytest.raises(SoulMismatchError):
        Llama(other, TorchTransformer(other, "cpu")).load_soul(tmp_path / "a.soul")
    with pytest.raises(SoulMismatchError, match="memory"):
        Llama(weights, TorchTransformer(weights, "cpu")).load_soul(tmp_path / "a.soul")


def lived_from_the_log(session: MemorySession, folder: Path, log: Path, context: int | None) -> Llama:
    """The soul that a log makes, from its birth, by a model of its own."""
    entries, meta = ConversationLog(log).entries(), session.llama.meta
    llama = llama_of(folder, context)
    replay(llama, None, history_of(meta, turns_of(entries)).steps, heard_by(entries, session.store.key, meta.history))
    return llama


def a_life(session: MemorySession) -> dict[str, str]:
    """Three conversations, the second of which knows of the first by notes; ids of messages."""
    ids = {"first": say(session, "My cat is Miso.", "one", "Be kind.")}
    ids["secret"] = say(session, f"The password is {SECRET}.", "one", "Be kind.", 30)
    ids["third"] = say(session, "I live in Oslo.", "one", "Be kind.")
    ids["two"] = say(session, "Another talk.", "two")
    ids["more"] = say(session, "And more of it.", "two")
    session.use_notes = False
    ids["three"] = say(session, "A talk without notes.", "three", "Be brief.")
    session.use_notes = True
    ids["last"] = say(session, "The last word.", "four", "Be brief.")
    return ids


@pytest.mark.parametrize("context", [None, 330])
def test_a_life_lived_again_is_the_living_soul(wake: Open, folder: Path, context: int | None) -> None:
    session = wake(context)
    a_life(session)
    for number in range(2 if context is None else 8):
        say(session, f"Something else to say, number {number}, of some length.", most=60)
    assert session.llama.context is not None
    assert (session.llama.context.dropped > 0) == (context is not None)
    again = lived_from_the_log(session, folder, session.log.folder, context)
    assert digest(again.soul()) == digest(session.llama.soul())
    assert again.level == session.level


@pytest.mark.parametrize("name", ["first", "secret", "two", "last"])
def test_forgetting_gives_the_soul_of_the_log_without_the_message(wake: Open, folder: Path, name: str) -> None:
    session = wake()
    ids = a_life(session)
    before = digest(session.llama.soul())
    plan = session.forget_plan(ids[name])
    assert sum(one.turns for one in plan.rebuilds) >= 1 or name == "last"
    session.forget(plan)
    assert digest(session.llama.soul()) != before
    entries = session.log.entries()
    assert ids[name] not in {entry.id for entry in entries} | {i for e in entries for i in e.extra.get("notes", [])}
    again = lived_from_the_log(session, folder, session.log.folder, None)
    assert digest(again.soul()) == digest(load_soul(session.store.active))
    if name == "secret":
        assert not any(SECRET.encode() in path.read_bytes() for path in session.workspace.root.rglob("*.jsonl"))


def test_what_begins_a_conversation_hands_its_notes_on(wake: Open) -> None:
    session = wake()
    ids = a_life(session)
    session.forget(session.forget_plan(ids["two"]))
    entry = next(entry for entry in session.log.entries() if entry.id == ids["more"])
    assert entry.extra["begins"] is True
    assert entry.extra["notes"] == [ids["third"], ids["secret"], ids["first"]]


def test_another_conversation_begins_with_notes_that_are_seen(wake: Open) -> None:
    session = wake()
    assert session.use_notes
    assert session.notes == []
    say(session, "My cat is Miso.", "one")
    assert session.notes == [], "what stands in the conversation itself is no note"
    say(session, "I live in Oslo.", "one")
    session.new_conversation()
    assert [note.text for note in session.notes] == ["I live in Oslo.", "My cat is Miso."]
    say(session, "Hello.", "two", "Be kind.")
    assert [note.text for note in session.notes] == ["I live in Oslo.", "My cat is Miso."]
    text = read(session)
    assert text.index("Be kind.") < text.index("Oslo") < text.index("Miso") < text.index("Hello.")
    assert all("Miso" not in entry.text for entry in session.log.entries()[4:]), "the log holds no copy"
    again = wake()
    assert [note.text for note in again.notes] == ["Hello.", "I live in Oslo.", "My cat is Miso."]


def test_notes_can_be_switched_off(wake: Open) -> None:
    session = wake()
    say(session, "My cat is Miso.", "one")
    session.use_notes = False
    say(session, "Hello.", "two")
    assert session.notes == []
    assert "Miso" not in read(session)


def test_notes_are_within_a_budget_and_long_messages_are_passed_over(wake: Open) -> None:
    session = wake()
    say(session, "My cat is Miso.", "one")
    say(session, "x" * 400, "one")
    say(session, "I live in Oslo.", "one")
    session.new_conversation()
    assert [note.text for note in session.notes] == ["I live in Oslo.", "My cat is Miso."]
    session._talk.noting.budget = 20
    assert [note.text for note in session.notes] == ["I live in Oslo."]


def test_notes_are_read_and_not_learned_again(wake: Open, folder: Path) -> None:
    session = wake()
    say(session, "My cat is Miso.", "one")
    before = session.llama.soul().layers
    session.llama.new_conversation()
    session.llama.stream_chat([ChatMessage("system", "Notes: My cat is Miso.")], 4, GREEDY)
    np.testing.assert_array_equal(np.stack(session.llama.soul().layers), np.stack(before))


def test_without_its_memory_it_is_a_transformer_as_before(workspace: Workspace, folder: Path) -> None:
    with MemorySession.open(workspace, folder, "cpu", 1, memory="none") as session:
        assert not session.llama.learns
        session.say("My cat is Miso.", max_tokens=4)
        session.new_conversation()
        assert session.notes == []
        assert not session.use_notes
        session.say("Hello.", max_tokens=4)
        assert "Miso" not in read(session)
    assert not list(workspace.root.rglob("*.soul"))


def test_the_terminal_keeps_and_wakes_a_soul(
    workspace: Workspace, folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def chat(*lines: str) -> str:
        with open(workspace.root / "said.txt", "w+", encoding="utf-8") as typed:
            typed.write("".join(line + "\n" for line in lines))
            typed.seek(0)
            arguments = ["chat", str(folder), "--workspace", str(workspace.root), "--device", "cpu"]
            with monkeypatch.context() as patch:
                patch.setattr("sys.stdin", typed)
                assert main([*arguments, "--max-tokens", "4", "--beams", "1"]) == 0
        return capfd.readouterr().err

    first = chat("My cat is Miso.")
    assert "tiny.memory.safetensors" in first
    assert "level 0" in first
    (soul,) = workspace.souls.glob("*/main.soul")
    level = load_meta(soul).level
    second = chat("/notes", "Hello.")
    assert f"level {level:,}" in second
    assert "My cat is Miso." in second
    listed = ["soul", "list", "--model", str(folder), "--workspace", str(workspace.root)]
    assert main(listed) == 0
    assert "main" in capfd.readouterr().out
