"""Which form of the delta rule takes many tokens: chosen in one place."""

from __future__ import annotations

from typing import Protocol

import torch
from torch import Tensor

from engine.ops.delta_rule import chunk
from engine.ops.delta_rule.naive import DeltaRuleResult
from engine.ops.kernel_check import why_not_kernels


class DeltaRule(Protocol):
    """The signature that all forms share; see `naive.delta_rule`."""

    def __call__(
        self, q: Tensor, k: Tensor, v: Tensor, rate: Tensor, state: Tensor, *, read_after: bool = True
    ) -> DeltaRuleResult: ...


def fast_form(device: torch.device, keys: int, library: bool = False) -> DeltaRule:
    """The Triton kernels on a card that computes them rightly, for heads of `keys` that they take; the C++ library's
    form where it takes part (`engine.native.training.takes`); else `chunk`."""
    if library:
        from engine.ops.delta_rule import native

        return native.delta_rule
    if device.type == "cuda" and why_not_kernels(device) is None:
        from engine.ops.delta_rule import triton

        if keys <= triton.MAX_DIM:
            return triton.delta_rule
    return chunk.delta_rule
