"""What the companion says to facts."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from typing import Any

from engine.curricula.companion.facts import Fact, Kind, fill, upper_start
from engine.curricula.companion.tables import table

_SAID: dict[str, Any] = table("frames")["replies"]
_BEFORE, _AFTER, _CORRECTED, _KNOWN = (_SAID[name] for name in ("told_before", "told_after", "corrected", "known"))
_VALUE = re.compile(r"\{a?v\}")
DO_NOT_KNOW = "don't know"
"""Every reply to a question about what was never told contains these words, and no other reply does."""


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
