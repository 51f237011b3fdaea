"""Waiting in tests: for what is to come, as long as anything moves, however slow the machine is.

A fixed time limit fails beside a training that keeps every core busy, and is long to wait for on an idle machine. What
moves is seen in processor time: that of the child processes, and that of the other threads of this one. Each second of
it is worth `WORTH` seconds of waiting, so that a program that works is waited for even where it gets a small share of a
core, and one that only looks now and then whether there is something to do is not. A wait fails when it stood still for
`STILL_S`; what works for ever is left to pytest's own limit.
"""

from __future__ import annotations

import contextlib
import subprocess
import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import psutil

T = TypeVar("T")

STILL_S = 60.0
"""Seconds without progress after which a wait fails. More than any timer of the program takes."""
WORTH = 10.0
"""Seconds of waiting that a second of processor time allows."""
PAUSE_S = 0.01
"""Between two looks."""
LONGEST_STEP_S = 0.25
"""A longer time between two looks counts as so much: who waits was kept from looking, and the others from moving."""
_LOOK_CLOSELY_S = 0.5


class NothingMoves(AssertionError):
    """What was waited for did not come, and nothing moves that could bring it."""


class Stillness:
    """For how long nothing has moved.

    Args:
        progress: a value that changes with what is waited for, beside processor time: lines of a log, bytes of a file.
    """

    def __init__(self, progress: Callable[[], object] | None = None) -> None:
        self._progress = progress
        self._last = self._looked = time.monotonic()
        self._spent, self._value = self._look_closely()
        self.seconds = 0.0

    def look(self) -> float:
        """Look once; the seconds without progress by now."""
        now = time.monotonic()
        self.seconds += min(now - self._last, LONGEST_STEP_S)
        self._last = now
        if now - self._looked >= _LOOK_CLOSELY_S:
            self._looked = now
            spent, value = self._look_closely()
            self.seconds = max(0.0, self.seconds - WORTH * max(0.0, spent - self._spent))
            if value != self._value:
                self.seconds = 0.0
            self._spent, self._value = spent, value
        return self.seconds

    def _look_closely(self) -> tuple[float, object]:
        """Processor time spent by others up to now, and the value of the caller's own."""
        spent = time.process_time() - time.thread_time()
        for child in psutil.Process().children(recursive=True):
            with contextlib.suppress(psutil.Error):
                times = child.cpu_times()
                spent += times.user + times.system
        return spent, self._progress() if self._progress is not None else None


def wait_for(
    condition: Callable[[], T],
    what: str = "",
    *,
    progress: Callable[[], object] | None = None,
    pump: Callable[[], object] | None = None,
    still: float | None = None,
) -> T:
    """The first value of `condition` that is true.

    Args:
        condition: asked again and again; cheap.
        what: named in the failure.
        progress: see `Stillness`.
        pump: called before each look, for example to let a window handle its events.
        still: seconds without progress after which it fails (default: `STILL_S`).

    Raises `NothingMoves` when nothing has moved for so long.
    """
    stillness, most = Stillness(progress), STILL_S if still is None else still
    while True:
        if pump is not None:
            pump()
        if value := condition():
            return value
        if stillness.look() > most:
            raise NothingMoves(f"waited for {what or condition}, and nothing has moved for {most:g} s")
        time.sleep(PAUSE_S)


def finish(process: subprocess.Popen[Any], text: Any = None) -> tuple[Any, Any]:
    """What `process` wrote on both outputs, once it has ended; `text` is what it is given to read, which then ends.

    Raises `NothingMoves`, after killing it, when nothing has moved for `STILL_S`.
    """
    stillness = Stillness(lambda: process.poll())
    while True:
        try:
            return process.communicate(text, timeout=LONGEST_STEP_S)
        except subprocess.TimeoutExpired:
            text = None  # it is on its way
        if stillness.look() > STILL_S:
            process.kill()
            out, err = process.communicate()
            raise NothingMoves(f"{process.args} has not moved for {STILL_S:g} s; it wrote {out!r} {err!r}")


def run(command: Sequence[object], text: str | None = None, check: bool = False, **options: Any) -> Any:
    """`subprocess.run` with both outputs captured as text and without a time limit: it goes on while anything moves.

    Raises `NothingMoves`; with `check`, `AssertionError` with what it wrote where its exit code is not 0.
    """
    options = {"encoding": "utf-8", "errors": "replace"} | options
    with subprocess.Popen(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL if text is None else subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        **options,
    ) as process:
        out, err = finish(process, text)
    assert not check or process.returncode == 0, f"{process.args} ended with {process.returncode}: {out}{err}"
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)
