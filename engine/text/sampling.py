"""Choosing the next token from the logits: temperature, top-k, top-p, repetition penalty.

The formula is here in numpy; the C++ library has it faster, with the same results to the token.
"""

from __future__ import annotations

import ctypes
import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from engine import native
from engine.errors import BitLlamaError, ConfigError

NO_NUMBER = -1
"""`BL_NO_NUMBER`: what sampling answers where a logit is NaN or +inf, or every token is forbidden."""

_FAILED = -2
_MIN_TEMPERATURE = 1e-30
_LIKELY = np.float32(1e-3)
"""The nucleus is first looked for among tokens that are at least this likely, compared with the likeliest; it nearly
always lies there."""
_BLOCK = 128
"""Weights are summed in blocks: running sums over a whole vocabulary cost more than a small model."""
MOST_BEAMS = 16
CHAT_BEAMS = 4
"""In a conversation, where nobody says otherwise."""


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
    beams: int = 1
    """Above 1, where the next token is in doubt, at most so many ways to go on are followed, and one of them is chosen
    as a whole (`engine.generate`)."""
    seed: int | None = None
    """The same seed gives the same choices; None a fresh one each time."""

    def __post_init__(self) -> None:
        _check_float("temperature", self.temperature, 0.0, 100.0, above=False)
        _check_float("top_p", self.top_p, 0.0, 1.0, above=True)
        _check_float("repetition_penalty", self.repetition_penalty, 0.0, 100.0, above=True)
        for name in ("top_k", "repetition_window"):
            if not _is_int(value := getattr(self, name)) or value < 0:
                raise ConfigError(f"{name} is {value!r}; it must be a whole number from 0.")
        if not _is_int(self.beams) or not 1 <= self.beams <= MOST_BEAMS:
            raise ConfigError(
                "beams is {value!r}; it must be a whole number from 1 to {most}.", value=self.beams, most=MOST_BEAMS
            )
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
        self._greedy = params.temperature == 0 or params.top_k == 1
        self._filter = SamplingFilter(params.temperature, params.top_k, params.top_p)
        self._sample = sample if native.why_not() else sample_natively

    def sample(self, logits: np.ndarray, recent: Sequence[int] = ()) -> int:
        """One token for `logits` (V,); `recent` are the tokens before it, the newest last.

        The order is: repetition penalty, temperature, top-k, top-p over what is left. Among equal logits the lowest
        id counts as the likelier. -inf forbids a token. `logits` is not changed.

        Raises `BitLlamaError` for logits with NaN or +inf or with every token forbidden, `ConfigError` for another
        shape than (V,).
        """
        if logits.ndim != 1 or not logits.size:
            raise ConfigError(f"Logits of shape {logits.shape} cannot be sampled; one row of numbers is needed.")
        values = self.penalised(logits, recent)
        if self._greedy:
            token = int(values.argmax())  # the position of a NaN where there is one
            if not math.isfinite(values[token]):
                token = NO_NUMBER
        else:
            token = self._sample(values, self._filter, 1.0 - self._random.random())
        if token == NO_NUMBER:
            raise BitLlamaError(
                "The model's output is not a number; its weights or its soul are damaged. Reset the "
                "state or load another soul."
            )
        return token

    def pick(self, scores: Sequence[float]) -> int:
        """One of several, given the log probability of each: the likeliest at temperature 0; of equals the first."""
        if self.params.temperature == 0:
            return int(np.argmax(scores))
        weights = np.exp((np.asarray(scores) - max(scores)) / max(self.params.temperature, 1e-6))
        return int(np.searchsorted(weights.cumsum(), self._random.random() * weights.sum(), side="right"))

    def penalised(self, logits: np.ndarray, recent: Sequence[int]) -> np.ndarray:
        """Logits as float32; those of recent tokens divided by the penalty if positive, else multiplied by it."""
        params = self.params
        values = np.ascontiguousarray(logits, np.float32)
        if params.repetition_penalty == 1 or not params.repetition_window or not len(recent):
            return values
        ids = [i for i in set(recent[-params.repetition_window :]) if 0 <= i < values.size]
        values = values.copy()
        seen = values[ids]
        values[ids] = np.where(seen > 0, seen / params.repetition_penalty, seen * params.repetition_penalty)
        return values


class SamplingFilter(NamedTuple):
    """Which tokens of the distribution may be sampled; see `SamplingParams`."""

    temperature: float
    """Above 0."""
    top_k: int
    top_p: float

    @property
    def factor(self) -> float:
        """What logits are multiplied with."""
        return 1.0 / max(self.temperature, _MIN_TEMPERATURE)


def sample(logits: np.ndarray, filter_: SamplingFilter, threshold: float) -> int:
    """The token that a random number means, or `NO_NUMBER`.

    It is the first one up to which the weights exp(logit / temperature) of those that pass the filter sum to the part
    `threshold` of them all. `logits` (V,) are float32; `threshold` lies in (0, 1], so that no token of weight 0 can be
    met.
    """
    peak = float(logits.max())  # NaN where there is one
    if not np.isfinite(peak):
        return NO_NUMBER
    with np.errstate(over="ignore", under="ignore"):  # far below the peak, a weight of 0 is right
        weights = logits - np.float32(peak)
        weights *= np.float32(filter_.factor)
        np.exp(weights, out=weights)
    ids: np.ndarray | None = None
    if 0 < filter_.top_k < weights.size:
        ids = _top(weights, filter_.top_k, float(np.partition(weights, -filter_.top_k)[-filter_.top_k]))
        weights = weights[ids]
    if filter_.top_p < 1:
        kept = nucleus(weights, filter_.top_p)
        ids = kept if ids is None else ids[kept]
        weights = weights[kept]
    chosen = _index_reaching(weights, threshold * float(weights.sum(dtype=np.float64)))
    return chosen if ids is None else int(ids[chosen])


def sample_natively(
    logits: np.ndarray, filter_: SamplingFilter, threshold: float, instructions: str | None = None
) -> int:
    """`sample` by the C++ library, for contiguous logits; raises `MemoryError` where it is short."""
    named = None if instructions is None else instructions.encode()
    token: int = _library_function()(
        named, ctypes.byref(_first(logits)), logits.size, ctypes.c_float(filter_.factor),
        min(filter_.top_k, logits.size), ctypes.c_double(filter_.top_p), ctypes.c_double(threshold),
    )  # fmt: skip
    if token == _FAILED:
        raise MemoryError(f"There is not enough memory for sampling, or {instructions!r} cannot run here.")
    return token


@functools.cache
def _library_function() -> Any:
    """`bl_sample` without declared types. It is called after a token has swept the caches: to check types then, or to
    ask numpy for an address, costs as much as sampling."""
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
    last = _index_reaching(falling, wanted)
    kept = _top(pool, last + 1, float(falling[last]))
    return kept if pool is weights else likely[kept]


def _index_reaching(weights: np.ndarray, wanted: float) -> int:
    """The first index up to which non-negative weights sum to `wanted`, which is above 0; where rounding lets it be
    missed, the last that is not 0."""
    if weights.size <= _BLOCK:
        place = int(weights.cumsum(dtype=np.float64).searchsorted(wanted))
        return place if place < weights.size else int(weights.nonzero()[0][-1])
    sums = np.add.reduceat(weights, np.arange(0, weights.size, _BLOCK), dtype=np.float64).cumsum()
    block = min(int(sums.searchsorted(wanted)), sums.size - 1)
    before = float(sums[block - 1]) if block else 0.0
    part = weights[block * _BLOCK : (block + 1) * _BLOCK]
    place = int(part.cumsum(dtype=np.float64).searchsorted(wanted - before))
    if place < part.size:
        return block * _BLOCK + place
    return int(weights[: (block + 1) * _BLOCK].nonzero()[0][-1])


def _top(weights: np.ndarray, count: int, smallest: float) -> np.ndarray:
    """Ascending indices of the `count` largest, given the smallest of these; the lower of equals first."""
    found = (weights >= smallest).nonzero()[0]
    if found.size == count:
        return found
    kept = weights > smallest
    missing = count - int(np.count_nonzero(kept))
    kept[np.flatnonzero(weights == smallest)[:missing]] = True
    return np.flatnonzero(kept)
