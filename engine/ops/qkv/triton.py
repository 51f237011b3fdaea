"""q, k and v of a TTT layer on a CUDA card: convolution, silu and lengths in one pass, forward and backward.

Forward reads each projection once and writes queries, keys and values where the delta rule wants them. Backward
computes the convolution again, since keeping it would cost a write and a read of everything.
"""

from __future__ import annotations

from typing import Any

import torch
import triton
import triton.language as tl
from torch import Tensor

from engine.ops.qkv.naive import KEY_EPS, QKV

TILE = 4096
"""Numbers of a program's tile: some tokens of one head, one at least."""


@triton.jit
def before(x, tail, batch, token, channel, tokens, width, past: tl.constexpr, here):
    """Projections ``[token, channel]`` of one stream; the tokens before the first lie in ``tail [B, past, width]``."""
    there = tl.load(
        x + (batch * tokens + token)[:, None] * width + channel[None, :],
        mask=((token >= 0) & (token < tokens))[:, None] & here[None, :], other=0.0,
    )  # fmt: skip
    return there + tl.load(
        tail + (batch * past + token + past)[:, None] * width + channel[None, :],
        mask=((token < 0) & (token >= -past))[:, None] & here[None, :], other=0.0,
    )  # fmt: skip


@triton.jit
def convolve(x, tail, weight, batch, token, channel, tokens, width, kernel: tl.constexpr, here):
    """The causal convolution at ``[token, channel]``."""
    mixed = tl.zeros((token.shape[0], channel.shape[0]), dtype=tl.float32)
    for tap in tl.static_range(kernel):
        taps = tl.load(weight + channel * kernel + tap, mask=here, other=0.0)
        mixed += taps[None, :] * before(
            x, tail, batch, token + (tap - kernel + 1), channel, tokens, width, kernel - 1, here
        )
    return mixed


@triton.jit
def qkv_kernel(
    x, tail, weight, qkv, streams, tokens, width, heads, d, eps,
    kernel: tl.constexpr, block_tokens: tl.constexpr, block: tl.constexpr,
):  # fmt: skip
    """Some tokens of one head of one part, to ``qkv [3, B, H, T, d]``."""
    blocks = tl.cdiv(tokens, block_tokens)
    batch, part = (tl.program_id(0) // blocks).to(tl.int64), tl.program_id(1)
    token = tl.program_id(0) % blocks * block_tokens + tl.arange(0, block_tokens)
    lane = tl.arange(0, block)
    activated = convolve(x, tail, weight, batch, token, part * d + lane, tokens, width, kernel, lane < d)
    activated *= tl.sigmoid(activated)
    if part < 2 * heads:
        activated /= tl.sqrt(tl.sum(activated * activated, axis=1))[:, None] + eps
    row = ((part // heads * streams + batch) * heads + part % heads) * tokens + token
    tl.store(qkv + row[:, None] * d + lane[None, :], activated, mask=(token < tokens)[:, None] & (lane < d)[None, :])


@triton.jit
def activate_back_kernel(
    x, tail, weight, grad_query, grad_key, grad_value, grad_mixed, grad_weight, tokens, width, heads, d, eps,
    kernel: tl.constexpr, block_tokens: tl.constexpr, block: tl.constexpr,
):  # fmt: skip
    """Gradients of the convolution's output, ``[B, T, width]``, and these tokens' part of those of its weight."""
    blocks = tl.cdiv(tokens, block_tokens)
    batch, part = (tl.program_id(0) // blocks).to(tl.int64), tl.program_id(1)
    token = tl.program_id(0) % blocks * block_tokens + tl.arange(0, block_tokens)
    lane = tl.arange(0, block)
    channel, here = part * d + lane, lane < d
    inside = (token < tokens)[:, None] & here[None, :]
    mixed = convolve(x, tail, weight, batch, token, channel, tokens, width, kernel, here)
    opened = tl.sigmoid(mixed)
    place = ((batch * heads + part % heads) * tokens + token)[:, None] * d + lane[None, :]
    if part < heads:
        grad = tl.load(grad_query + place, mask=inside, other=0.0)
    elif part < 2 * heads:
        grad = tl.load(grad_key + place, mask=inside, other=0.0)
    else:
        grad = tl.load(grad_value + place, mask=inside, other=0.0)
    if part < 2 * heads:
        activated = mixed * opened
        length = tl.sqrt(tl.sum(activated * activated, axis=1))
        along = tl.sum(activated * grad, axis=1) / (tl.maximum(length, 1e-30) * (length + eps))
        grad = (grad - activated * along[:, None]) / (length + eps)[:, None]
    grad *= opened * (1.0 + mixed * (1.0 - opened))
    tl.store(grad_mixed + (batch * tokens + token)[:, None] * width + channel[None, :], grad, mask=inside)
    grad = tl.where(inside, grad, 0.0)
    for tap in tl.static_range(kernel):
        seen = before(x, tail, batch, token + (tap - kernel + 1), channel, tokens, width, kernel - 1, here)
        share = grad_weight + (tl.program_id(0).to(tl.int64) * width + channel) * kernel + tap
        tl.store(share, tl.sum(grad * seen, axis=0), mask=here)


@triton.jit
def convolve_back_kernel(
    grad_mixed, weight, grad_x, grad_tail, tokens, width,
    kernel: tl.constexpr, block_tokens: tl.constexpr, block: tl.constexpr,
):  # fmt: skip
    """Gradients of the projections and of the tail before them."""
    past: tl.constexpr = kernel - 1
    blocks = tl.cdiv(tokens + past, block_tokens)
    batch = (tl.program_id(0) // blocks).to(tl.int64)
    token = tl.program_id(0) % blocks * block_tokens + tl.arange(0, block_tokens) - past
    channel = tl.program_id(1) * block + tl.arange(0, block)
    here = channel < width
    summed = tl.zeros((block_tokens, block), dtype=tl.float32)
    for tap in tl.static_range(kernel):
        later = token + (past - tap)
        summed += tl.load(weight + channel * kernel + tap, mask=here, other=0.0)[None, :] * tl.load(
            grad_mixed + (batch * tokens + later)[:, None] * width + channel[None, :],
            mask=((later >= 0) & (later < tokens))[:, None] & here[None, :], other=0.0,
        )  # fmt: skip
    mask = ((token >= 0) & (token < tokens))[:, None] & here[None, :]
    tl.store(grad_x + (batch * tokens + token)[:, None] * width + channel[None, :], summed, mask=mask)
    if past > 0:
        place = (batch * past + token + past)[:, None] * width + channel[None, :]
        tl.store(grad_tail + place, summed, mask=(token < 0)[:, None] & here[None, :])


class _QKV(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, tail: Tensor, weight: Tensor, heads: int) -> tuple[Tensor, Tensor, Tensor]:
        x, tail, weight = (part.contiguous() for part in (x, tail, weight))
        batch, tokens, width = x.shape
        d = width // (3 * heads)
        qkv = x.new_empty(3, batch, heads, tokens, d)
        block_tokens, block = _tile(d)
        qkv_kernel[(batch * triton.cdiv(tokens, block_tokens), 3 * heads)](
            x, tail, weight, qkv, batch, tokens, width, heads, d, KEY_EPS, weight.shape[1], block_tokens, block
        )
        ctx.save_for_backward(x, tail, weight)
        ctx.heads = heads
        query, key, value = qkv.unbind()
        return query, key, value

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        x, tail, weight = ctx.saved_tensors
        batch, tokens, width = x.shape
        kernel, d = weight.shape[1], width // (3 * ctx.heads)
        block_tokens, block = _tile(d)
        parts = batch * triton.cdiv(tokens, block_tokens)
        grad_mixed, grad_x, grad_tail = (torch.empty_like(part) for part in (x, x, tail))
        shares = weight.new_empty(parts, width, kernel)
        activate_back_kernel[(parts, 3 * ctx.heads)](
            x, tail, weight, *(grad.contiguous() for grad in grads), grad_mixed, shares, tokens, width, ctx.heads, d,
            KEY_EPS, kernel, block_tokens, block,
        )  # fmt: skip
        blocks = triton.cdiv(tokens + kernel - 1, block_tokens)
        convolve_back_kernel[(batch * blocks, triton.cdiv(width, block))](
            grad_mixed, weight, grad_x, grad_tail, tokens, width, kernel, block_tokens, block
        )
        return grad_x, grad_tail, shares.sum(dim=0), None


def _tile(d: int) -> tuple[int, int]:
    """Tokens and channels of a program's tile."""
    block = triton.next_power_of_2(d)
    return max(1, TILE // block), block


def qkv(x: Tensor, tail: Tensor, weight: Tensor | None, heads: int) -> QKV:
    """`naive.qkv` with a convolution, and its gradient. The result is float32."""
    assert weight is not None, "what has no convolution is activated by torch"
    with torch.cuda.device_of(x):  # Triton launches on the current card, which may be another
        return QKV(*_QKV.apply(x.float(), tail.float(), weight.float(), heads))
