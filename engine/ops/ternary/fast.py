"""Which form of the ternary product trains: chosen in one place."""

from __future__ import annotations

from torch import Tensor

from engine.native import training
from engine.ops.ternary import ste

WHOLE_BITS = 8
"""Most bits of activations that are multiplied as whole numbers by the C++ library."""


def bit_linear(x: Tensor, weights: list[Tensor], bits: int) -> Tensor:
    """`ste.bit_linear`, by the C++ library where it takes part and its whole numbers hold the activations."""
    if bits <= WHOLE_BITS and training.takes(x, *weights):
        from engine.ops.ternary import native

        return native.bit_linear(x, weights, bits)
    return ste.bit_linear(x, weights, bits)
