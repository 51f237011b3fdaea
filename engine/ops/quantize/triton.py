"""`naive` in one pass a token on a CUDA card."""

from __future__ import annotations

import torch
import triton
import triton.language as tl
from torch import Tensor

from engine.ops.quantize.naive import Quantized
from engine.ops.ternary.triton import to_whole, warps


@triton.jit
def norm_kernel(
    x, weight, floats, whole, scale, groups, width, eps, largest, block_groups: tl.constexpr, block: tl.constexpr
):
    """A token a program: its groups are the rows of a tile."""
    token = tl.program_id(0).to(tl.int64)
    group, lane = tl.arange(0, block_groups), tl.arange(0, block)
    place = token * groups * width + group[:, None] * width + lane[None, :]
    inside = (group < groups)[:, None] & (lane < width)[None, :]
    values = tl.load(x + place, mask=inside, other=0.0)
    mean = tl.sum(values * values, axis=1) / width
    factor = tl.load(weight + lane, mask=lane < width, other=0.0)
    normed = values * (1.0 / tl.sqrt_rn(mean + eps))[:, None] * factor[None, :]
    rounded, step = to_whole(tl.reshape(normed, (block_groups * block,)), largest)
    tl.store(floats + place, normed, mask=inside)
    tl.store(whole + place, tl.reshape(rounded, (block_groups, block)), mask=inside)
    tl.store(scale + token, step)


@triton.jit
def gate_kernel(x, floats, whole, scale, width, largest, block: tl.constexpr):
    """A token a program."""
    token = tl.program_id(0).to(tl.int64)
    lane = tl.arange(0, block)
    inside = lane < width
    left = tl.load(x + token * 2 * width + lane, mask=inside, other=0.0)
    right = tl.load(x + token * 2 * width + width + lane, mask=inside, other=0.0)
    gated = left / (1.0 + tl.exp(-left)) * right
    rounded, step = to_whole(gated, largest)
    tl.store(floats + token * width + lane, gated, mask=inside)
    tl.store(whole + token * width + lane, rounded, mask=inside)
    tl.store(scale + token, step)


def _empty(tokens: int, width: int, device: torch.device) -> Quantized:
    return Quantized(
        torch.empty(tokens, width, device=device),
        torch.empty(tokens, width, dtype=torch.int8, device=device),
        torch.empty(tokens, device=device),
    )


def norm(x: Tensor, weight: Tensor, eps: float, bits: int) -> Quantized:
    """`naive.norm` of contiguous float32."""
    width = weight.shape[0]
    groups = x.shape[1] // width
    out = _empty(x.shape[0], x.shape[1], x.device)
    blocks = triton.next_power_of_2(groups), triton.next_power_of_2(width)
    launch = {"num_warps": warps(blocks[0] * blocks[1])}
    norm_kernel[(x.shape[0],)](x, weight, *out, groups, width, eps, 2.0 ** (bits - 1) - 1, *blocks, **launch)
    return out


def gate(x: Tensor, bits: int) -> Quantized:
    """`naive.gate` of contiguous float32."""
    width = x.shape[1] // 2
    out = _empty(x.shape[0], width, x.device)
    block = triton.next_power_of_2(width)
    gate_kernel[(x.shape[0],)](x, *out, width, 2.0 ** (bits - 1) - 1, block, num_warps=warps(block))
    return out
