"""Nights: probes that change nothing, a verdict, a decision that can wait; and no moment that leaves half a soul."""

from __future__ import annotations

import hashlib
import json
import random
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.errors import ConfigError
from engine.io.soul import load_soul
from engine.session.memory_session import MemorySession
from engine.session.workspace import Workspace
from engine.sleep import SleepSettings, consolidation, repeat_sleep

Wake = Callable[[], MemorySession]
QUICK = SleepSettings(rounds=2, drift_limit=10.0)
REPLAY = SleepSettings(method="replay", drift_limit=10.0)


def fast(mind: MemorySession) -> np.ndarray:
    return np.stack(mind.llama.runtime.read_fast())


def digest(mind: MemorySession) -> str:
    live = hashlib.sha256(fast(mind).tobytes())
    live.update(mind.store.active.read_bytes())
    return live.hexdigest()


def talk(mind: MemorySession) -> None:
    for conversation, text in (
        ("a", "My cat is called Miso."),
        ("a", "My door code is 4711."),
        ("b", "I live in Oslo."),
    ):
        mind.say(text, conversation=conversation, max_tokens=3)
    mind.save()


def test_the_report_holds_probes_of_before_and_after(mind: MemorySession) -> None:
    talk(mind)
    mind.say("It smells of turpentine.", conversation="b", max_tokens=3)
    report = mind.sleep(settings=QUICK, method="both")
    assert (report.verdict, report.kept, report.method, report.why) == ("accepted", True, "both", "")
    assert [(a.kind, a.expected) for a in report.before.answers] == [(a.kind, a.expected) for a in report.after.answers]
    asked = {answer.expected for answer in report.after.answers if answer.kind == "question"}
    assert asked == {"Miso", "4711", "Oslo"}
    ended = {answer.expected for answer in report.after.answers if answer.kind == "cloze"}
    assert ended == {"turpentine"}, "what tells a fact is asked for, and not ended too"
    assert report.after.log_loss < report.before.log_loss
    assert np.isfinite([report.before.heldout_loss, report.after.heldout_loss, report.drift]).all()
    assert report.tokens_per_second > 0
    assert report.chat_tokens_per_second > 0
    event = mind.llama.soul_history[-1]
    assert event["event"] == "sleep"
    assert event["settings"]["rounds"] == 2
    assert event["after"]["probes"] == len(report.after.answers)
    lines = [json.loads(line) for line in mind.nights.log.read_text().splitlines()]
    assert [line["verdict"] for line in lines] == ["accepted"]
    assert "Miso" not in mind.nights.log.read_text()


WILD = SleepSettings(method="replay", rate=500, passes=30, older=0.0, drift_limit=0.0)


@pytest.mark.slow
def test_past_the_drift_limit_a_night_is_rejected_and_leaves_no_trace(mind: MemorySession) -> None:
    talk(mind)
    assert mind.sleep(settings=QUICK).drift < 0  # a random model has room to lose afterwards
    mind.say("My bike is called Rocket.", conversation="c", max_tokens=3)
    before = digest(mind)
    report = mind.sleep(settings=WILD)
    assert report.drift > 0
    assert (report.verdict, report.kept, report.pending) == ("rejected", False, False)
    assert "more than the limit of 0.0%" in report.why
    assert digest(mind) == before
    assert len(mind.waiting()) == 1
    assert "2 nights in a row" in mind.sleep(settings=WILD).note
    assert mind.nights.rejected_in_a_row() == 2
    assert mind.sleep(settings=REPLAY).kept
    assert mind.nights.rejected_in_a_row() == 0


@pytest.mark.slow
def test_a_night_that_would_be_refused_goes_back_as_far_as_it_must(
    mind: MemorySession, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk(mind)
    mind.sleep(settings=QUICK)  # a random model has room to lose afterwards
    mind.say("My bike is called Rocket.", conversation="c", max_tokens=3)
    bold = SleepSettings(method="replay", rate=20, passes=6, older=0.0, drift_limit=100.0)
    began, meta = fast(mind), mind.llama.soul()
    whole = mind.sleep(settings=bold, decide="ask")
    came = np.stack(load_soul(mind.nights.candidate).layers)
    mind.reject_sleep()
    assert whole.part == 1
    assert whole.drift > 0

    with monkeypatch.context() as less:
        less.setattr(consolidation, "gain", lambda *_: -1)  # a random model knows nothing that it could lose
        refused = mind.sleep(settings=bold, drift_limit=0.8 * whole.drift)
    assert (refused.verdict, refused.part) == ("rejected", 1.0), "half of the way teaches nothing, and drifts"
    report = mind.sleep(settings=bold, drift_limit=0.8 * whole.drift)
    assert (report.verdict, report.kept, report.part) == ("accepted", True, 0.5)
    assert report.drift <= 0.8 * whole.drift
    assert (fast(mind) == began + np.float32(0.5) * (came - began)).all()
    assert "Only 50% of the way was kept" in report.note
    assert mind.waiting() == []
    event = mind.llama.soul_history[-1]
    assert event["part"] == 0.5

    again, entries = mind.llama, list(mind.log.entries())
    after = fast(mind)
    again.set_soul(meta)
    repeat_sleep(again, [entry for entry in entries if entry.conversation == "c"], [], event, None)
    assert (fast(mind) == after).all()


def test_a_night_waits_for_its_decision_over_a_restart(wake: Wake) -> None:
    mind = wake()
    talk(mind)
    before, level = digest(mind), mind.level
    report = mind.sleep(decide="ask", settings=REPLAY)
    assert (report.pending, report.kept, report.level) == (True, False, level)
    assert digest(mind) == before
    with pytest.raises(ConfigError, match="waits for your decision"):
        mind.sleep()

    mind = wake()
    assert digest(mind) == before
    facts = mind.nights.waiting_facts()
    assert facts is not None
    assert facts["entries"] == 3
    wanted = np.stack(load_soul(mind.nights.candidate).layers)
    taken = mind.accept_sleep()
    assert (fast(mind) == wanted).all()
    assert not mind.nights.candidate.exists()
    assert taken.meta.history[-1]["event"] == "sleep"
    assert "candidate" not in {event["event"] for event in taken.meta.history}
    assert mind.waiting() == []
    with pytest.raises(ConfigError, match="No night waits"):
        mind.accept_sleep()


def test_what_was_said_before_the_decision_waits_for_the_next_night(mind: MemorySession) -> None:
    talk(mind)
    mind.sleep(decide="ask", settings=REPLAY)
    mind.say("My bike is called Rocket.", max_tokens=3)
    mind.accept_sleep()
    assert [entry.text for entry in mind.waiting()] == ["My bike is called Rocket."]


def test_a_rejected_candidate_leaves_the_soul_and_what_waits(mind: MemorySession) -> None:
    talk(mind)
    before = digest(mind)
    mind.sleep(decide="ask", settings=REPLAY)
    mind.reject_sleep()
    assert digest(mind) == before
    assert not mind.nights.candidate.exists()
    assert len(mind.waiting()) == 3
    with pytest.raises(ConfigError, match="No night waits"):
        mind.reject_sleep()
    assert mind.sleep(settings=REPLAY).kept


def test_a_damaged_candidate_is_refused_and_can_be_let_go(mind: MemorySession) -> None:
    talk(mind)
    mind.sleep(decide="ask", settings=REPLAY)
    mind.nights.candidate.write_bytes(b"half")
    before = digest(mind)
    with pytest.raises(Exception, match=str(mind.nights.candidate)):
        mind.accept_sleep()
    mind.reject_sleep()
    assert digest(mind) == before


def test_older_messages_come_along_in_the_next_night(mind: MemorySession) -> None:
    talk(mind)
    assert mind.sleep(settings=REPLAY).older == 0
    mind.say("My bike is called Rocket.", conversation="c", max_tokens=3)
    report = mind.sleep(settings=REPLAY, older=3.0)
    assert (report.entries, report.older) == (1, 3)


@pytest.mark.slow
def test_woken_at_twenty_random_moments_it_is_the_one_of_before_or_a_whole_new_one(wake: Wake) -> None:
    mind = wake()
    talk(mind)
    mind.llama.runtime.chunk = 16
    start = mind.llama.soul()
    settings = replace(QUICK, rounds=8)  # so that many of the moments are within the night
    moments = [0]

    def count() -> bool:
        moments[0] += 1
        return False

    whole = mind.sleep(cancel=count, decide="ask", settings=settings)
    mind.reject_sleep()
    assert whole.pending
    before, kept = digest(mind), 0
    for moment in random.Random(5).sample(range(moments[0]), 20):
        asked = [0]

        def cancel(moment: int = moment, asked: list[int] = asked) -> bool:
            asked[0] += 1
            return asked[0] > moment

        report = mind.sleep(cancel=cancel, decide="ask", settings=settings)
        assert digest(mind) == before
        if not report.pending:
            assert report.woken
            continue
        kept += 1
        soul = load_soul(mind.nights.candidate)
        assert all(np.isfinite(layer).all() for layer in soul.layers)
        assert soul.meta.level == start.meta.level + report.tokens
        assert report.conversations in (1, 2)
        assert np.isfinite(report.after.heldout_loss)
        mind.reject_sleep()
    assert 0 < kept < 20


NIGHTS = """
import sys
from engine.session.memory_session import MemorySession
from engine.sleep import SleepSettings
mind = MemorySession.open(sys.argv[1], sys.argv[2], device="cpu", threads=1)
for n in range(1000):
    mind.say(f"My cat number {n} is called Miso.", max_tokens=2)
    print("told", flush=True)
    mind.sleep(settings=SleepSettings(rounds=2, drift_limit=10.0), decide="ask")
    print("dreamt", flush=True)
    mind.accept_sleep()
    print("slept", flush=True)
"""


def test_killed_at_random_moments_of_its_nights_the_soul_on_disk_is_whole(workspace: Workspace, model: Path) -> None:
    rng = random.Random(11)
    for wanted in ("told", "dreamt"):
        sleeping = subprocess.Popen(
            [sys.executable, "-c", NIGHTS, str(workspace.root), str(model)], stdout=subprocess.PIPE, text=True
        )
        assert sleeping.stdout is not None
        for line in sleeping.stdout:
            if line.strip() == wanted:
                break
        time.sleep(rng.random() * 0.3)
        sleeping.kill()
        sleeping.wait()
        sleeping.stdout.close()
        with MemorySession.open(workspace, model, device="cpu") as mind:
            assert np.isfinite(fast(mind)).all()
            assert (np.stack(load_soul(mind.store.active).layers) == fast(mind)).all()
            if mind.nights.candidate.exists():
                assert mind.nights.waiting_facts() is not None
                mind.reject_sleep()
