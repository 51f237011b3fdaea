"""The outcome of a night, and how far one that is repeated goes."""

from __future__ import annotations

from dataclasses import dataclass

from engine.io.soul import Soul
from engine.sleep.report import SleepReport

PARTS = (0.5, 0.25)
"""How much of its way is kept, tried in turn, where a night would be refused as a whole."""


@dataclass(frozen=True)
class SleepLimit:
    """Where a night that is repeated ends: it had been interrupted, or only a part of its way was kept."""

    talks: int | None = None
    """Conversations to replay; None: all."""
    rounds: int | None = None
    """Rounds of deep sleep; None: all."""
    part: float = 1.0
    """How much of its way is kept."""


@dataclass(frozen=True)
class SleepResult:
    """The outcome of a night."""

    report: SleepReport
    soul: Soul | None
    """The new soul; None where nothing was learned or it was rejected."""
