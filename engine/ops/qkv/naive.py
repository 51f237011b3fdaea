"""q, k and v of a TTT layer as their formulas stand: the truth that the faster forms are compared with."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.ops.causal_conv.naive import causal_conv

KEY_EPS = 1e-6
"""Added to the length of a key before dividing by it."""


class QKV(NamedTuple):
    """Queries, keys and values of shape ``[B, H, T, d]`` each."""

    query: Tensor
    key: Tensor
    value: Tensor


def unit(x: Tensor) -> Tensor:
    """``x / (|x| + 1e-6)`` over the last dimension."""
    return x / (torch.linalg.vector_norm(x, dim=-1, keepdim=True) + KEY_EPS)


def split_heads(x: Tensor, heads: int) -> Tensor:
    """``[B, T, H d]`` to ``[B, H, T, d]``."""
    return x.unflatten(-1, (heads, -1)).transpose(1, 2)


def next_tail(x: Tensor, tail: Tensor) -> Tensor:
    """The last K - 1 tokens of `tail`, ``[B, K - 1, C]``, and `x`, ``[B, T, C]``."""
    past = tail.shape[1]
    return torch.cat((tail, x[:, max(x.shape[1] - past, 0) :]), dim=1)[:, -past:] if past else tail


def qkv(x: Tensor, tail: Tensor, weight: Tensor | None, heads: int) -> QKV:
    """Convolve, apply silu, and bring queries and keys to length 1.

    Args:
        x: projections of T tokens, queries, keys and values side by side, ``[B, T, 3 H d]``.
        tail: those of the K - 1 tokens before, ``[B, K - 1, 3 H d]``.
        weight: of a causal depthwise convolution, ``[3 H d, K]``; None for none.
        heads: H.

    Returns:
        `QKV`.
    """
    if weight is not None:
        x = causal_conv(torch.cat((tail, x), dim=1), weight)
    return activate(x, heads)


def activate(x: Tensor, heads: int) -> QKV:
    """silu of the convolved `x`, ``[B, T, 3 H d]``, split into heads; queries and keys are brought to length 1."""
    query, key, value = (split_heads(part, heads) for part in F.silu(x).chunk(3, dim=-1))
    return QKV(unit(query), unit(key), value)
