"""``silu(gate) * up`` by the C++ library, with its gradient, which opens the gate once more in place of keeping it."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from engine.native import training


class _SwiGLU(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, both: Tensor, instructions: str | None) -> Tensor:
        both = both.contiguous()
        ctx.save_for_backward(both)
        ctx.instructions = instructions
        out = both.new_empty(*both.shape[:-1], both.shape[-1] // 2)
        training.call("bl_swiglu", instructions, *training.rows(out), both.data_ptr(), out.data_ptr())
        return out

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        (both,) = ctx.saved_tensors
        grad, into = grads[0].contiguous(), torch.empty_like(both)
        training.call(
            "bl_swiglu_back", ctx.instructions, *training.rows(grad), both.data_ptr(), grad.data_ptr(), into.data_ptr()
        )
        return into, None


def swiglu(both: Tensor, instructions: str | None = None) -> Tensor:
    """`naive.swiglu` of float32 tensors on the processor; `instructions` names a set of the library."""
    result: Tensor = _SwiGLU.apply(both, instructions)
    return result
