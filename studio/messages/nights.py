"""Sleep: how it goes, and what it did."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from studio.messages.souls import SoulFacts
from studio.messages.wire import Command, Event


@dataclass(frozen=True)
class Sleep(Command):
    """Replay what waits with the inner learning rate raised by `rate`."""

    rate: float
    cancel: threading.Event = field(compare=False)


@dataclass(frozen=True)
class Slept:
    """What a sleep did."""

    soul: SoulFacts
    conversations: int
    messages: tuple[str, ...]
    """What was replayed."""
    tokens: int
    rate: float
    """The factor on the inner learning rate that was used."""
    rate_asked: float
    seconds: float
    woken: bool
    """True when it was interrupted."""
    kept: bool
    """True when the soul changed and was written."""
    refused: str = ""
    """Why the night was refused by itself, in which case the soul is as it was; "" where it was not."""
    known_before: tuple[int, int] = (0, 0)
    """Probes that were answered rightly before the night, of how many."""
    known_after: tuple[int, int] = (0, 0)
    """The same after it."""
    drift: float = 0.0
    """Growth of the loss on text that is in no conversation, as a share; NaN where it was not measured."""


@dataclass(frozen=True)
class Dreaming(Event):
    """How far a sleep has come."""

    fraction: float
    line: str
    """The message that is being replayed."""
    tokens_per_second: float
    seconds_left: float
