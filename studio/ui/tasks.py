"""Coroutines started from a click, and the one place where their failures are shown."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Coroutine
from typing import Any

from studio.messages import EngineFailure


class Tasks:
    """Runs coroutines on the window's loop and hands every `EngineFailure` to `show`."""

    def __init__(self, show: Callable[[EngineFailure], None]) -> None:
        self._show = show
        self._running: set[asyncio.Task[Any]] = set()  # asyncio itself holds tasks only weakly

    def start(self, work: Coroutine[Any, Any, Any]) -> None:
        """Run `work` to its end in the background."""
        task = asyncio.get_running_loop().create_task(work)
        self._running.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if task.cancelled():
            return
        error = task.exception()
        if isinstance(error, EngineFailure):
            self._show(error)
        elif error is not None:
            sys.excepthook(type(error), error, error.__traceback__)
