"""What comes from files of others."""

from __future__ import annotations

from dataclasses import dataclass

from studio.messages.lines import Line
from studio.messages.souls import SoulFacts
from studio.messages.wire import Command


@dataclass(frozen=True)
class TakeIn(Command):
    """Add messages from elsewhere to the log, to be slept on; answered by the `Line`s as logged."""

    lines: tuple[Line, ...]


@dataclass(frozen=True)
class TakenIn:
    """Messages that are in the log now."""

    lines: tuple[Line, ...]
    soul: SoulFacts
