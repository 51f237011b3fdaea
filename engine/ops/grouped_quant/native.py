"""The product with a grouped matrix by the C++ library."""

from __future__ import annotations

import ctypes

import numpy as np
from numpy.typing import NDArray

from engine import native
from engine.ops.grouped_quant.matrix import GroupedMatrix

Floats = NDArray[np.float32]


def linear(x: Floats, matrix: GroupedMatrix, instructions: str | None = None) -> Floats:
    """`naive.linear`; `instructions` names one of the library's sets. Raises `MemoryError` where it cannot."""
    x, (rows, cols) = np.ascontiguousarray(x, np.float32), matrix.shape
    out = np.empty((len(x), rows), np.float32)
    struct = native.Matrix(native.GROUPS[matrix.bits, matrix.is_super], rows, cols, 1.0, matrix.tiles.ctypes.data, None)
    named = None if instructions is None else instructions.encode()
    if native.library().bl_matrix_product(named, ctypes.addressof(struct), x.ctypes.data, len(x), out.ctypes.data):
        raise MemoryError(f"There is not enough memory for a product, or {instructions!r} cannot run here.")
    return out
