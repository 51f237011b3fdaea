"""Which form makes the views: chosen in one place."""

from __future__ import annotations

from typing import Protocol

from torch import Tensor

from engine.native import training
from engine.ops.views import fused, naive


class FormOfViews(Protocol):
    """The signature that all forms share; see `naive.views`."""

    def __call__(self, x: Tensor, tail: Tensor, weight: Tensor | None, heads: int) -> naive.Views: ...


def form_of_views(x: Tensor, tail: Tensor, weight: Tensor | None) -> FormOfViews:
    """The C++ library's where it takes part (`engine.native.training.takes`), else torch's."""
    if training.takes(x, tail, *(() if weight is None else (weight,))):
        from engine.ops.views import native

        return native.views
    return fused.views
