"""The product with a table of bytes on a CUDA card: the logits of a head, exact sums in int32."""

from __future__ import annotations

import torch
import triton
import triton.language as tl
from torch import Tensor

from engine.ops.ternary.triton import quantize_activations

ROWS = 16
"""Words in a program."""
COLUMNS = 128
"""Bytes of a row taken at once."""


@triton.jit
def quantized_kernel(
    codes, whole, x_scale, scale, out, rows, columns, block_rows: tl.constexpr, block_columns: tl.constexpr
):
    """`block_rows` outputs of token number ``program_id(1)``."""
    row = tl.program_id(0) * block_rows + tl.arange(0, block_rows)
    token = tl.program_id(1).to(tl.int64)
    start = row.to(tl.int64)[:, None] * columns
    total = tl.zeros((block_rows, block_columns), dtype=tl.int32)
    for first in range(0, columns, block_columns):
        column = first + tl.arange(0, block_columns)
        inside = (row < rows)[:, None] & (column < columns)[None, :]
        weight = tl.load(codes + start + column[None, :], mask=inside, other=0).to(tl.int32)
        value = tl.load(whole + token * columns + column, mask=column < columns, other=0).to(tl.int32)
        total += weight * value[None, :]
    factor = tl.load(x_scale + token) * tl.load(scale + row, mask=row < rows, other=0.0)
    tl.store(out + token * rows + row, tl.sum(total, axis=1).to(tl.float32) * factor, mask=row < rows)


def multiply(whole: Tensor, x_scale: Tensor, codes: Tensor, scale: Tensor, out: Tensor) -> None:
    """`ste.frozen_linear` with one scale for each row, into `out`.

    Args:
        whole: int8 activations of shape ``[tokens, in]``.
        x_scale: their scales, float32 ``[tokens]``.
        codes: int8 weights of shape ``[out, in]``; see `table.Int8Embedding.codes`.
        scale: float32 ``[out]``.
        out: float32 ``[tokens, out]``.

    Raises:
        ValueError: where a shape or a memory layout is another.
    """
    (tokens, columns), rows = whole.shape, codes.shape[0]
    layouts = all(t.is_contiguous() for t in (whole, x_scale, codes, scale, out))
    if codes.shape[1] != columns or scale.shape != (rows,) or out.shape != (tokens, rows) or not layouts:
        raise ValueError(f"A table of {tuple(codes.shape)} does not map {tuple(whole.shape)} to {tuple(out.shape)}.")
    quantized_kernel[(triton.cdiv(rows, ROWS), tokens)](
        codes, whole, x_scale, scale, out, rows, columns, ROWS, min(COLUMNS, triton.next_power_of_2(columns))
    )


def linear(x: Tensor, codes: Tensor, scale: Tensor) -> Tensor:
    """Contiguous float32 ``[tokens, in]``, quantised to 8 bits, to ``[tokens, out]``."""
    out = torch.empty(x.shape[0], codes.shape[0], device=x.device)
    multiply(*quantize_activations(x), codes, scale, out)
    return out
