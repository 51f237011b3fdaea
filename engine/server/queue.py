"""One thread that owns the mind, and a queue in which clients take turns."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Generic, TypeVar

from engine.runtime.base import Cancel
from engine.server.errors import ApiError

R = TypeVar("R")


class Job(Generic[R]):
    """Something that is to be done by the thread.

    Attributes:
        done: becomes its outcome. One that was cancelled before its turn is never begun.
        late: it was cut because it took too long.
    """

    def __init__(self, work: Callable[[Cancel], R], seconds: float | None) -> None:
        self._work, self._seconds = work, seconds
        self.done: Future[R] = Future()
        self._stop = threading.Event()
        self._end = float("inf")
        self.late = False

    def cancel(self) -> None:
        """Nobody waits for it any more."""
        self._stop.set()
        self.done.cancel()  # where it has not begun

    def _stopped(self) -> bool:
        if time.monotonic() >= self._end:
            self.late = True
        return self.late or self._stop.is_set()

    def run(self) -> None:
        """Do it, in the thread."""
        if not self.done.set_running_or_notify_cancel():
            return
        if self._seconds is not None:
            self._end = time.monotonic() + self._seconds
        try:
            result = self._work(self._stopped)
        except BaseException as error:
            self.done.set_exception(error)
        else:
            self.done.set_result(result)


class FairQueue:
    """A thread that does one job after the other, one of each client in turn.

    Args:
        most_waiting: jobs that may wait.
        seconds: that a job may take; its `Cancel` answers True from then on.
    """

    def __init__(self, most_waiting: int, seconds: float) -> None:
        self._most, self._seconds = most_waiting, seconds
        self._waiting: OrderedDict[str, deque[Job[Any]]] = OrderedDict()
        self._changed = threading.Condition()
        self._closed = False
        self._running: Job[Any] | None = None
        self._thread = threading.Thread(target=self._run, name="mind")
        self._thread.start()

    @property
    def waiting(self) -> int:
        """Jobs that wait for their turn."""
        with self._changed:
            return sum(not job.done.cancelled() for jobs in self._waiting.values() for job in jobs)

    def submit(self, client: str, work: Callable[[Cancel], R], bounded: bool = True) -> Job[R]:
        """Have `work` done when it is this client's turn; it is given what to ask whether it is still wanted.

        Args:
            bounded: whether it may take no longer than others; a night may.

        Raises `ApiError` where too many wait, and after `close`.
        """
        job = Job(work, self._seconds if bounded else None)
        with self._changed:
            if self._closed:
                raise ApiError(503, "closing", "The server is closing.")
            if self.waiting >= self._most:
                raise ApiError(429, "too_many_waiting", "Too many requests are waiting; try again later.", None, 5)
            self._waiting.setdefault(client, deque()).append(job)
            self._changed.notify()
        return job

    def close(self) -> None:
        """Stop what is being done, forget what waits, and end the thread."""
        with self._changed:
            self._closed = True
            for jobs in self._waiting.values():
                for job in jobs:
                    job.cancel()
            self._waiting.clear()
            if self._running is not None:
                self._running.cancel()
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        while (job := self._next()) is not None:
            job.run()

    def _next(self) -> Job[Any] | None:
        with self._changed:
            self._running = None
            while not self._waiting:
                if self._closed:
                    return None
                self._changed.wait()
            client, jobs = self._waiting.popitem(last=False)
            self._running = jobs.popleft()
            if jobs:
                self._waiting[client] = jobs  # behind the others
            return self._running
