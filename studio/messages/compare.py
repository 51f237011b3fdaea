"""Two souls side by side."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from studio.messages.wire import Command


@dataclass(frozen=True)
class Compare(Command):
    """How two entries of the timeline differ; "" stands for the soul as it lives. Answered by `Compared`."""

    first: str
    second: str


@dataclass(frozen=True)
class Compared:
    """What changed from the first to the second, see `engine.session.compare`. N layers, H heads a layer."""

    change: float
    """Of all layers together: 0 nothing, 1 one of them is newborn, 2 opposite."""
    layers: tuple[float, ...]
    """`change` of each layer, N."""
    heads: tuple[tuple[float, ...], ...]
    """`change` of every head, N x H."""
    tokens: int
    """Tokens lived by the second less those of the first."""


@dataclass(frozen=True)
class AskBoth(Command):
    """Put the same words to both, each fresh and neither learning from it. Answered by `Answered`."""

    first: str
    second: str
    words: str
    max_tokens: int
    cancel: threading.Event = field(compare=False)


@dataclass(frozen=True)
class Answered:
    """What the two said, each time the likeliest answer."""

    answers: tuple[str, str]
