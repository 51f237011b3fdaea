"""The soul that is awake, the other souls of its model, and their timelines."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from studio.protocol.base import Command, LogLine, WorkerEvent


@dataclass(frozen=True)
class ContextFill:
    """How full the context is of a model that looks back on tokens."""

    used: int
    """Tokens of the conversation that goes on, its system prompt and notes among them."""
    size: int
    """Tokens that it holds."""
    dropped: int
    """The oldest exchanges of that conversation that did not fit any more."""


@dataclass(frozen=True)
class SleepFigures:
    """What a night brought, measured on copies of the soul before and after it."""

    messages: int
    """That were replayed to the end of their conversation."""
    tokens: int
    rate: float
    """The factor on the inner learning rate that was used."""
    seconds: float
    right: tuple[int, int] = (0, 0)
    """Probes that were answered rightly, before and after."""
    probes: int = 0
    """Of how many; 0 where none were asked."""
    own_loss: tuple[float, float] = (math.nan, math.nan)
    """Loss on your words, nats per token, before and after; NaN where it was not measured."""
    other_loss: tuple[float, float] = (math.nan, math.nan)
    """The same on dialogues that are in no log."""

    @property
    def drift(self) -> float:
        """Growth of the loss on other dialogues, as a share; NaN where it was not measured."""
        before, after = self.other_loss
        return after / before - 1 if before else math.nan


@dataclass(frozen=True)
class SoulSummary:
    """The soul that lives in the loaded model."""

    name: str
    """What the engine calls it: the name of its file."""
    level: int
    """Tokens lived."""
    layers: int
    file_bytes: int
    saved_at: float
    """When it was last written, seconds since the epoch; 0 where it never was."""
    slept_at: float
    """When it last slept, seconds since the epoch; 0 where it never did."""
    waiting: tuple[str, ...]
    """What the next sleep would replay, oldest first."""
    waiting_conversations: int
    undecided: SleepFigures | None = None
    """The night that waits to be accepted or rejected."""
    conversation: str = ""
    """The conversation that goes on: `context` and `noted` are of it."""
    context: ContextFill | None = None
    """None for a model that does not look back on tokens."""
    noted: tuple[LogLine, ...] = ()
    """The notes that it began with; the newest first."""
    notable: tuple[LogLine, ...] = ()
    """Those that one would begin with now."""


@dataclass(frozen=True)
class BlendedSoul:
    """The soul that was blended into another one."""

    id: str
    """Of the entry that it is; "" where that is not kept."""
    name: str
    """What it was called, "" where only its id was known."""
    share: float
    """How much of it, 0 to 1."""


@dataclass(frozen=True)
class TimelineEntry:
    """An entry of a timeline."""

    id: str
    soul: str
    """Key of the soul that it belongs to."""
    event: str
    """What it was kept for; ``autosave`` for the state that stood just before another event."""
    when: float
    """When it was kept, seconds since the epoch."""
    level: int
    """Tokens lived."""
    label: str
    """A person's name for it, "" for none."""
    note: str
    """A person's words on it, "" for none."""
    why: str
    """The event's own words."""
    pinned: bool
    stale: bool
    """It has lived something that was forgotten since."""
    file_bytes: int
    grew_from: str
    """Id of the nearest entry that is kept and that it grew from, "" for none."""
    second: BlendedSoul | None = None
    """What was blended in, where it is a blend."""


@dataclass(frozen=True)
class KnownSoul:
    """One of the souls of the loaded model."""

    name: str
    key: str
    awake: bool


@dataclass(frozen=True)
class SoulTimeline:
    """Every entry that is kept of the souls of the loaded model, and where the one that is awake stands."""

    moments: tuple[TimelineEntry, ...]
    """Oldest first."""
    souls: tuple[KnownSoul, ...]
    """By name."""
    soul: str
    """Key of the soul that is awake."""
    now: str
    """Id of the entry that the soul that is awake is, or grew from last; "" for none."""
    lives_on: bool
    """Whether it has lived something since that entry."""
    undo: str
    """The event that can be undone, "" for none."""
    problem: str = ""
    """Why the timeline cannot be read; "" where it can."""

    def moment(self, moment_id: str) -> TimelineEntry | None:
        """The entry with this id."""
        return next((moment for moment in self.moments if moment.id == moment_id), None)


@dataclass(frozen=True)
class TimelineChanged(WorkerEvent):
    """The timeline is another than the one that was told last."""

    timeline: SoulTimeline


@dataclass(frozen=True, kw_only=True)
class SaveSoul(Command["SoulSummary"]):
    """Write a copy of the soul to a file of the person's choice."""

    path: Path


@dataclass(frozen=True, kw_only=True)
class LoadSoul(Command["SoulSummary"]):
    """Put a soul from a file into the loaded model; the former one is kept in the workspace."""

    path: Path


@dataclass(frozen=True, kw_only=True)
class ResetSoul(Command["SoulSummary"]):
    """Begin a fresh soul; the former one is kept in the workspace."""


@dataclass(frozen=True, kw_only=True)
class KeepSoul(Command["SoulSummary"]):
    """Keep the soul as it is in its timeline, with a note."""

    note: str


@dataclass(frozen=True, kw_only=True)
class RestoreEntry(Command["SoulSummary"]):
    """Go on as an entry of the timeline; the soul of now is kept."""

    moment: str


@dataclass(frozen=True, kw_only=True)
class UndoLastEvent(Command["SoulSummary"]):
    """Go back to before the last event that changed the soul."""


@dataclass(frozen=True, kw_only=True)
class DescribeEntry(Command[None]):
    """Say something of an entry; None leaves what was said."""

    moment: str
    label: str | None = None
    note: str | None = None
    pinned: bool | None = None


@dataclass(frozen=True, kw_only=True)
class DeleteEntry(Command[None]):
    """Delete an entry; the soul that is awake stays as it is."""

    moment: str


@dataclass(frozen=True, kw_only=True)
class ExportEntry(Command[None]):
    """Write an entry to a file of the person's choice."""

    moment: str
    path: Path


@dataclass(frozen=True, kw_only=True)
class BranchSoul(Command["SoulSummary"]):
    """Begin another soul from an entry, or from the soul as it is where `moment` is empty."""

    name: str
    moment: str = ""


@dataclass(frozen=True, kw_only=True)
class BlendSouls(Command["SoulSummary"]):
    """Go on as the mean of the soul that is awake and another one; the soul of now is kept."""

    second: str
    """Id of an entry, or the name of another soul of the model."""
    share: float
    """How much of it, between 0 and 1."""


@dataclass(frozen=True, kw_only=True)
class RenameSoul(Command["SoulSummary"]):
    """Call the soul that is awake otherwise."""

    name: str


@dataclass(frozen=True, kw_only=True)
class WakeSoul(Command["SoulWoken"]):
    """Go on as another soul of the loaded model."""

    name: str


@dataclass(frozen=True)
class SoulWoken:
    """Another soul of the loaded model is awake."""

    soul: SoulSummary
    lines: tuple[LogLine, ...]
    """What it has heard and said, oldest first."""
