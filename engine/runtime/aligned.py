"""Arrays that begin where a line of the caches does, in large pages where they are large."""

from __future__ import annotations

import contextlib
import math
import mmap
from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

T = TypeVar("T", bound=np.generic)

BOUNDARY = 64
"""Bytes of a line, and of the widest vector: one that straddles two lines costs two reads."""
LARGE_PAGE = 2 << 20
"""Bytes of a page that one entry of the processor's table of addresses covers where the system offers such: with small
ones, a part of every token goes into finding where each of them lies."""


def aligned_zeros(shapes: Sequence[tuple[int, ...]], dtype: type[T]) -> list[NDArray[T]]:
    """Arrays of zeros, one behind the other in the same memory, each of which begins on a multiple of `BOUNDARY`.

    Their memory is touched now, so that its pages can be large; np.zeros leaves it to the first use, a small page at a
    time.
    """
    sizes = [math.prod(shape) * np.dtype(dtype).itemsize for shape in shapes]
    rooms = [-(-size // BOUNDARY) * BOUNDARY for size in sizes]
    memory = _zeroed_pages(sum(rooms))
    starts = np.cumsum([0, *rooms])
    return [
        memory[start : start + size].view(dtype).reshape(shape)
        for start, size, shape in zip(starts, sizes, shapes, strict=False)
    ]


def _zeroed_pages(size: int) -> NDArray[np.uint8]:
    """Bytes of zeros; from a large page on in such, if the system has them, but for a last one not half full."""
    if size < LARGE_PAGE or not hasattr(mmap, "MADV_HUGEPAGE"):
        memory = aligned_empty((size,), np.uint8)
        memory.fill(0)
        return memory
    large = (size + LARGE_PAGE // 2) // LARGE_PAGE * LARGE_PAGE
    mapped = mmap.mmap(-1, max(size, large) + LARGE_PAGE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    memory = np.frombuffer(mapped, np.uint8)  # keeps the map
    start = -memory.ctypes.data % LARGE_PAGE
    with contextlib.suppress(OSError):  # a system built without them
        mapped.madvise(mmap.MADV_HUGEPAGE, start, large)
    memory = memory[start : start + size]
    memory[:: mmap.PAGESIZE] = 0  # the system gives zeros
    return memory


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
