"""One token of a TTT layer in float32 torch; the formulas are those of docs/model.md."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.ops.delta_rule import naive as delta_rule
from engine.ops.qkv.naive import unit


class Step(NamedTuple):
    """What one token gives."""

    output: Tensor
    """Readings of all heads, ``[H d]``, not normed."""
    fast: Tensor
    """Fast weights ``[H, d, d]``, value by key."""
    tail: Tensor
    """The inputs of the last K - 1 tokens, ``[K - 1, 3 H d]``."""
    loss: Tensor
    """Inner loss of each head before the update, ``[H]``."""


def _update(q: Tensor, k: Tensor, v: Tensor, rate: Tensor, fast: Tensor, tail: Tensor, read_after: bool) -> Step:
    q, k, v, rate = (x[None, :, None] for x in (q, k, v, rate))
    result = delta_rule.delta_rule(q, k, v, rate, fast[None], read_after=read_after)
    return Step(result.output.flatten(), result.state[0], tail, result.loss[0, :, 0])


def tied(f: Tensor, fast: Tensor, inner_lr: float, rate_scale: float) -> Step:
    """The variant with one activated ``f [d]`` of the input, read before the update; ``fast [1, d, d]``."""
    k = unit(f)[None]
    return _update(k, k, k, torch.full_like(k[:, 0], inner_lr * rate_scale), fast, f.new_zeros(0, 0), False)


def linear(
    qkv: Tensor,
    x: Tensor,
    conv: Tensor | None,
    tail: Tensor,
    rate_weight: Tensor,
    rate_bias: Tensor,
    fast: Tensor,
    rate_scale: float,
) -> Step:
    """The variant with three qkv, read after the update.

    Args:
        qkv: query, key and value side by side, ``[3 H d]``.
        x: the layer's normed input ``[D]``, which the rate is made of.
        conv: ``[3 H d, K]``, or None for K = 1.
        tail: the qkv of the last K - 1 tokens, the oldest first, ``[K - 1, 3 H d]``.
        rate_weight: ``[H, D]``.
        rate_bias: ``[H]``.
        fast: ``[H, d, d]``.
        rate_scale: factor on the rate, which is cut at 1.
    """
    heads, d, _ = fast.shape
    mixed = qkv
    if conv is not None:
        seen = torch.cat((tail, qkv[None]))
        mixed, tail = (seen.T * conv).sum(dim=1), seen[1:]
    q, k, v = F.silu(mixed).view(3, heads, d)
    rate = (torch.sigmoid(rate_weight @ x + rate_bias) * rate_scale).clamp(max=1.0)
    return _update(unit(q), unit(k), v, rate, fast, tail, True)
