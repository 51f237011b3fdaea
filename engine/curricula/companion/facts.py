"""Kinds of facts: how each is told, asked, answered and corrected, with some wordings kept apart for testing.

A wording is a line with `{v}` for the value, `{s}` for what the fact is about, `{av}` and `{as}` for the same with a
or an. Some ways of telling and of asking of every kind, plain ones and odd ones, are never used in training.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.curricula.companion.names import Split
from engine.curricula.companion.values import with_article

HELD_OUT_EVERY = 6


@dataclass(frozen=True)
class Wordings:
    """Ways of saying one thing; `train` are used in training, `test` only to measure what is understood."""

    train: tuple[str, ...]
    test: tuple[str, ...]

    def of(self, split: Split) -> tuple[str, ...]:
        return self.train if split == "train" else self.test

    @classmethod
    def parted(cls, lines: tuple[str, ...]) -> Wordings:
        """The fifth line is for testing, and every sixth after it."""
        test = lines[4::HELD_OUT_EVERY]
        return cls(tuple(line for line in lines if line not in test), test)

    def widened(self, lines: tuple[str, ...]) -> Wordings:
        """With more lines for training; what is held out stays what it is."""
        return Wordings(self.train + lines, self.test)


@dataclass(frozen=True)
class Kind:
    """One kind of fact, such as the name of a pet.

    `value` and `subject` name makers in `values.MAKERS`; a kind without a subject is about the user alone. `about` is a
    clause in the user's voice ("what my {s} is called"), `noun` the same in a noun ("the name of my {s}"). `answer` is
    how the assistant says the fact, with words before the value. `prompt` is the assistant asking, `brief` are short
    answers of the user to it, `short` is the assistant's answer in few words.
    """

    key: str
    value: str
    subject: str
    tell: Wordings
    ask: Wordings
    about: str
    answer: str
    note: tuple[str, ...]
    prompt: str
    brief: tuple[str, ...]
    short: str
    correct: tuple[str, ...]
    weight: float
    noun: str


@dataclass(frozen=True)
class Fact:
    """A kind with its subject ("" for none) and its value."""

    kind: Kind
    subject: str
    value: str

    @property
    def slot(self) -> tuple[str, str]:
        """What can hold one value at a time: a second fact of the same slot is a correction."""
        return self.kind.key, self.subject.lower()

    def fill(self, wording: str) -> str:
        """The wording with this fact's subject and value in place."""
        return fill(wording, self.subject, self.value)


def fill(wording: str, subject: str, value: str = "") -> str:
    """Put subject and value into a wording, with the articles that they need."""
    if "{a" in wording:
        if "{as}" in wording:
            wording = wording.replace("{as}", with_article(subject))
        if "{av}" in wording:
            wording = wording.replace("{av}", with_article(value))
    return wording.replace("{s}", subject).replace("{v}", value)


def upper_start(sentence: str) -> str:
    """The sentence with a capital."""
    return sentence[0].upper() + sentence[1:]
