"""Which form computes q, k and v: chosen in one place."""

from __future__ import annotations

from typing import Protocol

from torch import Tensor

from engine.native import training
from engine.ops.kernel_check import why_not_kernels
from engine.ops.qkv import fused, naive


class QKVForm(Protocol):
    """The signature that all forms share; see `naive.qkv`."""

    def __call__(self, x: Tensor, tail: Tensor, weight: Tensor | None, heads: int) -> naive.QKV: ...


def qkv_form(x: Tensor, tail: Tensor, weight: Tensor | None) -> QKVForm:
    """The C++ library's where it takes part (`engine.native.training.takes`); the Triton kernels where there is a
    convolution and a card that computes them rightly; else torch's."""
    if training.takes(x, tail, *(() if weight is None else (weight,))):
        from engine.ops.qkv import native

        return native.qkv
    if x.device.type == "cuda" and weight is not None and why_not_kernels(x.device) is None:
        from engine.ops.qkv import triton

        return triton.qkv
    return fused.qkv
