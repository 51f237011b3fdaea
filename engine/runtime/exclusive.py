"""One thread at a time: what lives in one state cannot be lived by two at once, and not by a forked process."""

from __future__ import annotations

import functools
import os
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from engine.errors import DeviceError

P = ParamSpec("P")
R = TypeVar("R")


class Exclusive:
    """A lock that the same thread may take again, for use as a context. Another thread waits its turn.

    Args:
        what: what it keeps, for the error: a model's file.

    Entering raises `DeviceError` in a process that was forked from the one that made it: threads of the computation do
    not come along into such a process, and a call would wait for them for ever.
    """

    def __init__(self, what: str) -> None:
        self._what, self._lock, self._process = what, threading.RLock(), os.getpid()

    def __enter__(self) -> None:
        if os.getpid() != self._process:
            raise DeviceError(
                "{what} was loaded before this process was forked, and what computes did not come along; load it in "
                "this process, or start processes with the method spawn.",
                what=self._what,
            )
        self._lock.acquire()

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, tb: TracebackType | None) -> None:
        self._lock.release()


class HasExclusive(Protocol):
    """What `exclusively` can be used in."""

    exclusive: Exclusive


S = TypeVar("S", bound=HasExclusive)


def exclusively(method: Callable[Concatenate[S, P], R]) -> Callable[Concatenate[S, P], R]:
    """A method during which no other thread is in a method of the same object."""

    @functools.wraps(method)
    def alone(self: S, *args: P.args, **kwargs: P.kwargs) -> Any:
        with self.exclusive:
            return method(self, *args, **kwargs)

    return alone
