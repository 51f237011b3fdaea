"""Choosing the next token from the logits: temperature, top-k, top-p, repetition penalty."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.errors import BitLlamaError, ConfigError, Told

_LIKELY = np.float32(1e-3)
"""The nucleus is first looked for among tokens that are at least so likely, of the likeliest; it nearly always lies
there."""
_STRETCH = 128
"""Sums are made of so many weights at a time: running sums over a whole vocabulary cost more than a small model."""


@dataclass(frozen=True)
class SamplingParams:
    """How tokens are chosen. Raises `ConfigError`, naming the value, for one that cannot work."""

    temperature: float = 0.7
    """Divides the logits; 0 takes the likeliest token always."""
    top_k: int = 0
    """Only the k likeliest tokens; 0 means all."""
    top_p: float = 1.0
    """Only the likeliest tokens that together reach this probability (Holtzman et al. 2019, arXiv 1904.09751)."""
    repetition_penalty: float = 1.0
    """Above 1 makes recent tokens less likely (CTRL, Keskar et al. 2019, arXiv 1909.05858); 1 means none."""
    repetition_window: int = 64
    """How many recent tokens the penalty looks at."""
    seed: int | None = None
    """The same seed gives the same choices; None a fresh one each time."""

    def __post_init__(self) -> None:
        _check_float("temperature", self.temperature, 0.0, 100.0, above=False)
        _check_float("top_p", self.top_p, 0.0, 1.0, above=True)
        _check_float("repetition_penalty", self.repetition_penalty, 0.0, 100.0, above=True)
        for name in ("top_k", "repetition_window"):
            if not _is_int(value := getattr(self, name)) or value < 0:
                raise ConfigError(f"{name} is {value!r}; it must be a whole number from 0.")
        if self.seed is not None and (not _is_int(self.seed) or self.seed < 0):
            raise ConfigError(f"seed is {self.seed!r}; it must be a whole number from 0, or none.")


def _is_int(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _check_float(name: str, value: object, low: float, high: float, above: bool) -> None:
    number = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    if not number or not low <= value <= high or (above and value == low):  # type: ignore[operator]
        bound = "above" if above else "from"
        raise ConfigError(f"{name} is {value!r}; it must be a number {bound} {low:g} up to {high:g}.")


class Sampler:
    """Chooses tokens by `params`, with its own random stream: one for each reply."""

    def __init__(self, params: SamplingParams) -> None:
        self.params = params
        self._random = np.random.default_rng(params.seed)

    def sample(self, logits: np.ndarray, recent: Sequence[int] = ()) -> int:
        """One token for `logits` (V,); `recent` are the tokens before it, the newest last.

        The order is: repetition penalty, temperature, top-k, top-p over what is left. Among equal logits the lowest
        id counts as the likelier. -inf forbids a token. `logits` is not changed.

        Raises `BitLlamaError` for logits with NaN or +inf or with every token forbidden, `ConfigError` for another
        shape than (V,).
        """
        if logits.ndim != 1 or not logits.size:
            raise ConfigError(f"Logits of shape {logits.shape} cannot be sampled; one row of numbers is needed.")
        values = self._penalised(logits, recent)
        best = int(values.argmax())  # the position of a NaN where there is one
        peak = float(values[best])
        if not math.isfinite(peak):
            raise BitLlamaError(
                Told(
                    "The model's output is not a number; its weights or its soul are damaged. Reset the "
                    "state or load another soul."
                )
            )
        params = self.params
        if params.temperature == 0 or params.top_k == 1:
            return best
        with np.errstate(over="ignore", under="ignore"):  # far below the peak, a weight of 0 is right
            weights = values - np.float32(peak)
            weights /= np.float32(max(params.temperature, 1e-30))
            np.exp(weights, out=weights)
        ids: np.ndarray | None = None
        if 0 < params.top_k < weights.size:
            ids = _top(weights, params.top_k, float(np.partition(weights, -params.top_k)[-params.top_k]))
            weights = weights[ids]
        if params.top_p < 1:
            kept = nucleus(weights, params.top_p)
            ids = kept if ids is None else ids[kept]
            weights = weights[kept]
        total = float(weights.sum(dtype=np.float64))
        chosen = _reached(weights, (1.0 - self._random.random()) * total)  # in (0, sum], so no weight of 0 can be met
        return chosen if ids is None else int(ids[chosen])

    def _penalised(self, logits: np.ndarray, recent: Sequence[int]) -> np.ndarray:
        """Logits as float32; those of recent tokens divided by the penalty if positive, else multiplied by it."""
        params = self.params
        values = logits.astype(np.float32, copy=False)
        if params.repetition_penalty == 1 or not params.repetition_window or not len(recent):
            return values
        ids = [i for i in set(recent[-params.repetition_window :]) if 0 <= i < values.size]
        values = values.copy()
        seen = values[ids]
        values[ids] = np.where(seen > 0, seen / params.repetition_penalty, seen * params.repetition_penalty)
        return values


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
