"""What earlier versions made."""

from __future__ import annotations

import platform
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from assert_close import assert_close

sys.path.insert(0, str(Path(__file__).parent))

IS_EXACT = platform.libc_ver()[0] == "glibc"
"""Whether this machine has the C library whose `exp` the golden files were computed with."""


@pytest.fixture
def assert_same() -> Callable[[str, np.ndarray, np.ndarray], None]:
    """Compares what the scalar runtime computes with what it computed: to the bit, closely with another C library."""

    def compare(name: str, actual: np.ndarray, reference: np.ndarray) -> None:
        assert (actual.dtype, actual.shape) == (reference.dtype, reference.shape), name
        if IS_EXACT:
            assert actual.tobytes() == reference.tobytes(), name
        else:
            assert_close(name, actual, reference, 1e-5)

    return compare


needs_glibc = pytest.mark.skipif(not IS_EXACT, reason="hashes are those of computations with glibc")
