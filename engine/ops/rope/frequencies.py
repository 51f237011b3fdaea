"""The rotary frequencies of a layer, with the stretching that a family uses for long contexts. Numpy only."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from engine.errors import ConfigError

Floats = NDArray[np.float32]
ScalingKind = Literal["linear", "llama3", "yarn", "factors"]


@dataclass(frozen=True)
class RopeScaling:
    """How the rotary frequencies are stretched for contexts longer than those of the first training.

    ``linear`` divides every frequency by `factor`. ``llama3`` divides the slow ones and blends in between (Llama 3.1).
    ``yarn`` is YaRN (Peng et al. 2023, arXiv 2309.00071). ``factors`` divides each frequency by its own number, which
    is how GGUF files state any of them.
    """

    kind: ScalingKind
    factor: float = 1.0
    original_context: int = 0
    """Tokens of the first training's context."""
    low_freq_factor: float = 1.0
    high_freq_factor: float = 4.0
    beta_fast: float = 32.0
    beta_slow: float = 1.0
    attention_factor: float | None = None
    """``yarn``: what cosine and sine are multiplied by; None: 0.1 ln(factor) + 1."""
    factors: tuple[float, ...] = ()
    """``factors``: one for each of the frequencies."""

    def __post_init__(self) -> None:
        if self.kind not in get_args(ScalingKind):
            raise ConfigError(
                "Rotary scaling of the kind {kind!r} is not known; {kinds} are.",
                kind=self.kind,
                kinds=", ".join(get_args(ScalingKind)),
            )
        numbers = (self.factor, self.low_freq_factor, self.high_freq_factor, self.beta_fast, self.beta_slow)
        if not all(math.isfinite(number) and number > 0 for number in (*numbers, *self.factors)):
            raise ConfigError("The rotary scaling holds a number that is not positive and finite.")
        if self.kind in ("llama3", "yarn") and self.original_context < 1:
            raise ConfigError(
                "Rotary scaling of the kind {kind} needs the context of the first training "
                "(original_max_position_embeddings).",
                kind=self.kind,
            )
        if self.kind == "llama3" and self.high_freq_factor <= self.low_freq_factor:
            raise ConfigError("The rotary scaling's high_freq_factor must be above its low_freq_factor.")


def frequencies(base: float, dim: int, scaling: RopeScaling | None = None) -> tuple[Floats, float]:
    """Radians a token of each of the ``dim / 2`` pairs, float32, and what cosine and sine are multiplied by.

    Args:
        base: of the geometric row of frequencies.
        dim: numbers of a head that are rotated, even.
        scaling: how they are stretched.
    """
    exponents = np.arange(0, dim, 2, dtype=np.float32) / np.float32(dim)
    plain = (np.float32(1.0) / np.power(np.float32(base), exponents, dtype=np.float32)).astype(np.float32)
    if scaling is None:
        return plain, 1.0
    if scaling.kind == "linear":
        return plain / np.float32(scaling.factor), 1.0
    if scaling.kind == "factors":
        return plain / np.array(scaling.factors, np.float32), 1.0
    if scaling.kind == "llama3":
        return _llama3(plain, scaling), 1.0
    amplitude = scaling.attention_factor
    if amplitude is None:
        amplitude = 0.1 * math.log(scaling.factor) + 1.0 if scaling.factor > 1 else 1.0
    return _yarn(plain, base, dim, scaling), amplitude


def _llama3(plain: Floats, scaling: RopeScaling) -> Floats:
    """Pairs that turn seldom in the first context turn `factor` times slower; fast ones stay; a blend in between."""
    turns = scaling.original_context * plain / np.float32(2 * math.pi)
    low, high = scaling.low_freq_factor, scaling.high_freq_factor
    kept = np.clip((turns - low) / np.float32(high - low), 0.0, 1.0)
    return ((1 - kept) * plain / np.float32(scaling.factor) + kept * plain).astype(np.float32)


def _yarn(plain: Floats, base: float, dim: int, scaling: RopeScaling) -> Floats:
    """Pairs that turn more than `beta_fast` times in the first context stay, those under `beta_slow` are stretched."""

    def pair_with(turns: float) -> float:
        return dim * math.log(scaling.original_context / (turns * 2 * math.pi)) / (2 * math.log(base))

    low = max(math.floor(pair_with(scaling.beta_fast)), 0)
    high = min(math.ceil(pair_with(scaling.beta_slow)), dim - 1)
    ramp = (np.arange(dim // 2, dtype=np.float32) - low) / np.float32(max(high - low, 0.001))
    stretched = np.clip(ramp, 0.0, 1.0)
    return (plain / np.float32(scaling.factor) * stretched + plain * (1 - stretched)).astype(np.float32)
