"""Choosing the next token from the logits: temperature, top-k, top-p, repetition penalty."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine import native
from engine.errors import BitLlamaError, ConfigError
from engine.text.draw import NO_NUMBER, Boldness, draw, draw_natively

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
        self._boldness = Boldness(params.temperature, params.top_k, params.top_p)
        self._draw = draw if native.why_not() else draw_natively

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
            token = self._draw(values, self._boldness, 1.0 - self._random.random())
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
