"""Arrays that begin where a line of the caches does."""

from __future__ import annotations

import math
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

T = TypeVar("T", bound=np.generic)

BOUNDARY = 64
"""Bytes of a line, and of the widest vector: one that straddles two lines costs two reads."""


def aligned_empty(shape: tuple[int, ...], dtype: type[T]) -> NDArray[T]:
    """An array of undefined values whose first byte lies on a multiple of `BOUNDARY`."""
    size = math.prod(shape) * np.dtype(dtype).itemsize
    memory = np.empty(size + BOUNDARY, np.uint8)
    start = -memory.ctypes.data % BOUNDARY
    return memory[start : start + size].view(dtype).reshape(shape)


def aligned(array: NDArray[T]) -> NDArray[T]:
    """A copy of an array that lies so."""
    copy = aligned_empty(array.shape, array.dtype.type)
    copy[...] = array
    return copy
