"""What the tests of operations have besides: memory that a kernel leaves unwritten is not a number."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from native_bodies import empty_is_nan


@pytest.fixture(autouse=True)
def unwritten_is_nan() -> Iterator[None]:
    """Every test runs with it."""
    with empty_is_nan():
        yield
