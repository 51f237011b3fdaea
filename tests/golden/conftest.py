"""What earlier versions made."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from assert_close import assert_close
from golden import IS_EXACT


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
