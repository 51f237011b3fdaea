"""What crosses between window and worker: a `Request` with a command one way, `Response`s with events the other.

Commands and events are frozen and hold nothing but what they say. The number that ties an answer to its question, and
the event that stops it, travel in the envelope: each is spelled once, by the session that sends it.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar

Answer = TypeVar("Answer")
Role = Literal["user", "assistant", "system"]


class Command(Generic[Answer]):
    """What the window asks of the worker. `Answer` is the type of the result of the `Done` that answers it."""


@dataclass(frozen=True, kw_only=True)
class Close(Command[None]):
    """Save the soul, let the model go and end the thread. Where saving fails the thread lives on."""

    even_unsaved: bool = False
    """End in any case."""


@dataclass(frozen=True)
class Request:
    """A command on its way to the worker."""

    number: int
    command: Command[Any]
    cancel: threading.Event = field(default_factory=threading.Event, compare=False)
    """Set to stop it; made with the request, so that a Stop pressed before the worker has begun is not lost."""


class WorkerEvent:
    """What the worker says of a request."""


@dataclass(frozen=True)
class Response:
    """An event on its way to the window. `Done` or `Failed` is the last one of a request, and there is exactly one."""

    number: int
    """Of the request."""
    event: WorkerEvent


@dataclass(frozen=True)
class Done(WorkerEvent):
    """The command was carried out."""

    result: Any
    """As the command's type says."""


@dataclass(frozen=True)
class Failed(WorkerEvent):
    """The command could not be carried out."""

    message: str
    """One sentence: what is wrong, where, what to do."""
    details: str
    """The traceback of a defect, for a bug report; empty where the sentence says it all."""


@dataclass(frozen=True)
class JobProgress(WorkerEvent):
    """How far a job has come that a person may stop."""

    fraction: float
    """0 to 1."""


class EngineFailure(Exception):
    """A `Failed` event, raised where the command was awaited."""

    def __init__(self, message: str, details: str = "") -> None:
        super().__init__(message)
        self.details = details


@dataclass(frozen=True)
class LogLine:
    """One message of the log."""

    role: Role
    text: str
    timestamp: str
    """ISO 8601, UTC."""
    conversation: str
    id: str = ""
    """Its name in the log; empty for one that is not there."""
