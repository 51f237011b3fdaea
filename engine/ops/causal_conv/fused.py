"""The causal depthwise convolution with a gradient of its own: what autograd puts together from K padded copies of the
input's gradient is summed in place."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor


class _CausalConv(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor) -> Tensor:
        ctx.save_for_backward(x, weight)
        kernel = weight.shape[1]
        tokens = x.shape[1] - kernel + 1
        mixed = x[:, :tokens] * weight[:, 0]
        for i in range(1, kernel):
            mixed.addcmul_(x[:, i : i + tokens], weight[:, i])
        return mixed

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, Tensor | None]:
        (grad,) = grads
        x, weight = ctx.saved_tensors
        kernel, tokens = weight.shape[1], grad.shape[1]
        into_x = into_weight = None
        if ctx.needs_input_grad[0]:
            into_x = torch.empty_like(x)
            torch.mul(grad, weight[:, 0], out=into_x[:, :tokens])
            into_x[:, tokens:] = 0
            for i in range(1, kernel):
                into_x[:, i : i + tokens].addcmul_(grad, weight[:, i])
        if ctx.needs_input_grad[1]:
            into_weight, product = torch.empty_like(weight), torch.empty_like(grad)
            for i in range(kernel):
                torch.mul(grad, x[:, i : i + tokens], out=product)
                into_weight[:, i] = product.sum(dim=(0, 1))
        return into_x, into_weight


def causal_conv(x: Tensor, weight: Tensor) -> Tensor:
    """`naive.causal_conv`, and its gradient."""
    result: Tensor = _CausalConv.apply(x, weight)
    return result
