"""How two souls of one model differ."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.errors import SoulMismatchError
from engine.io.soul import Soul


@dataclass(frozen=True)
class Difference:
    """Two sets of fast weights, a and b, as two long vectors."""

    norms: tuple[float, float]
    """|a| and |b|."""
    cosine: float
    """Of the angle between them: 1 the same direction, 0 nothing in common; 1 where both are zero, 0 where one is."""
    change: float
    """|b - a| / max(|a|, |b|): 0 nothing changed, 1 one of them is newborn, 2 opposite."""


@dataclass(frozen=True, eq=False)
class Comparison:
    """What changed from one soul to another. N layers, H heads a layer (1 for the variant `tied`)."""

    whole: Difference
    """All layers together."""
    layers: tuple[Difference, ...]
    """Each layer."""
    heads: NDArray[np.float64]
    """`Difference.change` of every head, (N, H)."""
    tokens: int
    """Level of the second less that of the first."""


def compare(a: Soul, b: Soul) -> Comparison:
    """Compare two souls. Raises `SoulMismatchError` where their sizes differ."""
    if [layer.shape for layer in a.layers] != [layer.shape for layer in b.layers]:
        raise SoulMismatchError("These two souls belong to models of different sizes; they cannot be compared.")
    first, second = ([np.asarray(layer, np.float64) for layer in soul.layers] for soul in (a, b))
    heads = [
        [_difference(x, y).change for x, y in zip(_heads(one), _heads(other), strict=True)]
        for one, other in zip(first, second, strict=True)
    ]
    return Comparison(
        whole=_difference(np.concatenate([x.ravel() for x in first]), np.concatenate([y.ravel() for y in second])),
        layers=tuple(_difference(x, y) for x, y in zip(first, second, strict=True)),
        heads=np.array(heads),
        tokens=b.meta.level - a.meta.level,
    )


def _heads(layer: NDArray[np.float64]) -> NDArray[np.float64]:
    return layer if layer.ndim == 3 else layer[None]


def _difference(a: NDArray[np.float64], b: NDArray[np.float64]) -> Difference:
    norm_a, norm_b = float(np.linalg.norm(a)), float(np.linalg.norm(b))
    larger = max(norm_a, norm_b)
    if norm_a and norm_b:
        # Each is scaled first, so that the product of tiny numbers does not vanish.
        cosine = float(np.clip(np.sum((a / norm_a) * (b / norm_b)), -1.0, 1.0))
    else:
        cosine = float(norm_a == norm_b)
    return Difference((norm_a, norm_b), cosine, float(np.linalg.norm(b - a)) / larger if larger else 0.0)
