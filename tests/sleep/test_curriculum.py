"""Sleep through the `Curriculum` protocol: any language will do, and none is known before it is named."""

from __future__ import annotations

import hashlib
import random
import subprocess
import sys
import textwrap
import tomllib
from pathlib import Path

import numpy as np
import pytest
import tiny
from plain_curriculum import PlainCurriculum, PlainFact

from engine import Llama
from engine.curricula.companion.patterns import read
from engine.errors import ConfigError
from engine.io.conversation_log import Entry
from engine.resources import bundled_model
from engine.runtime.select import create_runtime
from engine.sleep import SleepSettings, consolidate
from engine.sleep.curriculum import (
    CONFIG_KEY,
    DEFAULT,
    curriculum_of,
    extract_facts,
    load_curriculum,
    register_curriculum,
)
from engine.sleep.lessons import Lessons
from engine.sleep.probes import make_exam
from engine.sleep.replay import dialogues_of

ROOT = Path(__file__).resolve().parents[2]
NIGHT = textwrap.dedent(
    """
    import sys
    sys.path[:0] = ["tests", "tests/sleep"]
    import tiny
    import engine.session.memory_session
    from engine import Llama
    from engine.io.conversation_log import Entry
    from engine.runtime.select import create_runtime
    from engine.sleep import SleepSettings, consolidate
    from plain_curriculum import PlainCurriculum

    body = tiny.body()
    llama = Llama(body, create_runtime(body, device="cpu"))
    entries = [Entry("user", "My cat is Miso.", "", "a", "main", "0-0")]
    assert consolidate(llama, entries, settings=SleepSettings(rounds=1), {}).report.rounds
    print(*(name for name in sys.modules if name.startswith(("tools", "engine.curricula"))))
    """
)
"""A night in a fresh interpreter, which tells what it loaded of languages and generators."""


def entries(*said: str) -> list[Entry]:
    return [Entry("user", text, "", "a", "main", f"{n:012x}-0") for n, text in enumerate(said)]


def llama() -> Llama:
    body = tiny.body()
    return Llama(body, create_runtime(body, device="cpu"))


@pytest.mark.parametrize("method", ["deep", "replay", "both"])
def test_a_night_needs_nothing_but_the_protocol(method: str) -> None:
    one = llama()
    settings = SleepSettings(method=method, rounds=2, drift_limit=1e9)  # type: ignore[arg-type]
    night = consolidate(one, entries("cat is Miso", "town is Oslo"), settings=settings, curriculum=PlainCurriculum())
    assert [answer.asked for answer in night.report.before.answers if answer.kind == "question"] in (
        ["What is cat?", "What is town?"],
        ["What is town?", "What is cat?"],
    )
    assert night.report.entries == 2
    assert np.isfinite(night.report.before.heldout_loss)
    assert bool(night.report.lesson_tokens) == (method != "replay")


def test_of_two_facts_of_one_slot_the_later_one_holds() -> None:
    said = entries("cat is Miso", "town is Oslo and cat is Rex", "cat is Tom")
    told = extract_facts(said, PlainCurriculum().reader(llama()))
    assert [s.fact for s in told.statements] == [PlainFact("town", "Oslo"), PlainFact("cat", "Tom")]
    assert told.outdated == {said[0].id}
    assert told.tellers == {entry.id for entry in said}


def test_a_model_names_its_curriculum(monkeypatch: pytest.MonkeyPatch) -> None:
    one = llama()
    assert curriculum_of(one) is load_curriculum(DEFAULT)
    register_curriculum("plain", PlainCurriculum)
    monkeypatch.setitem(one.body.config.extra, CONFIG_KEY, "plain")
    assert isinstance(curriculum_of(one), PlainCurriculum)
    assert curriculum_of(one) is curriculum_of(one)


@pytest.mark.parametrize("name", ["klingon", "..sleep", ""])
def test_a_curriculum_that_does_not_exist_is_an_error_with_its_name(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    one = llama()
    monkeypatch.setitem(one.body.config.extra, CONFIG_KEY, name)
    with pytest.raises(ConfigError) as caught:
        curriculum_of(one)
    assert caught.value.message.values == {"name": name, "key": CONFIG_KEY}


def loaded(night: str) -> list[str]:
    done = subprocess.run([sys.executable, "-c", night], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_a_night_loads_no_language_but_the_one_it_is_given_and_never_a_generator() -> None:
    assert loaded(NIGHT.format("curriculum=PlainCurriculum()")) == []
    companion = loaded(NIGHT.format("curriculum=None"))
    assert "engine.curricula.companion.curriculum" in companion
    assert not [name for name in companion if name.startswith("tools")]


def test_the_wheel_has_the_curriculum_and_no_generator() -> None:
    build = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]["targets"]
    assert build["wheel"]["packages"] == ["engine", "studio"]
    assert build["wheel"]["force-include"] == {"resources": "engine/_resources"}
    assert (ROOT / "tools" / "companion").is_dir()
    assert (ROOT / "resources" / "curricula" / "companion" / "lexicon.json").is_file()


def test_the_companions_lessons_and_exams_are_those_of_earlier_versions() -> None:
    """So that a night slept again comes to where it came. The digest is of the version before there were curricula."""
    said = entries(
        "My cat is called Miso.", "My door code is 4711.", "I live in Oslo.", "Mrs Bloom saw the tall ship come in.",
        "My sister Ada is a baker.", "No, my cat is called Rex.",
    )  # fmt: skip
    one, curriculum = Llama.load_auto(bundled_model(), threads=1), load_curriculum(DEFAULT)
    told = extract_facts(said, read).statements
    digest = hashlib.sha256()
    for seed in (0, 1):
        made = Lessons(one, curriculum, dialogues_of(one, said, "none"), told[:3], told[3:], seed)
        for surprise in (2.0, 0.01, 0.5):
            for batch in made.batches():
                for asked in batch:
                    lesson = asked.lesson
                    digest.update(repr((list(lesson.ids), [float(w) for w in lesson.weights])).encode())
                made.observe(batch, [np.full(len(asked.lesson.ids), surprise, np.float32) for asked in batch])
        exam = make_exam(one, curriculum, dialogues_of(one, said, "none"), said, told[:3], told[3:], seed)
        asked_of = [(question.user, question.expected) for question in exam.questions]
        heldout = [(list(ids), list(mask)) for ids, mask in exam.heldout]
        digest.update(repr((asked_of, [cloze.beginning for cloze in exam.clozes], heldout)).encode())
    assert digest.hexdigest() == "7c60a7d4359b114df7f4ab037ca67f69498ddefb67d24c3ad2c087e551ee5fb2"


def test_a_tutor_never_asks_as_untold_what_was_told() -> None:
    curriculum = load_curriculum(DEFAULT)
    told = [s.fact for s in extract_facts(entries("My cat is called Miso."), read).statements]
    tutor = curriculum.tutor(random.Random(1), 1, told)
    asked = {tutor.never_told().reply for _ in range(400)}
    assert all("don't know" in reply for reply in asked)
    assert not [reply for reply in asked if reply.startswith("Your cat is called")]
