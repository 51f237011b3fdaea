"""The product with a grouped matrix as its formula stands, in numpy: the truth that the native form is compared with.

Rule of the activations, as llama.cpp rounds them: of each group of 32, scale = max|x| / 127, code = round(x · 127 /
max|x|), to the nearest, ties to even.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.ops.grouped_quant.matrix import GROUP, GroupedMatrix

Floats = NDArray[np.float32]


def quantize_groups(x: Floats) -> tuple[NDArray[np.int8], Floats]:
    """Codes ``(tokens, groups, 32)`` and scales ``(tokens, groups)`` of activations ``(tokens, cols)``."""
    groups = x.astype(np.float32).reshape(len(x), -1, GROUP)
    most = np.abs(groups).max(axis=2)
    inverse = np.divide(np.float32(127), most, out=np.zeros_like(most), where=most > 0)
    return np.rint(groups * inverse[..., None]).astype(np.int8), most / np.float32(127)


def linear(x: Floats, matrix: GroupedMatrix) -> Floats:
    """``(tokens, cols)`` to ``(tokens, rows)``: exact sums of the halves of each group, times both scales, added up
    in float32."""
    codes, scales = quantize_groups(x)
    halves = codes.astype(np.int64).reshape(len(x), -1, 2, GROUP // 2)
    weights = matrix.codes().astype(np.int64).reshape(matrix.shape[0], -1, 2, GROUP // 2)
    sums = np.einsum("tghi,rghi->trgh", halves, weights).astype(np.float32)
    totals = codes.astype(np.int64).sum(axis=2).astype(np.float32) * scales
    products = (sums * matrix.scales()).sum(axis=3) * scales[:, None] + matrix.minima() * totals[:, None]
    return products.sum(axis=2, dtype=np.float32)
