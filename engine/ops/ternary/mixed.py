"""The ternary product for training with its matrix products in a narrower float, such as bfloat16.

What is multiplied is whole numbers, which bfloat16 holds exactly up to 256: codes in {-1, 0, +1}, and activations of up
to 9 bits. Scales are applied to the result, in float32. So rounding comes in where sums are written, and in backward,
where the gradient that arrives is rounded. Master weights, their gradients, inputs and outputs are float32.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.ops.ternary.naive import quantize_activations, quantize_weight


class _BitLinear(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, bits: int, dtype: torch.dtype, *weights: Tensor) -> Tensor:
        whole, x_scale = quantize_activations(x, bits) if bits < 32 else (x, x.new_ones(()))
        codes, scales = zip(*map(quantize_weight, weights), strict=True)
        row_scale = torch.cat([scale.expand(len(rows)) for rows, scale in zip(codes, scales, strict=True)])
        whole, ternary = whole.to(dtype), torch.cat(codes).to(dtype)
        ctx.save_for_backward(whole, ternary, x_scale, row_scale)
        ctx.rows = [len(weight) for weight in weights]
        return F.linear(whole, ternary).float() * x_scale * row_scale

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        (grad,) = grads
        whole, ternary, x_scale, row_scale = ctx.saved_tensors
        grad_x = ((grad * row_scale).to(ternary.dtype) @ ternary).float() if ctx.needs_input_grad[0] else None
        if not any(ctx.needs_input_grad[3:]):
            return grad_x, None, None, *(None for _ in ctx.rows)
        scaled = (grad * x_scale).to(whole.dtype)
        grad_weights = (scaled.flatten(0, -2).T @ whole.flatten(0, -2)).float().split(ctx.rows)
        return grad_x, None, None, *grad_weights


def bit_linear(x: Tensor, weights: Tensor | list[Tensor], bits: int, dtype: torch.dtype) -> Tensor:
    """`ste.bit_linear` with products of `dtype`; float32 in and out, gradients too."""
    return _BitLinear.apply(x, bits, dtype, *([weights] if isinstance(weights, Tensor) else weights))
