"""q, k and v of a TTT layer by torch, with the convolution whose gradient is summed in place."""

from __future__ import annotations

import torch
from torch import Tensor

from engine.ops.causal_conv.fused import causal_conv
from engine.ops.qkv.naive import QKV, activate


def qkv(x: Tensor, tail: Tensor, weight: Tensor | None, heads: int) -> QKV:
    """Same as `naive.qkv`."""
    if weight is not None:
        x = causal_conv(torch.cat((tail, x), dim=1), weight)
    return activate(x, heads)
