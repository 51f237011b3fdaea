"""A curriculum for memories that reads "X is Y" and words it in four ways: all that a night needs."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence

from engine.runtime.base import Cancel
from engine.sleep.backbone import Backbone
from engine.sleep.curriculum import TaughtExchange, WordedFact


class TinyCurriculum:
    """See `engine.sleep.curriculum.MemoryCurriculum`."""

    def read(
        self,
        backbone: Backbone,
        messages: Sequence[str],
        cancel: Cancel | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> list[list[WordedFact]]:
        return [[_fact(*pair) for pair in re.findall(r"(\w+) is (\w+)", message)] for message in messages]

    def never_told(
        self, rng: random.Random, facts: Sequence[WordedFact], messages: Sequence[str], count: int
    ) -> list[TaughtExchange]:
        return [TaughtExchange(f"what is x{n}?", "I don't know.", True) for n in range(min(count, 4))]

    def ordinary(self) -> list[str]:
        return [f"say {n}" for n in range(20)]


def _fact(slot: str, value: str) -> WordedFact:
    words = (f"what is the {slot}?", f"the {slot}?", f"{slot}, what was it?", f"tell me the {slot}?")
    return WordedFact(slot, value, tuple(TaughtExchange(word, value, True) for word in words))
