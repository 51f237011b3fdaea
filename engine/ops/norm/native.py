"""The norm by the C++ library, with its gradient."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from engine.native import training


class _Norm(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, eps: float, instructions: str | None) -> Tensor:
        x, weight = x.contiguous(), weight.contiguous()
        ctx.save_for_backward(x, weight)
        ctx.eps, ctx.instructions = eps, instructions
        out = torch.empty_like(x)
        training.call("bl_norm", instructions, *training.rows(x), x.data_ptr(), weight.data_ptr(), eps, out.data_ptr())
        return out

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        x, weight = ctx.saved_tensors
        grad, into_x, into_weight = grads[0].contiguous(), torch.empty_like(x), torch.empty_like(weight)
        training.call(
            "bl_norm_back", ctx.instructions, *training.rows(x), x.data_ptr(), weight.data_ptr(), ctx.eps,
            grad.data_ptr(), into_x.data_ptr(), into_weight.data_ptr(),
        )  # fmt: skip
        return into_x, into_weight, None, None


def rms_norm(x: Tensor, weight: Tensor, eps: float, instructions: str | None = None) -> Tensor:
    """`naive.rms_norm` of float32 tensors on the processor; `instructions` names a set of the library."""
    result: Tensor = _Norm.apply(x, weight, eps, instructions)
    return result
