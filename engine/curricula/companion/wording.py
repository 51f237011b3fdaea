"""What the user says about facts: a wording, a frame round it, and the way it is typed."""

from __future__ import annotations

import random

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
from engine.curricula.companion.tables import table

_TELL_SHARE, _ASK_SHARE = 0.35, 0.45
_TABLE = table("frames")
_CALLS = frozenset(_TABLE["calls"])
"""Tellings that begin so call for something and stand alone: nobody says "by the way, please remember"."""
_AMERICAN: list[tuple[str, str]] = _TABLE["american"]
_NO_FRAME = tuple(_TABLE["unframed_questions"])
_DENIALS: list[str] = _TABLE["deny"]


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
