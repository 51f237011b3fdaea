"""Sleep: how it goes, and what it did."""

from __future__ import annotations

from dataclasses import dataclass

from studio.protocol.base import Command, WorkerEvent
from studio.protocol.souls import SleepFigures, SoulSummary


@dataclass(frozen=True, kw_only=True)
class Sleep(Command["Slept"]):
    """Sleep on what waits."""

    rate: float = 1.0
    """Factor on the inner learning rate while it replays."""
    passes: int = 0
    """How often everything is replayed; 0 for as often as the engine thinks best."""
    method: str = ""
    """``replay``, ``deep`` or ``both``; "" for what the engine thinks best."""
    ask: bool = False
    """Whether the new soul waits for `AcceptNight` or `RejectNight`."""


@dataclass(frozen=True, kw_only=True)
class AcceptNight(Command["SoulSummary"]):
    """Go on as the soul of the night that waits for a decision."""


@dataclass(frozen=True, kw_only=True)
class RejectNight(Command["SoulSummary"]):
    """Let that night go; what it was about goes on waiting."""


@dataclass(frozen=True)
class ProbeResult:
    """One thing that was asked before the night and after it."""

    asked: str
    """A question, or the beginning of something that you said."""
    expected: str
    is_question: bool
    right: tuple[bool, bool]
    """Before and after; the same where it was not asked any more."""
    chance: tuple[float, float]
    """How likely the right answer was found, 0 to 1; of a question 0 or 1."""
    said: str
    """The answer after the night."""


@dataclass(frozen=True)
class Slept:
    """What a sleep did."""

    soul: SoulSummary
    conversations: int
    messages: tuple[str, ...]
    """What was replayed."""
    figures: SleepFigures
    rate_asked: float
    woken: bool
    """True when it was interrupted."""
    kept: bool
    """True when the soul changed and was written."""
    refused: str = ""
    """Why the night was refused by itself, in which case the soul is as it was; "" where it was not."""
    note: str = ""
    """What else a person should know."""
    probes: tuple[ProbeResult, ...] = ()


@dataclass(frozen=True)
class DreamProgress(WorkerEvent):
    """How far a sleep has come."""

    fraction: float
    line: str
    """The message that is being replayed."""
    tokens_per_second: float
    seconds_left: float
