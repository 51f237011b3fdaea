"""Which token a random number means, given the logits and how bold the choice may be."""

from __future__ import annotations

import ctypes
import functools
from typing import Any, NamedTuple

import numpy as np

from engine import native

NO_NUMBER = -1
"""`BL_NOT_FINITE`: what a draw answers where a logit is NaN or +inf, or every token is forbidden."""

_CANNOT = -2
_COLDEST = 1e-30
_LIKELY = np.float32(1e-3)
"""The nucleus is first looked for among tokens that are at least so likely, of the likeliest; it nearly always lies
there."""
_STRETCH = 128
"""Sums are made of so many weights at a time: running sums over a whole vocabulary cost more than a small model."""


class Boldness(NamedTuple):
    """What of the distribution counts; see `SamplingParams`."""

    temperature: float
    """Above 0."""
    top_k: int
    top_p: float

    @property
    def factor(self) -> float:
        """What logits are multiplied with."""
        return 1.0 / max(self.temperature, _COLDEST)


def draw(logits: np.ndarray, boldness: Boldness, chance: float) -> int:
    """The first token up to which the weights exp(logit / temperature) of those that count sum to `chance` of them all,
    or `NO_NUMBER`.

    `logits` (V,) are float32, `chance` lies in (0, 1], so that no token of weight 0 can be met.
    """
    peak = float(logits.max())  # NaN where there is one
    if not np.isfinite(peak):
        return NO_NUMBER
    with np.errstate(over="ignore", under="ignore"):  # far below the peak, a weight of 0 is right
        weights = logits - np.float32(peak)
        weights *= np.float32(boldness.factor)
        np.exp(weights, out=weights)
    ids: np.ndarray | None = None
    if 0 < boldness.top_k < weights.size:
        ids = _top(weights, boldness.top_k, float(np.partition(weights, -boldness.top_k)[-boldness.top_k]))
        weights = weights[ids]
    if boldness.top_p < 1:
        kept = nucleus(weights, boldness.top_p)
        ids = kept if ids is None else ids[kept]
        weights = weights[kept]
    chosen = _reached(weights, chance * float(weights.sum(dtype=np.float64)))
    return chosen if ids is None else int(ids[chosen])


def draw_natively(logits: np.ndarray, boldness: Boldness, chance: float, instructions: str | None = None) -> int:
    """`draw` by the C++ library (``src/draw.cpp``), for logits without gaps; raises `MemoryError` where it is short."""
    named = None if instructions is None else instructions.encode()
    token: int = _library_draw()(
        named, ctypes.byref(_first(logits)), logits.size, ctypes.c_float(boldness.factor),
        min(boldness.top_k, logits.size), ctypes.c_double(boldness.top_p), ctypes.c_double(chance),
    )  # fmt: skip
    if token == _CANNOT:
        raise MemoryError(f"There is not enough memory for a draw, or {instructions!r} cannot run here.")
    return token


@functools.cache
def _library_draw() -> Any:
    """`bl_sample` without declared types. It is called after a token has swept the caches: to check types then, or
    to ask numpy for an address, costs as much as the draw."""
    function = native.library()["bl_sample"]
    function.restype = ctypes.c_int32
    return function


def _first(logits: Any) -> ctypes.c_char:
    """The first byte of an array without gaps."""
    try:
        return ctypes.c_char.from_buffer(logits)
    except TypeError:  # it is not to be written to
        return ctypes.c_char.from_buffer(logits.copy())


def nucleus(weights: np.ndarray, top_p: float) -> np.ndarray:
    """The fewest indices, in ascending order, whose weights reach `top_p` of the sum; the lower of equals first.

    `weights` (V,) are from 0 to 1, not all zero, and need not sum to 1. Only those are sorted that may be needed.
    """
    wanted = top_p * float(weights.sum(dtype=np.float64))
    likely = np.flatnonzero(weights >= _LIKELY)
    pool = weights[likely] if likely.size < weights.size // 8 else weights
    if float(pool.sum(dtype=np.float64)) < wanted:
        pool = weights
    falling = np.sort(pool)[::-1]
    last = _reached(falling, wanted)
    kept = _top(pool, last + 1, float(falling[last]))
    return kept if pool is weights else likely[kept]


def _reached(weights: np.ndarray, wanted: float) -> int:
    """The first index up to which non-negative weights sum to `wanted`, which is above 0; where rounding lets it be
    missed, the last that is not 0."""
    if weights.size <= _STRETCH:
        place = int(weights.cumsum(dtype=np.float64).searchsorted(wanted))
        return place if place < weights.size else int(weights.nonzero()[0][-1])
    sums = np.add.reduceat(weights, np.arange(0, weights.size, _STRETCH), dtype=np.float64).cumsum()
    stretch = min(int(sums.searchsorted(wanted)), sums.size - 1)
    before = float(sums[stretch - 1]) if stretch else 0.0
    part = weights[stretch * _STRETCH : (stretch + 1) * _STRETCH]
    place = int(part.cumsum(dtype=np.float64).searchsorted(wanted - before))
    if place < part.size:
        return stretch * _STRETCH + place
    return int(weights[: (stretch + 1) * _STRETCH].nonzero()[0][-1])


def _top(weights: np.ndarray, count: int, smallest: float) -> np.ndarray:
    """Ascending indices of the `count` largest, given the smallest of these; the lower of equals first."""
    found = (weights >= smallest).nonzero()[0]
    if found.size == count:
        return found
    kept = weights > smallest
    missing = count - int(np.count_nonzero(kept))
    kept[np.flatnonzero(weights == smallest)[:missing]] = True
    return np.flatnonzero(kept)
