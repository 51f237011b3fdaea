"""Which form makes the views: chosen in one place."""

from __future__ import annotations

from typing import Protocol

from torch import Tensor

from engine.native import training
from engine.ops.views import naive


class FormOfViews(Protocol):
    """The signature that all forms share; see `naive.views`."""

    def __call__(self, x: Tensor, tail: Tensor, weight: Tensor | None, heads: int) -> naive.Views: ...


def form_of_views(x: Tensor) -> FormOfViews:
    """The C++ library's where it is there and a gradient of `x` is wanted on the processor; else the plain one."""
    if training.takes(x):
        from engine.ops.views import native

        return native.views
    return naive.views
