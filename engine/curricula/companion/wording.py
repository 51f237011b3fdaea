"""What is said about facts: by the user, a wording, a frame round it and the way it is typed; and by the companion."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from typing import Any

from engine.curricula.companion.data import table
from engine.curricula.companion.facts import Fact, Kind, Wordings, fill, upper_start
from engine.curricula.companion.frames import (
    ASK_FRAMES,
    CORRECT_FRAMES,
    TELL_FRAMES,
    framed,
    framed_question,
    join_two,
    sloppy,
)
from engine.curricula.companion.names import Split

_TELL_SHARE, _ASK_SHARE = 0.35, 0.45
_TABLE = table("frames")
_CALLS = frozenset(_TABLE["calls"])
"""Tellings that begin so call for something and stand alone: nobody says "by the way, please remember"."""
_AMERICAN: list[tuple[str, str]] = _TABLE["american"]
_NO_FRAME = tuple(_TABLE["unframed_questions"])
_DENIALS: list[str] = _TABLE["deny"]
_SAID: dict[str, Any] = _TABLE["replies"]
_BEFORE, _AFTER, _CORRECTED, _KNOWN = (_SAID[name] for name in ("told_before", "told_after", "corrected", "known"))
_VALUE = re.compile(r"\{a?v\}")
DO_NOT_KNOW = "don't know"
"""Every reply to a question about what was never told contains these words, and no other reply does."""


class User:
    """Words what the user says; all choices come from `rng`, all wordings from the split."""

    def __init__(self, rng: random.Random, split: Split) -> None:
        self._rng = rng
        self._split = split
        self._american = rng.random() < 0.35

    def _of(self, wordings: Wordings) -> str:
        choices = wordings.of(self._split)
        return choices[int(self._rng.random() * len(choices))]

    def _typed(self, text: str, kind: Kind, subject: str, value: str = "") -> str:
        keep = [value] if value else []
        if kind.subject not in ("", "plan_time"):
            keep.append(subject)
        if self._american:
            for british, american in _AMERICAN:
                text = text.replace(british, american)
        return sloppy(self._rng, text, keep)

    def _statement(self, fact: Fact) -> str:
        return _filled(fact, self._of(fact.kind.tell))

    def tell(self, fact: Fact) -> str:
        """A message that tells the fact."""
        said = self._statement(fact)
        if self._rng.random() < _TELL_SHARE and not _calls(said):
            said = framed(self._of(TELL_FRAMES), said, fact.value)
        return self._typed(said, fact.kind, fact.subject, fact.value)

    def tell_two(self, first: Fact, second: Fact) -> str:
        """A message that tells two facts, in one sentence or in two."""
        one, two = self._statement(first), self._statement(second)
        if "?" in one or "?" in two or ":" in one or self._rng.random() < 0.4 or _calls(two):
            return f"{one} {two}"
        return join_two(one, two, second.value)

    def ask(self, kind: Kind, subject: str) -> str:
        """A message that asks for the value of a slot."""
        wording = self._of(kind.ask)
        said = upper_start(fill(wording, subject))
        if self._rng.random() < _ASK_SHARE:
            frame = self._of(ASK_FRAMES)
            if "{c}" in frame or "{n}" in frame or _plain_question(wording):
                said = framed_question(frame, said, fill(kind.about, subject), fill(kind.noun, subject))
        return self._typed(said, kind, subject)

    def correct(self, fact: Fact) -> str:
        """A message that tells a new value for a slot."""
        choices = fact.kind.correct
        if choices and self._rng.random() < 0.5:
            said = _filled(fact, choices[int(self._rng.random() * len(choices))])
            if self._rng.random() < 0.3:
                said = framed(self._rng.choice(("Actually, {t}", "News: {t}", "By the way, {t}")), said, fact.value)
        else:
            said = self._statement(fact)
            while _calls(said):
                said = self._statement(fact)
            said = framed(self._of(CORRECT_FRAMES), said, fact.value)
        return self._typed(said, fact.kind, fact.subject, fact.value)

    def brief(self, fact: Fact) -> str:
        """A short answer to the assistant's question."""
        return self._typed(self._brief(fact), fact.kind, fact.subject, fact.value)

    def deny(self, fact: Fact) -> str:
        """A short correction of what the assistant has just said."""
        frame, said = _DENIALS[int(self._rng.random() * len(_DENIALS))], self._brief(fact)
        return self._typed(framed(frame, said, fact.value), fact.kind, fact.subject, fact.value)

    def _brief(self, fact: Fact) -> str:
        choices = fact.kind.brief
        return fact.fill(choices[int(self._rng.random() * len(choices))])


def _filled(fact: Fact, wording: str) -> str:
    """A sentence that tells the fact; a value with which it begins stays as it is."""
    said = fact.fill(wording)
    return said if wording.startswith("{v}") else upper_start(said)


def _calls(said: str) -> bool:
    return said.split(" ", 1)[0].rstrip(",") in _CALLS or "?" in said


def _plain_question(wording: str) -> bool:
    """True for one simple question; a wording of two sentences, or one that begins with 'Do you', fits no frame."""
    return wording.endswith("?") and wording.count(".") == 0 and not wording.startswith(_NO_FRAME)


class Replies:
    """What the assistant says to facts, in its plain voice. All choices come from `rng`."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng

    def _any(self, choices: Sequence[str]) -> str:
        return choices[int(self._rng.random() * len(choices))]

    def state(self, fact: Fact) -> str:
        """The fact as the assistant says it: 'Your dog is called Bramble.' It is always said in the same words: a value
        is kept under the words before it, and found again by them."""
        return upper_start(fact.fill(fact.kind.answer))

    def told(self, fact: Fact) -> str:
        """To a new fact: its value is said once more, mostly in the words in which it will be answered."""
        roll = self._rng.random()
        said = self.state(fact)
        if fact.kind.note and roll < 0.3:
            note = upper_start(fact.fill(self._any(fact.kind.note)))
            return f"{note} {said}" if roll < 0.22 else f"{said} {note}"
        if roll < 0.55:
            return f"{self._any(_SAID['told_before'])} {said}"
        return f"{said} {self._any(_SAID['told_after'])}" if roll < 0.9 else said

    def told_two(self, first: Fact, second: Fact) -> str:
        """To two facts in one message."""
        said = f"{self.state(first)} {self.state(second)}"
        return said if self._rng.random() < 0.6 else f"{self._any(_SAID['told_before'])} {said}"

    def corrected(self, fact: Fact) -> str:
        """To a new value of an old fact."""
        return f"{self._any(_SAID['corrected'])} {self.state(fact)}"

    def known(self, fact: Fact) -> str:
        """To a question about something that was told."""
        said = self.state(fact)
        return said if self._rng.random() < 0.78 else f"{self._any(_SAID['known'])} {said}"

    def unknown(self, kind: Kind, subject: str) -> str:
        """To a question about something that was not told: 'Your dog is called... I don't know.' It begins as the
        answer would, since only where the value stands can be seen whether there is one."""
        begun = fill(_VALUE.split(kind.answer, maxsplit=1)[0].rstrip(), subject)
        return str(_SAID["unknown"]).replace("{begun}", upper_start(begun))
