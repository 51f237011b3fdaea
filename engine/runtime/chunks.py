"""A long prompt, a chunk at a time: where it can be stopped, and how far it is."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from engine.runtime.base import Cancel, Cancelled, Progress


def in_chunks(
    ids: np.ndarray, size: int, cancel: Cancel | None = None, progress: Progress | None = None
) -> Iterator[tuple[np.ndarray, bool]]:
    """Token ids (T,) in pieces of at most `size`, each with whether it is the last one.

    Raises `Cancelled` when `cancel` answers True before a piece. `progress` hears of a piece when the next is due.
    """
    for start in range(0, len(ids), size):
        if cancel is not None and cancel():
            raise Cancelled(start)
        piece = ids[start : start + size]
        end = start + len(piece)
        yield piece, end == len(ids)
        if progress is not None:
            progress(end)
