"""``x / sqrt(mean(x^2) + eps) * weight`` by torch."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F


def rms_norm(x: Tensor, weight: Tensor, eps: float) -> Tensor:
    """Norm the last dimension of `x`, ``[..., n]``, by `weight` ``[n]``; float32."""
    return F.rms_norm(x, weight.shape, weight, eps)
