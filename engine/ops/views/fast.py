"""Which form makes the views: chosen in one place."""

from __future__ import annotations

from typing import Protocol

from torch import Tensor

from engine.native import training
from engine.ops.kernel_check import why_not_kernels
from engine.ops.views import fused, naive


class FormOfViews(Protocol):
    """The signature that all forms share; see `naive.views`."""

    def __call__(self, x: Tensor, tail: Tensor, weight: Tensor | None, heads: int) -> naive.Views: ...


def form_of_views(x: Tensor, tail: Tensor, weight: Tensor | None) -> FormOfViews:
    """The C++ library's where it takes part (`engine.native.training.takes`); the Triton kernels where there is a
    convolution and a card that computes them rightly; else torch's."""
    if training.takes(x, tail, *(() if weight is None else (weight,))):
        from engine.ops.views import native

        return native.views
    if x.device.type == "cuda" and weight is not None and why_not_kernels(x.device) is None:
        from engine.ops.views import triton

        return triton.views
    return fused.views
