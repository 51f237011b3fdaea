"""The ternary product for training, fused, and the one for running with weights that were quantised once.

`bit_linear` takes several linears of one input, so that the input is quantised once and read once. Both factors
are scaled before the product, as in `naive`, which leaves no scaling of the larger result.

`frozen_linear` multiplies whole numbers instead: sums of int8 times {-1, 0, +1} are exact in float32 below 2**24, so
the result does not depend on batch shape, chunk size or thread count.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.ops.ternary.naive import SMALLEST_ABSMAX, quantize_activations, quantize_weight


def frozen_linear(x: Tensor, codes: Tensor, scale: Tensor | float, bits: int) -> Tensor:
    """The product with weights that were quantised once, for inference.

    Args:
        x: activations of shape ``[..., in]``.
        codes: ternary codes as floats, of shape ``[out, in]``.
        scale: the weight scale ``s``, or one for each row, ``[out]``.
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
    def forward(ctx: Any, x: Tensor, bits: int, *weights: Tensor) -> Tensor:
        if bits < 32:
            largest = 2 ** (bits - 1) - 1
            # Without |x| in memory; torch's norm of that name is ten times slower.
            absmax = torch.maximum(x.amax(dim=-1, keepdim=True), x.amin(dim=-1, keepdim=True).neg_())
            scale = absmax.clamp_min_(SMALLEST_ABSMAX).div_(largest)
            x = x.div(scale).round_().mul_(scale)
        linears = [codes.mul_(s) for codes, s in map(quantize_weight, weights)]
        ternary = linears[0] if len(linears) == 1 else torch.cat(linears)
        ctx.save_for_backward(x, ternary)
        ctx.rows = [len(weight) for weight in weights]
        return F.linear(x, ternary)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        x, ternary = ctx.saved_tensors
        grad_x, grad_weights = gradients(grads[0], x, ternary, ctx.rows, ctx.needs_input_grad, 2)
        return grad_x, None, *grad_weights


def gradients(
    grad: Tensor, x: Tensor, ternary: Tensor, rows: list[int], needed: tuple[bool, ...], first_weight: int
) -> tuple[Tensor | None, Sequence[Tensor | None]]:
    """Straight-through gradients of several linears of one input.

    Args:
        grad: of the outputs, ``[..., sum of rows]``.
        x: the input as it was rounded, ``[..., in]``.
        ternary: scaled codes, ``[sum of rows, in]``.
        rows: of each map.
        needed: which inputs of the autograd function want a gradient; `x` is the first, weights are the last.
        first_weight: the place of the first weight among them.

    Returns:
        The gradient of `x`, and those of the weights; None for what is not needed.
    """
    grad_x = grad @ ternary if needed[0] else None
    if not any(needed[first_weight:]):  # a model that is frozen under a soul that learns
        return grad_x, [None for _ in rows]
    return grad_x, (grad.flatten(0, -2).T @ x.flatten(0, -2)).split(rows)


def bit_linear(x: Tensor, weights: Tensor | list[Tensor], bits: int) -> Tensor:
    """`naive.bit_linear` for one or several linears of the same input.

    Args:
        x: activations of shape ``[..., in]``.
        weights: float master weights of shape ``[out, in]``, one map or a list of them; each has a scale of its own.
        bits: width of the quantised activations; 32 leaves them as they are.

    Returns:
        Outputs side by side, ``[..., sum of out]``, with straight-through gradients.
    """
    return _BitLinear.apply(x, bits, *([weights] if isinstance(weights, Tensor) else weights))
