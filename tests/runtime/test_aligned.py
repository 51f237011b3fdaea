"""Memory of a conversation: it begins where lines of the caches do, and is zero."""

from __future__ import annotations

import numpy as np
import pytest

from engine.runtime.aligned import BOUNDARY, LARGE_PAGE, aligned, aligned_zeros


@pytest.mark.parametrize("rows", [0, 1, 100, 3 * LARGE_PAGE // 64])
def test_arrays_side_by_side_are_zero_and_aligned(rows: int) -> None:
    shapes = [(rows, 16), (3, 5), (rows, 1)]
    arrays = aligned_zeros(shapes, np.float32)
    assert [array.shape for array in arrays] == shapes
    assert all(array.ctypes.data % BOUNDARY == 0 and not array.any() for array in arrays)
    for i, array in enumerate(arrays):
        array[...] = i + 1
    assert [set(array.ravel().tolist()) for array in arrays] == [
        {1.0} if rows else set(),
        {2.0},
        {3.0} if rows else set(),
    ]


def test_a_copy_is_aligned() -> None:
    given = np.arange(21, dtype=np.int16)[1:].reshape(4, 5)
    copy = aligned(given)
    assert copy.ctypes.data % BOUNDARY == 0
    assert (copy == given).all()
    assert copy.dtype == given.dtype
