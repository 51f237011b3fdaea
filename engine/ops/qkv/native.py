"""q, k and v of a TTT layer by the C++ library, forward and backward in one pass each over what is in the caches."""

from __future__ import annotations

import ctypes
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from engine import native
from engine.native import training
from engine.ops.qkv.naive import QKV


class _QKV(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, tail: Tensor, weight: Tensor, heads: int, instructions: str | None) -> Any:
        batch, tokens, width = x.shape
        x, tail, rows = x.contiguous(), tail.contiguous(), weight.T.contiguous()
        ctx.save_for_backward(x, tail, rows)
        ctx.heads, ctx.instructions = heads, instructions
        # Head by head, as the delta rule reads it.
        out = x.new_empty(3, batch, heads, tokens, width // (3 * heads))
        training.call("bl_qkv_forward", instructions, _struct(x, tail, rows, heads), training.heads(*out))
        return tuple(out)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        x, tail, rows = ctx.saved_tensors
        into = [torch.empty_like(tensor) for tensor in (x, tail, rows)]
        grads = tuple(map(training.in_rows, grads))
        training.call(
            "bl_qkv_backward", ctx.instructions, _struct(x, tail, rows, ctx.heads), training.heads(*grads),
            *(tensor.data_ptr() for tensor in into),
        )  # fmt: skip
        return into[0], into[1], into[2].T, None, None


def _struct(x: Tensor, tail: Tensor, rows: Tensor, heads: int) -> Any:
    batch, tokens, width = x.shape
    sizes = batch, tokens, heads, width // (3 * heads), len(rows)
    return ctypes.byref(native.QKVArgs(*sizes, x.data_ptr(), tail.data_ptr(), rows.data_ptr()))


def qkv(x: Tensor, tail: Tensor, weight: Tensor | None, heads: int, instructions: str | None = None) -> QKV:
    """`naive.qkv` of float32 tensors on the processor; `instructions` names one of the library's sets."""
    if weight is None:
        weight = x.new_ones(x.shape[-1], 1)
    return QKV(*_QKV.apply(x, tail, weight, heads, instructions))
