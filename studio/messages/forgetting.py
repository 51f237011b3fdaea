"""Real forgetting: what it costs, and doing it."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from studio.messages.lines import Line
from studio.messages.souls import SoulFacts
from studio.messages.wire import Command


@dataclass(frozen=True)
class LivedIn(Command):
    """Which messages were lived after the entry `grew_from` ("" for birth) up to `moment` ("" for now).

    Answered by the ids of what was said to the soul, oldest first.
    """

    moment: str
    grew_from: str


@dataclass(frozen=True)
class PlanForgetting(Command):
    """What it would take to forget messages. Answered by `ForgetCost`."""

    ids: tuple[str, ...]
    pinned_too: bool


@dataclass(frozen=True)
class ForgetCost:
    """What forgetting costs and touches; nothing has happened yet."""

    messages: int
    """That leave the log, replies among them."""
    souls: int
    """That have lived them and are made anew; 0 where none has."""
    from_birth: bool
    """Whether one of them must be lived again from its birth."""
    turns: int
    """Exchanges to live again."""
    nights: int
    """Nights to sleep again."""
    tokens: int
    seconds: float
    """Expected time, by a measurement made for this."""
    deleted: int
    """Entries of timelines that go."""
    stale: int
    """Pinned entries that stay, marked."""


@dataclass(frozen=True)
class Forget(Command):
    """Forget messages; told on the way by `Progress`. Answered by `Forgot`."""

    ids: tuple[str, ...]
    pinned_too: bool
    cancel: threading.Event = field(compare=False)


@dataclass(frozen=True)
class Forgot:
    """The soul is one that never heard it."""

    done: bool
    """False where it was stopped: then everything is as before."""
    soul: SoulFacts
    lines: tuple[Line, ...]
    """What is left of what it has heard and said."""
