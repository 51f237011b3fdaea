"""What is taken from what a reader wrote down, what it is trained on, and the questions about what was never told."""

from __future__ import annotations

import random

import pytest

from engine.curricula.everyday.curriculum import EverydayCurriculum
from engine.curricula.everyday.reader import facts_of
from engine.curricula.everyday.reader_texts import ReaderTexts
from engine.curricula.everyday.texts import frames_for
from engine.curricula.everyday.told_lines import (
    NOTHING,
    ToldLine,
    content_words,
    is_sound,
    parse_lines,
    value_of,
    write_lines,
)
from engine.sleep.curriculum import TaughtExchange, WordedFact

PARKED = "I parked on level 4 next to the blue pillar, row K"


def test_lines_are_read_as_they_are_written() -> None:
    lines = [ToldLine("which level did I park on?", "Level 4."), ToldLine("what is next to my car?", "A blue pillar.")]
    assert parse_lines(write_lines(lines)) == lines
    assert write_lines([]) == NOTHING
    assert parse_lines(NOTHING) == []
    assert parse_lines("no line\n | \nwho? |\n| Rex") == []


@pytest.mark.parametrize(
    ("question", "answer", "value"),
    [
        ("which level did I park on?", "On level 4.", "4"),
        ("where is my car?", "Level 4, next to the blue pillar.", "Level 4 next to the blue pillar"),
        ("what colour is the pillar?", "It is blue.", "blue"),
        ("which row?", "K.", "K"),
    ],
)
def test_the_value_is_what_the_message_told(question: str, answer: str, value: str) -> None:
    assert value_of(ToldLine(question, answer), PARKED) == value


@pytest.mark.parametrize(
    ("question", "answer", "sound"),
    [
        ("which level did I park on?", "Level 4.", True),
        ("which level did I park on?", "Level 5.", False),  # was not told
        ("did I park on level 4?", "Level 4.", False),  # says its own answer
        ("which level did I park on", "Level 4.", False),  # asks nothing
        (PARKED + "?", "Level 4.", False),  # is the message
        ("who parked next to me?", "Level 4, where Bettina parked.", False),  # a name from nowhere
    ],
)
def test_only_what_the_message_bears_out_is_taught(question: str, answer: str, sound: bool) -> None:
    assert is_sound(ToldLine(question, answer), PARKED) is sound


def test_what_most_samples_say_is_a_fact_with_their_wordings() -> None:
    told = [
        "which level is my car on? | Level 4.",
        "what level did I park on? | Level 4.\nwhich row did I park in? | Row K.",
        "which level is my car on? | Level 4.\nwhich floor? | Level 9.",
        "which row is my car in? | Row K.",
    ]
    facts = facts_of(PARKED, told)
    assert [fact.value for fact in facts] == ["4", "K"]
    assert {e.user for e in facts[0].exchanges} == {"which level is my car on?", "what level did I park on?"}
    assert facts_of(PARKED, [NOTHING, NOTHING, told[0]]) == []


def test_samples_are_sound_and_of_both_kinds() -> None:
    texts = ReaderTexts(frames_for("training"), random.Random(3))
    samples = [texts.sample() for _ in range(60)]
    told = [(message, lines) for message, lines, _ in samples if lines]
    assert 30 <= len(told) < 60
    assert all(is_sound(line, message) for message, lines in told for line in lines)


def test_what_was_never_told_does_not_resemble_what_was() -> None:
    fact = WordedFact("car", "4", (TaughtExchange("which level did I park my car on?", "Level 4.", True),))
    asked = EverydayCurriculum().never_told(random.Random(1), [fact], [PARKED], 30)
    about = set(content_words(PARKED))
    assert len(asked) == 30
    assert all(len(about & set(content_words(e.user))) <= 1 for e in asked)
