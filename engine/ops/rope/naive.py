"""Rotation as its formula stands: the truth that every fast form is tested against."""

from __future__ import annotations

import torch
from torch import Tensor


def rotate(x: Tensor, positions: Tensor, frequencies: Tensor, amplitude: float = 1.0) -> Tensor:
    """Turn each pair of numbers by its angle.

    Args:
        x: queries or keys, ``[..., T, d]``.
        positions: of the tokens, int64 ``[T]``.
        frequencies: radians a token, float32 ``[r / 2]`` with r <= d; the numbers from r on stay.
        amplitude: what cosine and sine are multiplied by.

    Returns:
        ``[..., T, d]``: number i and number i + r/2 of a token at position p are turned by p · frequencies[i].
    """
    out = x.clone()
    half = frequencies.shape[0]
    for pair in range(half):
        angle = positions.float() * frequencies[pair]
        cos, sin = angle.cos() * amplitude, angle.sin() * amplitude
        first, second = x[..., pair], x[..., pair + half]
        out[..., pair] = first * cos - second * sin
        out[..., pair + half] = second * cos + first * sin
    return out


def tables(positions: Tensor, frequencies: Tensor, amplitude: float = 1.0) -> tuple[Tensor, Tensor]:
    """Cosine and sine of the angle of every pair, each float32 ``[..., r / 2]`` for positions ``[...]``."""
    angles = positions.float().unsqueeze(-1) * frequencies
    return torch.cos(angles) * amplitude, torch.sin(angles) * amplitude
