"""Real forgetting: what it costs, and doing it."""

from __future__ import annotations

from dataclasses import dataclass

from studio.protocol.base import Command, LogLine
from studio.protocol.souls import SoulSummary


@dataclass(frozen=True, kw_only=True)
class FindLived(Command["tuple[str, ...]"]):
    """Which messages were lived after the entry `grew_from` ("" for birth) up to `moment` ("" for now).

    Answered by the ids of what was said to the soul, oldest first.
    """

    moment: str
    grew_from: str


@dataclass(frozen=True, kw_only=True)
class PlanForgetting(Command["ForgetCost"]):
    """What it would take to forget messages."""

    ids: tuple[str, ...]
    pinned_too: bool = False


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


@dataclass(frozen=True, kw_only=True)
class ForgetMessages(Command["MessagesForgotten"]):
    """Forget messages; told on the way by `JobProgress`."""

    ids: tuple[str, ...]
    pinned_too: bool = False


@dataclass(frozen=True)
class MessagesForgotten:
    """The soul is one that never heard it."""

    done: bool
    """False where it was stopped: then everything is as before."""
    soul: SoulSummary
    lines: tuple[LogLine, ...]
    """What is left of what it has heard and said."""


@dataclass(frozen=True, kw_only=True)
class Compare(Command["Compared"]):
    """How two entries of the timeline differ; "" stands for the soul as it lives."""

    first: str
    second: str


@dataclass(frozen=True)
class Compared:
    """What changed from the first to the second, see `engine.session.compare`. N layers, H heads a layer."""

    change: float
    """Of all layers together: 0 nothing, 1 one of them is new, 2 opposite."""
    layers: tuple[float, ...]
    """`change` of each layer, N."""
    heads: tuple[tuple[float, ...], ...]
    """`change` of every head, N x H."""
    tokens: int
    """Tokens lived by the second less those of the first."""


@dataclass(frozen=True, kw_only=True)
class AskBoth(Command["BothAnswered"]):
    """Put the same words to both, each fresh and neither learning from it."""

    first: str
    second: str
    words: str
    max_tokens: int


@dataclass(frozen=True)
class BothAnswered:
    """What the two said, each time the likeliest answer."""

    answers: tuple[str, str]
