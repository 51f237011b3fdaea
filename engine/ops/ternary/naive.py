"""The ternary product as its formulas stand, in float32 torch: the truth that every fast form is tested against.

Source: BitNet b1.58, Ma et al. 2024, arXiv 2402.17764, section 2.
"""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F

SMALLEST_ABSMAX = 1e-30
"""Keeps an all-zero token from dividing by zero; far below any activation that matters."""


def quantize_weight(weight: Tensor) -> tuple[Tensor, Tensor]:
    """Ternary codes and their scale.

    Args:
        weight: float weights of shape ``[out, in]``.

    Returns:
        Codes in {-1, 0, +1} of shape ``[out, in]``, as floats, and the scale ``s = mean(|W|)``, a scalar tensor:
        ``Wq = clip(round(W / s), -1, 1)``.
    """
    scale = weight.abs().mean().clamp_min(SMALLEST_ABSMAX)
    return (weight / scale).round().clamp(-1, 1), scale


def quantize_activations(x: Tensor, bits: int) -> tuple[Tensor, Tensor]:
    """Whole numbers in the range of `bits` by the largest absolute value of each token.

    Args:
        x: activations of shape ``[..., in]``.
        bits: 2 to 16.

    Returns:
        Whole numbers as floats, of the shape of `x`, and their scale of shape ``[..., 1]``, so that ``x ~ xq * sx``.
    """
    largest = 2 ** (bits - 1) - 1
    scale = x.abs().amax(dim=-1, keepdim=True).clamp_min(SMALLEST_ABSMAX) / largest
    return (x / scale).round().clamp(-largest, largest), scale


def bit_linear(x: Tensor, weight: Tensor, bits: int) -> Tensor:
    """``y = (Wq . xq) * s * sx`` with the straight-through estimator on weights and activations.

    Args:
        x: activations of shape ``[..., in]``.
        weight: float master weights of shape ``[out, in]``.
        bits: width of the quantised activations; 32 leaves them as they are.

    Returns:
        Outputs of shape ``[..., out]``. Gradients reach `x` and `weight` as if rounding were the identity.
    """
    codes, scale = quantize_weight(weight)
    ternary = weight + (codes * scale - weight).detach()
    if bits < 32:
        whole, x_scale = quantize_activations(x, bits)
        x = x + (whole * x_scale - x).detach()
    return F.linear(x, ternary)
