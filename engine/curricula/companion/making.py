"""How makers of values are put together from lists of words, each value held apart by split."""

from __future__ import annotations

import functools
import random
from collections.abc import Callable, Sequence

from engine.curricula.companion.names import Split, in_split, make_name, make_word

Maker = Callable[[random.Random, Split], str]


@functools.cache
def pool(words: Sequence[str], split: Split) -> tuple[str, ...]:
    """The words of a tuple that belong to the split."""
    return tuple(word for word in words if in_split(word, split))


def pick(rng: random.Random, words: Sequence[str], split: Split) -> str:
    """A word of a long tuple that belongs to the split."""
    found = pool(words, split)
    return found[int(rng.random() * len(found))]


def either(rng: random.Random, words: Sequence[str]) -> str:
    """Any word of a list, whatever the split: for parts of values and for short closed lists."""
    return words[int(rng.random() * len(words))]


def proper(common: Sequence[str], share: float) -> Maker:
    def make(rng: random.Random, split: Split) -> str:
        return pick(rng, common, split) if rng.random() < share else make_name(rng, split)

    return make


def plain(common: Sequence[str], share: float) -> Maker:
    def make(rng: random.Random, split: Split) -> str:
        return pick(rng, common, split) if rng.random() < share else make_word(rng, split)

    return make


def apart(make: Maker) -> Maker:
    """A maker whose values are drawn again until one belongs to the split."""

    def made(rng: random.Random, split: Split) -> str:
        while True:
            value = make(rng, split)
            if in_split(value, split):
                return value

    return made


def combined(*parts: Sequence[str]) -> Maker:
    """One word of each list, the whole held apart by split."""
    return apart(lambda rng, split: " ".join(either(rng, part) for part in parts))


def mixed(*makers: tuple[float, Maker]) -> Maker:
    weights = [weight for weight, _ in makers]
    choices = [maker for _, maker in makers]

    def make(rng: random.Random, split: Split) -> str:
        return rng.choices(choices, weights)[0](rng, split)

    return make


def closed(words: Sequence[str]) -> Maker:
    return lambda rng, split: either(rng, words)
