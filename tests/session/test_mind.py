"""A mind: what is said is kept before it is answered, and it wakes up as it was."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tiny

from engine.errors import FileFormatError, SoulMismatchError, WorkspaceError
from engine.io.bitt import save_bitt
from engine.io.conversation_log import ConversationLog
from engine.io.soul import load_soul
from engine.session.memory_session import MemorySession
from engine.session.workspace import Workspace
from engine.text.sampling import SamplingParams

GREEDY = SamplingParams(temperature=0)
Wake = Callable[[], MemorySession]


def fast(mind: MemorySession) -> np.ndarray:
    return np.stack(mind.llama.runtime.read_fast())


def on_disk(mind: MemorySession) -> np.ndarray:
    return np.stack(load_soul(mind.store.active).layers)


def said(mind: MemorySession) -> list[tuple[str, str]]:
    return [(entry.role, entry.text) for entry in mind.log.entries()]


def test_the_message_is_on_disk_before_the_first_token_is_lived(mind: MemorySession) -> None:
    found: list[list[tuple[str, str]]] = []

    def look() -> bool:
        found.append([(e.role, e.text) for e in ConversationLog(mind.workspace.memories).entries()])
        return False

    reply = mind.say("Hello", max_tokens=3, sampling=GREEDY, cancel=look)
    assert found[0] == [("user", "Hello")]
    assert said(mind) == [("user", "Hello"), ("assistant", reply.text)]
    assert (reply.level, reply.conversation) == (mind.level, mind.conversation)


def test_the_soul_is_on_disk_after_every_answer(mind: MemorySession) -> None:
    for text in ("Hello", "again"):
        mind.say(text, max_tokens=3)
        assert (on_disk(mind) == fast(mind)).all()
        assert load_soul(mind.store.active).meta.level == mind.level


def test_a_restart_changes_no_answer(wake: Wake, tmp_path: Path, model: Path) -> None:
    one = wake()
    one.say("My cat is Miso.", max_tokens=3, sampling=GREEDY)
    restarted = wake()
    with MemorySession.open(tmp_path / "other", model, device="cpu") as other:
        other.say("My cat is Miso.", max_tokens=3, sampling=GREEDY)
        other.new_conversation()
        assert (fast(other) == fast(restarted)).all()
        expected = other.say("cat?", max_tokens=8, sampling=GREEDY)
    got = restarted.say("cat?", max_tokens=8, sampling=GREEDY)
    assert (got.text, got.level) == (expected.text, expected.level)


def test_stopping_keeps_what_was_said_so_far(mind: MemorySession) -> None:
    heard: list[str] = []

    def listen(piece: str) -> bool:
        heard.append(piece)
        return len(heard) < 3

    reply = mind.say("Hello", on_text=listen, max_tokens=50, sampling=SamplingParams(seed=1))
    assert reply.stopped == "callback"
    assert said(mind)[-1] == ("assistant", "".join(heard))
    assert (on_disk(mind) == fast(mind)).all()


def test_a_listener_that_fails_costs_nothing(mind: MemorySession) -> None:
    mind.say("Hello", max_tokens=3)
    before, level = fast(mind), mind.level

    def fail(_: str) -> None:
        raise RuntimeError("the window went away")

    with pytest.raises(RuntimeError):
        mind.say("again", on_text=fail)
    assert (fast(mind) == before).all()
    assert (on_disk(mind) == before).all()
    assert mind.level == level
    assert [role for role, _ in said(mind)] == ["user", "assistant", "user", "assistant"]


def test_a_message_that_cannot_be_kept_is_not_lived(mind: MemorySession, full_disk: Callable[[], None]) -> None:
    mind.say("Hello", max_tokens=3)
    before = fast(mind)
    full_disk()
    with pytest.raises(WorkspaceError, match="was not taken"):
        mind.say("again")
    assert (fast(mind) == before).all()


def test_an_exchange_stands_though_the_soul_cannot_be_written(
    mind: MemorySession, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: object) -> None:
        raise FileFormatError("Could not write main.soul: no space left.")

    monkeypatch.setattr(mind.store, "autosave", fail)
    reply = mind.say("Hello", system="Be kind.", max_tokens=3)
    monkeypatch.undo()
    assert "no space left" in reply.unsaved
    assert reply.level == mind.level > 0
    assert [role for role, _ in said(mind)] == ["system", "user", "assistant"]
    assert mind.say("again", system="Be kind.", max_tokens=3).unsaved == ""
    assert [role for role, _ in said(mind)].count("system") == 1
    assert (on_disk(mind) == fast(mind)).all()


def test_the_system_prompt_is_read_at_the_beginning_and_when_it_changes(mind: MemorySession) -> None:
    for system in ("Be kind.", "Be kind.", "Be brief.", "Be brief."):
        mind.say("x", system=system, max_tokens=1)
    mind.new_conversation()
    mind.say("x", system="Be brief.", max_tokens=1)
    systems = [(n, text) for n, (role, text) in enumerate(said(mind)) if role == "system"]
    assert [text for _, text in systems] == ["Be kind.", "Be brief.", "Be brief."]


def test_the_system_prompt_takes_effect(mind: MemorySession, wake: Wake) -> None:
    here = mind.llama.snapshot()
    plain = mind.say("x", max_tokens=8, sampling=GREEDY)
    mind.llama.restore(here)
    mind.new_conversation()
    led = mind.say("x", system="Speak like a pirate.", max_tokens=8, sampling=GREEDY)
    assert led.prompt_tokens > plain.prompt_tokens
    assert led.text != plain.text


def test_another_conversation_keeps_what_was_learned(mind: MemorySession) -> None:
    first = mind.say("Hello", conversation="one", max_tokens=3)
    learned = fast(mind)
    mind.new_conversation("two")
    assert (fast(mind) == learned).all()
    second = mind.say("there", conversation="two", max_tokens=3)
    assert (first.conversation, second.conversation) == ("one", "two")
    assert {entry.conversation for entry in mind.log.entries()} == {"one", "two"}


def test_sleep_takes_what_waits_and_the_next_sleep_only_what_is_new(wake: Wake) -> None:
    mind = wake()
    mind.say("My cat is Miso.", max_tokens=3)
    mind.say("I live in Oslo.", max_tokens=3)
    assert [entry.text for entry in mind.waiting()] == ["My cat is Miso.", "I live in Oslo."]
    before = fast(mind)
    report = mind.sleep(rate=2, method="replay")
    assert (report.entries, report.kept) == (2, True)
    assert mind.waiting() == []
    assert not mind.sleep(method="replay").kept

    mind = wake()
    assert mind.waiting() == []
    assert mind.level == report.level
    mind.say("She is three.", max_tokens=3)
    assert [entry.text for entry in mind.waiting()] == ["She is three."]
    kept = next(entry for entry in mind.store.entries() if entry.event == "autosave")
    assert (np.stack(mind.store.read(kept.id).layers) == before).all()


def test_going_back_to_an_older_soul_brings_back_what_waits(mind: MemorySession) -> None:
    mind.say("My cat is Miso.", max_tokens=3)
    awake, level = fast(mind), mind.level
    mind.sleep(method="replay")
    asleep = mind.store.entries()[0]
    mind.restore(asleep.id)
    assert (fast(mind) == awake).all()
    assert (on_disk(mind) == awake).all()
    assert mind.level == level
    assert [entry.text for entry in mind.waiting()] == ["My cat is Miso."]


def test_a_night_that_cannot_be_written_did_not_happen(
    mind: MemorySession, full_disk: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    mind.say("Hello", max_tokens=3)
    before, level = fast(mind), mind.level
    full_disk()
    with pytest.raises(FileFormatError, match="Could not write"):
        mind.sleep(method="replay")
    monkeypatch.undo()
    assert (fast(mind) == before).all()
    assert (on_disk(mind) == before).all()
    assert mind.level == level
    assert len(mind.waiting()) == 1
    assert mind.sleep(method="replay").kept


def test_a_copy_of_the_soul_goes_and_comes(mind: MemorySession, tmp_path: Path) -> None:
    mind.say("My cat is Miso.", max_tokens=3)
    mind.save_soul_as(tmp_path / "copy.soul")
    copied, level = fast(mind), mind.level
    mind.say("Forget it.", max_tokens=3)
    mind.load_soul(tmp_path / "copy.soul")
    assert (fast(mind) == copied).all()
    assert (on_disk(mind) == copied).all()
    assert mind.level == level
    assert [entry.text for entry in mind.waiting()] == ["My cat is Miso.", "Forget it."]


def test_a_soul_from_elsewhere_did_not_hear_what_was_said_here(
    mind: MemorySession, tmp_path: Path, model: Path
) -> None:
    with MemorySession.open(tmp_path / "elsewhere", model, device="cpu") as other:
        other.say("I am from elsewhere.", max_tokens=3)
        other.save_soul_as(tmp_path / "other.soul")
        theirs = fast(other)
    mind.say("Hello", max_tokens=3)
    former = fast(mind)
    mind.load_soul(tmp_path / "other.soul")
    assert (fast(mind) == theirs).all()
    assert mind.waiting() == []
    mind.say("Welcome", max_tokens=3)
    assert [entry.text for entry in mind.waiting()] == ["Welcome"]
    assert any((np.stack(mind.store.read(e.id).layers) == former).all() for e in mind.store.entries())


def test_a_reset_begins_anew_and_keeps_the_former(mind: MemorySession) -> None:
    mind.say("Hello", max_tokens=3)
    former = fast(mind)
    mind.reset()
    assert mind.level == 0
    assert not fast(mind).any()
    assert not on_disk(mind).any()
    assert mind.waiting() == []
    assert len(mind.log.entries()) == 2
    mind.restore(mind.store.entries()[0].id)
    assert (fast(mind) == former).all()


def test_a_soul_of_another_body_is_refused_and_nothing_changes(mind: MemorySession, tmp_path: Path) -> None:
    save_bitt(tmp_path / "stranger.bitt", tiny.body(seed=1), packed=True)
    with MemorySession.open(tmp_path / "w", tmp_path / "stranger.bitt", device="cpu") as stranger:
        stranger.say("Hello", max_tokens=1)
        stranger.save_soul_as(tmp_path / "stranger.soul")
    mind.say("Hello", max_tokens=3)
    before = fast(mind)
    with pytest.raises(SoulMismatchError):
        mind.load_soul(tmp_path / "stranger.soul")
    assert (fast(mind) == before).all()
    assert (on_disk(mind) == before).all()


def test_each_body_has_its_soul_in_one_workspace(
    wake: Callable[..., MemorySession], tmp_path: Path, model: Path
) -> None:
    save_bitt(tmp_path / "stranger.bitt", tiny.body(seed=1), packed=True)
    mind = wake()
    mind.say("Hello", max_tokens=3)
    level = mind.level
    stranger = wake(tmp_path / "stranger.bitt")
    assert stranger.level == 0
    assert stranger.waiting() == []
    stranger.say("Hi", max_tokens=1)
    assert wake(model).level == level


def test_the_workspace_is_free_after_closing_and_after_a_failed_opening(
    workspace: Workspace, model: Path, tmp_path: Path
) -> None:
    with pytest.raises(FileFormatError):
        MemorySession.open(workspace, tmp_path / "missing.bitt")
    mind = MemorySession.open(workspace, model, device="cpu")
    with pytest.raises(WorkspaceError, match="in use"):
        MemorySession.open(workspace, model, device="cpu")
    mind.close()
    mind.close()
    workspace.lock().release()


LIVE = """
import sys
from engine.session.memory_session import MemorySession
mind = MemorySession.open(sys.argv[1], sys.argv[2], device="cpu", threads=1)
print("awake", flush=True)
for n in range(1000):
    mind.say(f"message {n}", max_tokens=4)
    print("answered", n, flush=True)
    mind.sleep(method="replay", passes=3)
    print("slept", flush=True)
"""


@pytest.mark.parametrize("moment", [0.0, 0.03, 0.11])
def test_killed_at_any_moment_it_wakes_up_sound(workspace: Workspace, model: Path, moment: float) -> None:
    living = subprocess.Popen(
        [sys.executable, "-c", LIVE, str(workspace.root), str(model)], stdout=subprocess.PIPE, text=True
    )
    assert living.stdout is not None
    for line in living.stdout:
        if line == "answered 1\n":
            break
    time.sleep(moment)
    living.kill()
    done = ["answered 0", "answered 1", *(line.strip() for line in living.stdout if line.endswith("\n"))]
    living.wait()
    living.stdout.close()
    answered = sum(line.startswith("answered") for line in done)
    with MemorySession.open(workspace, model, device="cpu") as mind:
        assert np.isfinite(fast(mind)).all()
        assert mind.level > 0
        texts = [entry.text for entry in mind.log.entries() if entry.role == "user"]
        assert texts[:answered] == [f"message {n}" for n in range(answered)]
        assert len(mind.log.problems) <= 1  # the line that was being written
        for kept in mind.store.entries():
            mind.store.read(kept.id)
        mind.say("Hello", max_tokens=1)
