"""What every test has: shared helpers on the path, a Qt without a screen, and checks that nothing is left behind."""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

for _folder in ("", "models"):
    sys.path.insert(0, str(Path(__file__).parent / _folder))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# The models of the tests are so small that a second thread only waits for the first.
os.environ.setdefault("OMP_NUM_THREADS", "1")

THREAD_PATIENCE = 2.0
"""Seconds that a thread may still need to end after its test."""


@pytest.fixture(autouse=True)
def no_threads_left() -> Iterator[None]:
    """A test that leaves a Python thread running fails."""
    before = set(threading.enumerate())
    yield
    deadline = time.monotonic() + THREAD_PATIENCE
    while (left := [t for t in threading.enumerate() if t not in before and t.is_alive()]) and (
        time.monotonic() < deadline
    ):
        time.sleep(0.01)
    assert not left, f"threads left running: {[t.name for t in left]}"


class _Collector(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@pytest.fixture(autouse=True)
def no_unexpected_logs(request: pytest.FixtureRequest) -> Iterator[None]:
    """A log record of level WARNING or above fails the test, unless the test asks for `caplog` and so looks itself."""
    collector = _Collector()
    logging.getLogger().addHandler(collector)
    yield
    logging.getLogger().removeHandler(collector)
    if "caplog" not in request.fixturenames:
        assert not collector.records, [record.getMessage() for record in collector.records]
