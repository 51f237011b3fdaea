"""Samples of lives, made once."""

from __future__ import annotations

from functools import cache

from engine.curricula.companion.exchanges import Exchange
from engine.curricula.companion.names import Split
from engine.curricula.companion.values import CLOSED
from tools.companion.lives import Life
from tools.companion.recipe import lives

TELLING = ("tell", "correct")


@cache
def sample(split: Split = "train", count: int = 500, seed: int = 11) -> tuple[Life, ...]:
    return tuple(lives(count, seed, split))


def exchanges(split: Split = "train") -> list[Exchange]:
    return [exchange for life in sample(split) for exchange in life.exchanges()]


def told_values(found: tuple[Life, ...]) -> list[str]:
    return [
        fact.value.lower()
        for life in found
        for exchange in life.exchanges()
        if exchange.event in TELLING
        for fact in exchange.facts
        if fact.kind.value not in CLOSED
    ]
