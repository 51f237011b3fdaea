"""What every test has: shared helpers on the path, a Qt without a screen, and checks that nothing is left behind."""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import logging
import os
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType

import pytest

HERE = Path(__file__).parent
for _folder in ("", "models"):
    sys.path.insert(0, str(HERE / _folder))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# The models of the tests are so small that a second thread only waits for the first.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ["BIT_LLAMA_MODELS"] = str(HERE / "no-models")  # what was fetched on this machine is no matter here

from progress import NothingMoves, wait_for  # noqa: E402  (it lies on the path that was just set)

MARKED_FOLDERS = {"studio": "gui", "journey": "gui", "packaging": "package"}
"""Folders whose tests all have one marker."""
THREADS_STILL_S = 5.0
"""For how long a thread may do nothing after its test before it counts as left behind."""


def _why_no_qt() -> str | None:
    """Why the window cannot be tested here, None where it can."""
    try:
        from PySide6 import QtWidgets  # noqa: F401
    except ImportError as error:
        return f"Qt cannot be loaded ({error}); `make setup-tests` installs what it needs of the system"
    return None


WHY_NO_QT = _why_no_qt()
collect_ignore = [str(HERE / folder) for folder, marker in MARKED_FOLDERS.items() if marker == "gui" and WHY_NO_QT]


class _SkipsWithoutQt(importlib.abc.MetaPathFinder):
    """Skips a module of tests that imports Qt where Qt cannot be loaded."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if WHY_NO_QT and name.startswith("PySide6.Qt"):
            pytest.skip(WHY_NO_QT, allow_module_level=True)
        return None


sys.meta_path.insert(0, _SkipsWithoutQt())


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Without Qt its plugin would end the run before the first test."""
    if WHY_NO_QT:
        pluginmanager.set_blocked("pytest-qt")
        parser.addini("qt_log_level_fail", "of pytest-qt")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was left out."""
    if WHY_NO_QT:
        terminalreporter.write_line(f"SKIPPED tests/studio, tests/journey: {WHY_NO_QT}", yellow=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give the tests of a folder its marker."""
    for item in items:
        folder = item.path.relative_to(HERE).parts[0] if item.path.is_relative_to(HERE) else ""
        if folder in MARKED_FOLDERS:
            item.add_marker(MARKED_FOLDERS[folder])


@pytest.fixture(autouse=True)
def no_threads_left() -> Iterator[None]:
    """A test that leaves a Python thread running fails."""
    before = set(threading.enumerate())
    yield

    def left() -> list[str]:
        return [thread.name for thread in threading.enumerate() if thread not in before and thread.is_alive()]

    try:
        wait_for(lambda: not left(), "threads to end", still=THREADS_STILL_S)
    except NothingMoves:
        pytest.fail(f"threads left running: {left()}")


@pytest.fixture(autouse=True)
def no_widgets_left() -> Iterator[None]:
    """A test that leaves a window open, or a timer running, fails."""
    before = _windows_and_timers()
    yield
    left = [name for thing, name in _windows_and_timers().items() if thing not in before]
    assert not left, f"left behind: {left}"


def _windows_and_timers() -> dict[object, str]:
    """Windows that are to be seen and timers of the application that run, with a name for each."""
    widgets = sys.modules.get("PySide6.QtWidgets")
    application = widgets.QApplication.instance() if widgets is not None else None
    if not isinstance(application, getattr(widgets, "QApplication", ())):
        return {}
    from PySide6.QtCore import QEvent, QTimer

    application.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    found: list[object] = [widget for widget in application.topLevelWidgets() if widget.isVisible()]
    found += [timer for timer in application.findChildren(QTimer) if timer.isActive()]
    return {thing: f"{type(thing).__name__} {thing.objectName()}".strip() for thing in found}  # type: ignore[attr-defined]


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
