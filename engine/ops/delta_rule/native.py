"""The delta rule by the C++ library: the chunk-parallel form, and its gradient from the last chunk to the first.

What is kept for backward are the errors of every token and the fast weights that each chunk begins with.
"""

from __future__ import annotations

import ctypes
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from engine import native
from engine.native import training
from engine.ops.delta_rule.naive import DeltaRuleResult


class _DeltaRule(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any,
        q: Tensor,
        k: Tensor,
        v: Tensor,
        rate: Tensor,
        state: Tensor,
        read_after: bool,
        instructions: str | None,
    ) -> Any:
        q, k, v = (training.in_rows(x) for x in (q, k, v))
        state = state.contiguous()
        batch, heads, tokens, keys = k.shape
        values = v.shape[-1]
        errors = k.new_empty(batch, heads, tokens, values)
        starts = k.new_empty(batch, heads, native.library().bl_delta_chunks(tokens), keys, values)
        # Token by token in memory, as the next map reads it.
        out = k.new_empty(batch, tokens, heads, values).transpose(1, 2)
        loss, next_state = k.new_empty(batch, heads, tokens), torch.empty_like(state)
        ctx.save_for_backward(q, k, v, rate, errors, starts)
        ctx.read_after, ctx.instructions = read_after, instructions
        ctx.set_materialize_grads(False)
        ctx.mark_non_differentiable(loss)
        training.call(
            "bl_delta_rule", instructions, _struct(q, k, v, rate, errors, starts, read_after), state.data_ptr(),
            next_state.data_ptr(), training.heads(out)[0], loss.data_ptr(),
        )  # fmt: skip
        return out, next_state, loss

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grads: Tensor | None) -> tuple[Tensor | None, ...]:
        into_out, into_state, _ = grads
        q, k, v, rate, errors, starts = ctx.saved_tensors
        batch, heads, tokens, keys = k.shape
        into_out = torch.zeros_like(errors) if into_out is None else training.in_rows(into_out)
        into_state = None if into_state is None else into_state.contiguous()
        into = [k.new_empty(batch, heads, tokens, x.shape[-1]) for x in (q, k, v)]
        into_rate, into_start = k.new_empty(rate.shape), k.new_empty(batch, heads, v.shape[-1], keys)
        training.call(
            "bl_delta_rule_back", ctx.instructions, _struct(q, k, v, rate, errors, starts, ctx.read_after),
            training.heads(into_out)[0], None if into_state is None else into_state.data_ptr(), training.heads(*into),
            into_rate.data_ptr(), into_start.data_ptr(),
        )  # fmt: skip
        return *into, into_rate, into_start, None, None


def _struct(q: Tensor, k: Tensor, v: Tensor, rate: Tensor, errors: Tensor, starts: Tensor, read_after: bool) -> Any:
    batch, heads, tokens, keys = k.shape
    return ctypes.byref(
        native.Delta(
            batch, heads, tokens, keys, v.shape[-1], read_after,
            *training.heads(q, k, v, rate), errors.data_ptr(), starts.data_ptr(),
        )
    )  # fmt: skip


def delta_rule(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    rate: Tensor,
    state: Tensor,
    *,
    read_after: bool = True,
    instructions: str | None = None,
) -> DeltaRuleResult:
    """Same as `naive.delta_rule`, of float32 tensors on the processor; `instructions` names a set of the library."""
    return DeltaRuleResult(*_DeltaRule.apply(q, k, v, rate, state, read_after, instructions))
