"""Which form opens the gate: chosen in one place."""

from __future__ import annotations

from torch import Tensor

from engine.native import training
from engine.ops.swiglu import fused


def swiglu(both: Tensor) -> Tensor:
    """`naive.swiglu`, by the C++ library where it takes part, else by torch with a gradient of its own."""
    if training.takes(both):
        from engine.ops.swiglu import native

        return native.swiglu(both)
    return fused.swiglu(both)
