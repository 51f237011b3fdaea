"""Samples of lives, made once."""

from __future__ import annotations

from functools import cache

from engine.train.companion.lives import Exchange, Life
from engine.train.companion.names import Split
from engine.train.companion.recipe import lives
from engine.train.companion.values import CLOSED

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
