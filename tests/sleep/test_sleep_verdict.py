"""Verdicts: what is refused and why, and that a question decides before a message that was cut short does."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest

from engine.sleep.report import ProbeAnswer, ProbeResults, gain, judge

SOUND = [np.zeros((2, 2), np.float32)]


def probed(questions: str = "", clozes: str = "", loss: float = 1.0) -> ProbeResults:
    """A ``+`` for each right answer, a ``-`` for each wrong one."""
    answers = [ProbeAnswer("question", "", "", "", mark == "+", math.nan) for mark in questions]
    answers += [ProbeAnswer("cloze", "", "", "", mark == "+", -1.0) for mark in clozes]
    return ProbeResults(tuple(answers), heldout_loss=loss)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (probed("+-"), probed("+-")),
        (probed("+-"), probed("-+")),
        (probed("--++", "++"), probed("++++", "--")),
        (probed(), probed()),
        (probed("", "+-"), probed("", "++")),
        (probed("++"), probed()),
        (probed(loss=1.0), probed(loss=1.019)),
    ],
)
def test_what_knows_no_less_is_accepted(before: ProbeResults, after: ProbeResults) -> None:
    assert judge(before, after, 0.02, SOUND) == ("accepted", "")


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        (probed("++--"), probed("+---"), "Of 4 questions .* 2 right before the night and would get 1 right after"),
        (probed("++--", "--"), probed("+---", "++"), "4 questions"),
        (probed("", "++"), probed("", "+-"), "Of 2 messages cut"),
        (probed(loss=1.0), probed(loss=1.021), r"grew by 2\.1%, more than the limit of 2\.0%"),
    ],
)
def test_what_knows_less_or_drifted_is_refused_in_words(before: ProbeResults, after: ProbeResults, why: str) -> None:
    verdict, said = judge(before, after, 0.02, SOUND)
    assert verdict == "rejected"
    assert re.search(why, said)


def test_numbers_that_are_not_finite_are_refused() -> None:
    verdict, why = judge(probed("-"), probed("+"), 1.0, [np.full((2, 2), np.nan, np.float32)])
    assert (verdict, "not finite" in why) == ("rejected", True)


def test_what_was_gained_is_counted_by_the_probes_that_decide() -> None:
    assert gain(probed("+--", "++"), probed("++-", "--")) == 1
    assert gain(probed("", "--"), probed("", "++")) == 2
    assert gain(probed(), probed()) == 0
