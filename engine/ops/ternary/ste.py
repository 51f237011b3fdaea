"""The ternary product for training and torch inference: one fused autograd function, equal to `naive.bit_linear`.

Whole-number activations times ternary codes are summed in float32, which is exact below 2**24, so the integer product
does not depend on batch shape, chunk size or thread count. The scales are applied once, to the result.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.ops.ternary.naive import quantize_activations, quantize_weight


def frozen_linear(x: Tensor, codes: Tensor, scale: Tensor | float, bits: int) -> Tensor:
    """The product with weights that were quantised once, for inference.

    Args:
        x: activations of shape ``[..., in]``.
        codes: ternary codes as floats, of shape ``[out, in]``.
        scale: the weight scale ``s``.
        bits: width of the quantised activations; 32 leaves them as they are.

    Returns:
        Outputs of shape ``[..., out]``.
    """
    if bits == 32:
        return F.linear(x, codes) * scale
    whole, x_scale = quantize_activations(x, bits)
    return F.linear(whole, codes) * (x_scale * scale)


class _BitLinear(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bits: int) -> Tensor:
        codes, scale = quantize_weight(weight)
        if bits == 32:
            ctx.save_for_backward(x, codes, scale)
            return F.linear(x, codes) * scale
        whole, x_scale = quantize_activations(x, bits)
        ctx.save_for_backward(whole * x_scale, codes, scale)
        return F.linear(whole, codes) * (x_scale * scale)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, Tensor | None, None]:
        (grad,) = grads
        x, codes, scale = ctx.saved_tensors
        need_x, need_weight, _ = ctx.needs_input_grad
        grad_x = (grad @ codes).mul_(scale) if need_x else None
        grad_weight = grad.flatten(0, -2).T @ x.flatten(0, -2) if need_weight else None
        return grad_x, grad_weight, None


def bit_linear(x: Tensor, weight: Tensor, bits: int) -> Tensor:
    """Same as `naive.bit_linear`, in less memory and time; see there for arguments and shapes."""
    return _BitLinear.apply(x, weight, bits)
