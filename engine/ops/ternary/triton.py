"""The packed ternary product on a CUDA card: 2-bit weights, int8 activations, exact sums in int32.

Layout of the weights: `packing`. A tile of packed bytes holds four lanes of weights, each 16 consecutive ones of a
block of 64, so that each lane meets activations that are contiguous in runs of 16. Bytes past the end of a row read as
``0x55``, four zero weights. One token takes the kernel of multiply-adds, which is bound by the reading of weights;
more tokens take the tensor cores, where an unpacked tile serves 16 of them.
"""

from __future__ import annotations

import torch
import triton
import triton.language as tl
from torch import Tensor

from engine.ops.ternary.naive import SMALLEST_ABSMAX
from engine.ops.ternary.ternary2 import packed_width

ROWS = 16
"""Rows of weights in a program."""
BYTES = 64
"""Packed bytes of a row taken at once: 256 weights, four blocks."""
TOKENS = 16
"""Tokens in a program of the product with several, the least that a tensor core takes."""

ROUNDING = tl.constexpr(12582912.0)
"""1.5 * 2^23: adding and subtracting it rounds a float32 below 2^22 to a whole number, half to even, as torch does."""
SMALLEST = tl.constexpr(SMALLEST_ABSMAX)


@triton.jit
def to_whole(values, largest):
    """Float32 `values` of one token as whole numbers from ``-largest`` to `largest`, and their scale."""
    # Both divisions are rounded as IEEE says: the default one is not, and would move values across a half.
    scale = tl.div_rn(tl.maximum(tl.max(tl.abs(values), axis=0), SMALLEST), largest)
    rounded = (tl.div_rn(values, scale) + ROUNDING) - ROUNDING
    return tl.minimum(tl.maximum(rounded, -largest), largest).to(tl.int8), scale


@triton.jit
def quantize_kernel(x, whole, scale, columns, largest, block: tl.constexpr):
    """A token a program: float32 ``x [tokens, columns]`` to int8 `whole` and float32 ``scale [tokens]``."""
    row = tl.program_id(0).to(tl.int64) * columns
    lane = tl.arange(0, block)
    values, step = to_whole(tl.load(x + row + lane, mask=lane < columns, other=0.0), largest)
    tl.store(whole + row + lane, values, mask=lane < columns)
    tl.store(scale + tl.program_id(0), step)


@triton.jit
def matvec_kernel(
    packed,
    x,
    x_scale,
    scale,
    out,
    rows,
    columns,
    width,
    block_rows: tl.constexpr,
    block_bytes: tl.constexpr,
    add: tl.constexpr,
):
    """`block_rows` outputs of one token: ``out [rows]`` of ``packed [rows, width]`` and int8 ``x [columns]``."""
    row = tl.program_id(0) * block_rows + tl.arange(0, block_rows)
    byte = tl.arange(0, block_bytes)
    start = row.to(tl.int64)[:, None] * width
    total = tl.zeros((block_rows, block_bytes), dtype=tl.int32)
    for first in range(0, width, block_bytes):
        at = first + byte
        inside = (row < rows)[:, None] & (at < width)[None, :]
        tile = tl.load(packed + start + at[None, :], mask=inside, other=0x55).to(tl.int32)
        column = at // 16 * 64 + at % 16
        for lane in tl.static_range(4):
            value = tl.load(x + column + lane * 16, mask=column + lane * 16 < columns, other=0).to(tl.int32)
            total += (((tile >> (2 * lane)) & 3) - 1) * value[None, :]
    y = tl.sum(total, axis=1).to(tl.float32) * (tl.load(x_scale) * tl.load(scale + row, mask=row < rows, other=0.0))
    if add:
        y += tl.load(out + row, mask=row < rows, other=0.0)
    tl.store(out + row, y, mask=row < rows)


@triton.jit
def matmat_kernel(
    packed,
    x,
    x_scale,
    scale,
    out,
    tokens,
    rows,
    columns,
    width,
    block_rows: tl.constexpr,
    block_bytes: tl.constexpr,
    block_tokens: tl.constexpr,
    add: tl.constexpr,
):
    """`block_rows` outputs of `block_tokens` tokens: ``out [tokens, rows]`` of int8 ``x [tokens, columns]``."""
    row = tl.program_id(0) * block_rows + tl.arange(0, block_rows)
    token = tl.program_id(1) * block_tokens + tl.arange(0, block_tokens)
    byte = tl.arange(0, block_bytes)
    weight_start = row.to(tl.int64)[None, :] * width
    x_start = token.to(tl.int64)[:, None] * columns
    total = tl.zeros((block_tokens, block_rows), dtype=tl.int32)
    for first in range(0, width, block_bytes):
        at = first + byte
        inside = (at < width)[:, None] & (row < rows)[None, :]
        tile = tl.load(packed + weight_start + at[:, None], mask=inside, other=0x55).to(tl.int32)
        column = at // 16 * 64 + at % 16
        for lane in tl.static_range(4):
            known = (token < tokens)[:, None] & (column + lane * 16 < columns)[None, :]
            value = tl.load(x + x_start + (column + lane * 16)[None, :], mask=known, other=0)
            total = tl.dot(value, (((tile >> (2 * lane)) & 3) - 1).to(tl.int8), acc=total, out_dtype=tl.int32)
    token_scale = tl.load(x_scale + token, mask=token < tokens, other=0.0)
    row_scale = tl.load(scale + row, mask=row < rows, other=0.0)
    y = total.to(tl.float32) * (token_scale[:, None] * row_scale[None, :])
    place = out + token.to(tl.int64)[:, None] * rows + row[None, :]
    inside = (token < tokens)[:, None] & (row < rows)[None, :]
    if add:
        y += tl.load(place, mask=inside, other=0.0)
    tl.store(place, y, mask=inside)


def warps(block: int) -> int:
    """Warps for a program that holds `block` values of one token."""
    return 4 if block <= 4096 else 16


def quantize_activations(x: Tensor, bits: int = 8) -> tuple[Tensor, Tensor]:
    """int8 codes and float32 scales ``[tokens]`` of contiguous float32 ``[tokens, columns]``, `bits` at most 8; see
    `naive`."""
    whole = torch.empty(x.shape, dtype=torch.int8, device=x.device)
    scale = torch.empty(x.shape[0], dtype=torch.float32, device=x.device)
    block = triton.next_power_of_2(x.shape[1])
    quantize_kernel[(x.shape[0],)](x, whole, scale, x.shape[1], 2.0 ** (bits - 1) - 1, block, num_warps=warps(block))
    return whole, scale


def multiply(whole: Tensor, x_scale: Tensor, packed: Tensor, scale: Tensor, out: Tensor, *, add: bool = False) -> None:
    """``out = (Wq . xq) * (sx * s)``, or with `add` that onto `out`. Nothing is allocated, nothing waits.

    Args:
        whole: int8 activations of shape ``[tokens, in]``.
        x_scale: their scales, float32 ``[tokens]``.
        packed: uint8 weights of shape ``[out, 16 * ceil(in / 64)]``; linears of one input may lie one below the other.
        scale: the scale of each row, float32 ``[out]``.
        out: float32 ``[tokens, out]``.

    Raises:
        ValueError: where a shape or a memory layout is another.
    """
    tokens, columns = whole.shape
    rows, width = packed.shape
    layouts = all(t.is_contiguous() for t in (whole, x_scale, packed, scale, out))
    if width != packed_width(columns) or scale.shape != (rows,) or out.shape != (tokens, rows) or not layouts:
        raise ValueError(
            f"{columns} activations need contiguous rows of {packed_width(columns)} bytes with a scale each; "
            f"the weights are {tuple(packed.shape)}, the scales {tuple(scale.shape)}, the output {tuple(out.shape)}."
        )
    blocks = triton.cdiv(rows, ROWS)
    if tokens == 1:
        matvec_kernel[(blocks,)](packed, whole, x_scale, scale, out, rows, columns, width, ROWS, BYTES, add)
    elif tokens:
        grid = (blocks, triton.cdiv(tokens, TOKENS))
        sizes = (tokens, rows, columns, width)
        matmat_kernel[grid](packed, whole, x_scale, scale, out, *sizes, ROWS, BYTES, TOKENS, add)


def packed_linear(x: Tensor, packed: Tensor, scale: Tensor, bits: int = 8) -> Tensor:
    """`ste.frozen_linear` of packed weights: ``[tokens, in]`` to ``[tokens, out]``; see `multiply`."""
    out = torch.empty(x.shape[0], packed.shape[0], dtype=torch.float32, device=x.device)
    multiply(*quantize_activations(x, bits), packed, scale, out)
    return out
