"""Memory that a step has freed stays with the process, for the next step.

The C library gives blocks as large as the tensors of a segment back to the system at once, and gets them again page by
page, each filled with zeros, several times a layer and step.
"""

from __future__ import annotations

import ctypes
import sys

M_TRIM_THRESHOLD = -1  # of glibc's malloc.h: how much may be free at the end of its memory
M_MMAP_MAX = -4  # and how many blocks may be mappings of their own


def keep_freed_memory() -> bool:
    """From here on this process keeps what it frees; whether the C library knows how. It is for a process that trains
    and nothing else: its peak is the same, but it stays there."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):
        return False
    return bool(mallopt(M_MMAP_MAX, 0) and mallopt(M_TRIM_THRESHOLD, -1))
