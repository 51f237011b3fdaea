"""One token of a TTT layer on a CUDA card, in one kernel: nothing but the fast weights goes through its memory.

A program holds a few rows of one head's fast weights; keys, queries and the rate are small enough to be computed again
by each. The last tokens of the convolution lie in a ring of K slots, one more than are read, so that the new one can be
stored while other programs still read the oldest.
"""

from __future__ import annotations

import torch
import triton
import triton.language as tl
from torch import Tensor

from engine.ops.qkv.naive import KEY_EPS

ROWS = 16
"""Rows of fast weights in a program."""
INPUTS = 1024
"""Inputs of the rate taken at once."""
MAX_DIM = 1024
"""Widest head: a program holds `ROWS` of its rows in registers."""

SMALLEST_LENGTH = tl.constexpr(KEY_EPS)


@triton.jit
def silu(x):
    """``x sigmoid(x)``."""
    return x / (1.0 + tl.exp(-x))


@triton.jit
def unit(x):
    """``x / (|x| + 1e-6)``."""
    return x / (tl.sqrt_rn(tl.sum(x * x, axis=0)) + SMALLEST_LENGTH)


@triton.jit
def activated(qkv, ring, conv, slot, channel, inside, channels, kernel: tl.constexpr):
    """The mixed and activated activated of some channels; stores what later tokens will need of them."""
    now = tl.load(qkv + channel, mask=inside, other=0.0)
    mixed = now
    if kernel > 1:
        mixed = now * tl.load(conv + channel * kernel + kernel - 1, mask=inside, other=0.0)
        for i in tl.static_range(kernel - 1):
            before = tl.load(ring + (slot + 1 + i) % kernel * channels + channel, mask=inside, other=0.0)
            mixed += before * tl.load(conv + channel * kernel + i, mask=inside, other=0.0)
        tl.store(ring + slot % kernel * channels + channel, now, mask=inside)
    return silu(mixed)


@triton.jit
def update(q, k, v, rate, fast, output, loss, head, part, row, lane, d, read_after: tl.constexpr):
    """The delta rule on the rows `row` of one head."""
    inside = (row < d)[:, None] & (lane < d)[None, :]
    place = fast + head.to(tl.int64) * d * d + row[:, None] * d + lane[None, :]
    before = tl.load(place, mask=inside, other=0.0)
    error = tl.sum(before * k[None, :], axis=1) - v
    after = before - (rate * error)[:, None] * k[None, :]
    tl.store(place, after, mask=inside)
    read = tl.sum((after if read_after else before) * q[None, :], axis=1)
    tl.store(output + head * d + row, read, mask=row < d)
    tl.store(loss + head * tl.num_programs(1) + part, tl.sum(error * error, axis=0) / 2)


@triton.jit
def tied_kernel(f, fast, output, loss, rate_scale, d, inner_lr, block_rows: tl.constexpr, block: tl.constexpr):
    """Program (0, part): `block_rows` rows of the one head."""
    part = tl.program_id(1)
    lane, row = tl.arange(0, block), part * block_rows + tl.arange(0, block_rows)
    whole = tl.load(f + lane, mask=lane < d, other=0.0)
    length = tl.sqrt_rn(tl.sum(whole * whole, axis=0)) + SMALLEST_LENGTH
    k, v = whole / length, tl.load(f + row, mask=row < d, other=0.0) / length
    update(k, k, v, inner_lr * tl.load(rate_scale), fast, output, loss, tl.program_id(0), part, row, lane, d, False)


@triton.jit
def linear_kernel(
    qkv, x, conv, ring, slot, rate_weight, rate_bias, fast, output, loss, rate_scale, d, inputs,
    kernel: tl.constexpr, block_rows: tl.constexpr, block: tl.constexpr, block_inputs: tl.constexpr,
):  # fmt: skip
    """Program (head, part): `block_rows` rows of one head."""
    head, part = tl.program_id(0), tl.program_id(1)
    width = tl.num_programs(0) * d
    lane, row = tl.arange(0, block), part * block_rows + tl.arange(0, block_rows)
    now = tl.load(slot)
    q = unit(activated(qkv, ring, conv, now, head * d + lane, lane < d, 3 * width, kernel))
    k = unit(activated(qkv, ring, conv, now, width + head * d + lane, lane < d, 3 * width, kernel))
    v = activated(qkv, ring, conv, now, 2 * width + head * d + row, row < d, 3 * width, kernel)
    total = tl.zeros((block_inputs,), dtype=tl.float32)
    for first in range(0, inputs, block_inputs):
        at = first + tl.arange(0, block_inputs)
        known = at < inputs
        weight = tl.load(rate_weight + head * inputs + at, mask=known, other=0.0)
        total += weight * tl.load(x + at, mask=known, other=0.0)
    gate = 1.0 / (1.0 + tl.exp(-(tl.sum(total, axis=0) + tl.load(rate_bias + head))))
    rate = tl.minimum(gate * tl.load(rate_scale), 1.0)
    update(q, k, v, rate, fast, output, loss, head, part, row, lane, d, True)


def loss_room(heads: int, d: int, device: torch.device) -> Tensor:
    """Room for the losses, ``[H, parts]``: their sum over parts is the inner loss of each head."""
    return torch.zeros(heads, triton.cdiv(d, ROWS), device=device)


def _launch(d: int) -> dict[str, int]:
    return {"block_rows": ROWS, "block": triton.next_power_of_2(d), "num_warps": 4 if d <= 256 else 8}


def tied(f: Tensor, fast: Tensor, output: Tensor, loss: Tensor, inner_lr: float, rate_scale: Tensor) -> None:
    """`naive.tied` in place: changes ``fast [1, d, d]``, fills ``output [d]`` and `loss_room`; ``rate_scale [1]``."""
    d = fast.shape[-1]
    tied_kernel[(1, triton.cdiv(d, ROWS))](f, fast, output, loss, rate_scale, d, inner_lr, **_launch(d))


def linear(
    qkv: Tensor,
    x: Tensor,
    conv: Tensor | None,
    ring: Tensor,
    slot: Tensor,
    rate_weight: Tensor,
    rate_bias: Tensor,
    fast: Tensor,
    output: Tensor,
    loss: Tensor,
    rate_scale: Tensor,
) -> None:
    """`naive.linear` in place.

    Args:
        ring: the qkv of the last tokens, ``[K, 3 H d]``; the one before token number n lies in slot ``(n - 1) % K``.
        slot: int32 ``[1]``, n; the caller counts it on after the token.
        fast: changed, ``[H, d, d]``.
        output: filled, ``[H d]``.
        loss: filled; see `loss_room`.
        rate_scale: ``[1]``.
    """
    heads, d, _ = fast.shape
    kernel = 1 if conv is None else conv.shape[1]
    linear_kernel[(heads, triton.cdiv(d, ROWS))](
        qkv, x, x if conv is None else conv, ring, slot, rate_weight, rate_bias, fast, output, loss, rate_scale,
        d, x.shape[-1], kernel, block_inputs=min(INPUTS, triton.next_power_of_2(x.shape[-1])), **_launch(d),
    )  # fmt: skip


def ring_of(tail: Tensor) -> Tensor:
    """The ring ``[K, 3 H d]`` that holds a tail ``[K - 1, 3 H d]`` before token number K - 1."""
    return torch.cat((tail, tail.new_zeros(1, tail.shape[1])))


def tail_of(ring: Tensor, slot: Tensor) -> Tensor:
    """The tail ``[K - 1, 3 H d]`` of a ring before token number `slot`, the oldest first."""
    kernel = ring.shape[0]
    order = (slot + torch.arange(1, kernel, device=ring.device)) % kernel
    return ring.index_select(0, order)
