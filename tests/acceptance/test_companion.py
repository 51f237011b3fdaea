"""The bundled model, as a user meets it: it copies what it is told, sleeps, and remembers after a restart."""

from __future__ import annotations

import sys
from pathlib import Path

import progress
import pytest

from engine.io.conversation_log import Entry
from engine.io.inspect import inspect_path
from engine.llama import Llama
from engine.resources import bundled_model
from engine.sleep import SleepSettings, consolidate
from tools.bench.memory import NOTHING, ask, live
from tools.companion.probes import make_probe

pytestmark = pytest.mark.slow

MOST_BYTES = 12_000_000
MESSAGE_PREFIX = "My dog is called Bramble.\nI live in Oslo.\n"
ASKED = "What is my dog called?\nWhere do I live?\n"


def chat(lines: str, workspace: Path) -> str:
    """What the terminal chat prints when a person types `lines`, then quits; a new process each time."""
    command = [sys.executable, "-m", "engine.cli", "chat", "--workspace", str(workspace), "--temp", "0"]
    done = progress.run(command, lines + "/quit\n", check=True)
    return str(done.stdout + done.stderr)


def test_the_file_is_sound_and_small() -> None:
    card = inspect_path(bundled_model())
    assert card.ok, card.render()
    assert bundled_model().stat().st_size <= MOST_BYTES


def test_told_slept_quit_and_started_again_it_still_knows(tmp_path: Path) -> None:
    night = chat(MESSAGE_PREFIX + "/sleep\n", tmp_path)
    assert "learned 2 messages" in night
    morning = chat(ASKED, tmp_path)
    assert "level 0" not in morning
    assert "Bramble" in morning
    assert "Oslo" in morning


def test_a_newborn_does_not_know(tmp_path: Path) -> None:
    said = chat(ASKED, tmp_path)
    assert "level 0" in said
    assert "Bramble" not in said
    assert "Oslo" not in said


def test_unseen_values_are_recalled_and_survive_a_soul_file(tmp_path: Path) -> None:
    llama = Llama.load_auto(bundled_model(), threads=1)
    newborn = at_once = after = NOTHING
    for seed in range(101, 105):
        probe = make_probe(seed, facts=2, filler_tokens=0, never_told=0)
        llama.reset_state()
        newborn += ask(llama, probe.questions)
        live(llama, probe)
        at_once += ask(llama, probe.questions)
        llama.save_soul(tmp_path / "probe.soul")
        llama.reset_state()
        llama.load_soul(tmp_path / "probe.soul")
        after += ask(llama, probe.questions)
    print(newborn, at_once, after)
    assert newborn.told_right == 0
    assert at_once.share >= 0.5
    assert after.share >= 0.5
    assert at_once.told_right >= 3
    assert after.told_right >= 3


FACTS = ("My dog is called Bramble.", "I live in Oslo.", "My door code is 4711.", "My sister is called Tessa.")


def log_of(*texts: str) -> list[Entry]:
    return [Entry("user", text, "", f"talk {n}", "main", f"{n:012x}-0") for n, text in enumerate(texts)]


def test_a_night_on_a_good_log_is_kept_whole_and_one_that_makes_it_know_less_never() -> None:
    llama = Llama.load_auto(bundled_model(), threads=1)
    good = consolidate(llama, log_of(*FACTS), settings=SleepSettings(rounds=16))
    print(good.report.before.right, good.report.after.right, good.report.drift)
    assert (good.report.verdict, good.report.why) == ("accepted", "")
    known = [sum(a.right for a in probed.of("question")) for probed in (good.report.before, good.report.after)]
    assert known[0] < known[1]
    assert known[1] >= 3
    assert good.soul is not None
    llama.set_soul(good.soul)

    noise = [f"{word} {n} {word} dog door Oslo sister!" for n in range(12) for word in ("zang", "orvu", "kelp")]
    wild = SleepSettings(method="replay", rate=8, passes=8, drift_limit=1000)
    bad = consolidate(llama, log_of(*FACTS, *noise), settings=wild)
    print(bad.report.why, bad.report.part, bad.report.drift)
    if bad.report.verdict == "rejected":
        assert "makes it know less" in bad.report.why
        assert bad.soul is None
    else:  # a part of the way that does no harm may be kept
        assert bad.report.part < 1
        assert bad.report.after.right >= bad.report.before.right
        assert bad.report.drift <= 0
