"""The norm as its formula stands: the truth that every fast form is tested against."""

from __future__ import annotations

from torch import Tensor


def rms_norm(x: Tensor, weight: Tensor, eps: float) -> Tensor:
    """``x / sqrt(mean(x^2) + eps) * weight`` over the last dimension of `x`, ``[..., n]``, with `weight` ``[n]``."""
    return x / (x.square().mean(dim=-1, keepdim=True) + eps).sqrt() * weight
