"""A causal depthwise convolution as it stands: the truth that the fused form is held against."""

from __future__ import annotations

import torch
from torch import Tensor


def causal_conv(x: Tensor, weight: Tensor) -> Tensor:
    """Mix each token with those before it, each channel for itself.

    Args:
        x: ``[B, K - 1 + T, C]``, of which the first K - 1 are the tokens before.
        weight: ``[C, K]``, the last one for the token itself.

    Returns:
        ``[B, T, C]``.
    """
    kernel = weight.shape[1]
    tokens = x.shape[1] - kernel + 1
    mixed = x[:, :tokens] * weight[:, 0]
    for i in range(1, kernel):
        mixed = torch.addcmul(mixed, x[:, i : i + tokens], weight[:, i])
    return mixed
