"""The night of a transformer with a memory: what it teaches, what it leaves alone, waking, and notes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tiny_transformer
from tiny_reading import TinyCurriculum

from engine.io.conversation_log import Entry
from engine.io.model_file import open_model
from engine.llama import Llama
from engine.runtime.torch_transformer import TorchTransformer
from engine.sleep import consolidate, make_settings
from engine.sleep.report import SleepProgress

TOLD = ("My dog is Rex.", "The car is red.", "The code is 42.")


def entries(*texts: str, start: int = 0) -> list[Entry]:
    return [
        Entry("user", text, "2026-01-01T00:00:00+00:00", "c", "", f"{start + n:04}") for n, text in enumerate(texts)
    ]


@pytest.fixture
def llama(tmp_path: Path) -> Llama:
    weights = open_model(tiny_transformer.save_both(tmp_path / "tiny"))
    return Llama(weights, TorchTransformer(weights, "cpu"))


def fast_of(llama: Llama) -> np.ndarray:
    return llama.learning_runtime.read_fast()[0]


def test_a_night_lowers_the_loss_of_what_was_told_and_leaves_the_live_soul(llama: Llama) -> None:
    before = fast_of(llama)
    seen: list[SleepProgress] = []
    night = consolidate(
        llama, entries(*TOLD), curriculum=TinyCurriculum(), progress=seen.append, settings=make_settings(drift_limit=9)
    )
    assert np.array_equal(fast_of(llama), before)
    assert night.report.verdict == "accepted"
    assert night.report.method == "deep"
    assert night.report.rounds > 0
    assert night.soul is not None
    assert not np.array_equal(night.soul.layers[0], before)
    assert len(night.report.before.answers) == len(night.report.after.answers) == len(TOLD)
    assert [p.fraction for p in seen] == sorted(p.fraction for p in seen)
    assert seen[-1].fraction <= 1
    assert night.report.entries == 3
    assert night.report.until == "0002"


def test_the_same_night_makes_the_same_soul_and_repeats_in_place(llama: Llama) -> None:
    settings = make_settings(drift_limit=9)
    first, second = (
        consolidate(llama, entries(*TOLD), curriculum=TinyCurriculum(), settings=settings) for _ in range(2)
    )
    assert first.soul is not None
    assert second.soul is not None
    assert np.array_equal(first.soul.layers[0], second.soul.layers[0])


def test_messages_that_tell_nothing_are_slept_on_and_change_no_weight(llama: Llama) -> None:
    before = fast_of(llama)
    night = consolidate(llama, entries("lol ok", "hm"), curriculum=TinyCurriculum())
    assert night.soul is not None
    assert np.array_equal(night.soul.layers[0], before)
    assert night.report.until == "0001"
    assert night.report.rounds == 0
    assert not night.report.unlearned


@pytest.mark.parametrize("after", [0, 5, 40])
def test_a_night_that_is_interrupted_leaves_the_soul_or_keeps_whole_rounds(llama: Llama, after: int) -> None:
    asked = 0

    def cancel() -> bool:
        nonlocal asked
        asked += 1
        return asked > after

    before = fast_of(llama)
    night = consolidate(
        llama, entries(*TOLD), curriculum=TinyCurriculum(), cancel=cancel, settings=make_settings(drift_limit=9)
    )
    assert np.array_equal(fast_of(llama), before)
    assert night.report.woken
    assert (night.soul is None) == (night.report.rounds == 0)


def test_a_night_that_drifts_too_far_is_refused(llama: Llama) -> None:
    settings = make_settings(drift_limit=0.0, learning_rate=0.9)
    night = consolidate(llama, entries(*TOLD), curriculum=TinyCurriculum(), settings=settings)
    assert night.soul is None
    assert night.report.verdict == "rejected"
    assert night.report.until is None


def test_what_the_soul_does_not_answer_is_named(llama: Llama) -> None:
    night = consolidate(
        llama,
        entries(*TOLD),
        curriculum=TinyCurriculum(),
        settings=make_settings(drift_limit=9, learning_rate=1e-6, rounds=1),
    )
    assert night.report.unlearned == ("0000", "0001", "0002")  # a random model says nothing of the kind
    assert night.report.facts()["unlearned"] == ["0000", "0001", "0002"]


def test_facts_of_former_nights_come_along(llama: Llama) -> None:
    past, new = entries("My dog is Rex.", "The car is red."), entries("The code is 42.", start=10)
    night = consolidate(llama, new, past, curriculum=TinyCurriculum(), settings=make_settings(drift_limit=9, older=1.0))
    assert night.report.older == 1
    assert night.report.entries == 1
    assert len(night.report.after.answers) == 2
