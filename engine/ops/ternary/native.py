"""The ternary product for training by the C++ library: whole numbers forward, as a model runs, torch's products back.

Sums of int8 times {-1, 0, +1} are exact, so what is trained is what the native runtime computes, and they take a third
of the time of float products. The gradient is not a whole number: its products are those of `ste`.
"""

from __future__ import annotations

import ctypes
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from engine import native
from engine.native import training
from engine.ops.ternary.naive import quantize_weight
from engine.ops.ternary.ste import gradients


class _BitLinear(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, bits: int, instructions: str | None, *weights: Tensor) -> Tensor:
        codes, scales = zip(*map(quantize_weight, weights), strict=True)
        linears = [whole.mul_(scale) for whole, scale in zip(codes, scales, strict=True)]
        ternary = linears[0].contiguous() if len(linears) == 1 else torch.cat(linears)
        x = x.contiguous()
        rounded, y = torch.empty_like(x), x.new_empty(*x.shape[:-1], len(ternary))
        ctx.rows = [len(weight) for weight in weights]
        ctx.save_for_backward(rounded, ternary)
        rows, scale = (ctypes.c_int32 * len(linears))(*ctx.rows), torch.stack(scales)
        struct = native.Linears(len(linears), x.shape[-1], ctypes.addressof(rows), ternary.data_ptr(), scale.data_ptr())
        tokens, largest = x.numel() // x.shape[-1], float(2 ** (bits - 1) - 1)
        training.call(
            "bl_ternary_linears", instructions, ctypes.byref(struct), tokens, largest, x.data_ptr(), rounded.data_ptr(),
            y.data_ptr(),
        )  # fmt: skip
        return y

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        rounded, ternary = ctx.saved_tensors
        grad_x, grad_weights = gradients(grads[0], rounded, ternary, ctx.rows, ctx.needs_input_grad, 3)
        return grad_x, None, None, *grad_weights


def bit_linear(x: Tensor, weights: Tensor | list[Tensor], bits: int, instructions: str | None = None) -> Tensor:
    """`ste.bit_linear` of float32 tensors on the processor, of at most 8 bits; `instructions` names a set."""
    result: Tensor = _BitLinear.apply(x, bits, instructions, *([weights] if isinstance(weights, Tensor) else weights))
    return result
