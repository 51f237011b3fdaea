"""A norm or a gate, and then whole numbers: the truth in float32 torch."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor
from torch.nn import functional as F

from engine.ops.ternary.naive import quantize_activations


class Quantized(NamedTuple):
    """Activations before a ternary product."""

    floats: Tensor
    """Float32 ``[tokens, width]``, before the rounding."""
    whole: Tensor
    """Whole numbers ``[tokens, width]``."""
    scale: Tensor
    """Float32 ``[tokens]``, so that ``floats ~ whole * scale``."""


def _quantized(x: Tensor, bits: int) -> Quantized:
    whole, scale = quantize_activations(x, bits)
    return Quantized(x, whole, scale[:, 0])


def norm(x: Tensor, weight: Tensor, eps: float, bits: int) -> Quantized:
    """RMSNorm of groups, then whole numbers for each token.

    Args:
        x: ``[tokens, groups * width]``; every group is normed alone: 1 group is a block's norm, H groups are the norm
            of a TTT layer's heads.
        weight: ``[width]``.
        eps: added to the mean square.
        bits: of the whole numbers, at most 8.
    """
    normed = F.rms_norm(x.unflatten(1, (-1, weight.shape[0])), weight.shape, weight, eps)
    return _quantized(normed.flatten(1), bits)


def gate(x: Tensor, bits: int) -> Quantized:
    """``silu(g) * u`` of ``x = [g | u]``, ``[tokens, 2 width]``, then whole numbers."""
    left, right = x.chunk(2, dim=-1)
    return _quantized(F.silu(left) * right, bits)
