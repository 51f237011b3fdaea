"""What every message is made of, and the answers that any command may have.

Every message is frozen. A command that can be interrupted carries its own `threading.Event`, made with the command, so
that a Stop pressed before the worker has even begun is not lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class Command:
    request: int


@dataclass(frozen=True)
class Close(Command):
    """Save the soul, let the model go and end the thread. Where saving fails the thread lives on."""

    even_unsaved: bool = False
    """End in any case."""


@dataclass(frozen=True)
class Event:
    request: int


@dataclass(frozen=True)
class Done(Event):
    """The answer to a command: `Opened`, `Said`, `Slept`, `SoulFacts`, or None."""

    result: Any


@dataclass(frozen=True)
class Failed(Event):
    """A command that could not be carried out."""

    message: str
    """One sentence: what is wrong, where, what to do."""
    details: str
    """The traceback of a defect, for a bug report; empty where the sentence says it all."""


@dataclass(frozen=True)
class Progress(Event):
    """How far a job has come that a person may stop."""

    fraction: float
    """0 to 1."""


class EngineFailure(Exception):
    """A `Failed` event, raised where the command was awaited."""

    def __init__(self, message: str, details: str = "") -> None:
        super().__init__(message)
        self.details = details


Role = Literal["user", "assistant", "system"]


@dataclass(frozen=True)
class Line:
    """One message of the log."""

    role: Role
    text: str
    timestamp: str
    """ISO 8601, UTC."""
    conversation: str
    id: str = ""
    """Its name in the log; empty for one that is not there."""
