"""What is said and answered, and the ways back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from studio.protocol.base import Command, LogLine, WorkerEvent
from studio.protocol.souls import SoulSummary

Dial = Literal["learn", "use", "temporary"]
"""What a conversation leaves behind: `engine.session.active_soul`, which the window must not wait for."""


@dataclass(frozen=True)
class Sampling:
    """How a reply is chosen: `engine.text.sampling.SamplingParams`, which the window must not wait for."""

    temperature: float
    top_k: int
    top_p: float
    beams: int
    seed: int | None
    """None: another one each time."""


@dataclass(frozen=True)
class ExchangeVersions:
    """An exchange that can be taken back."""

    line: str
    """The id of what the person said."""
    version: int
    """Which of its versions is shown, from 0."""
    versions: int


@dataclass(frozen=True, kw_only=True)
class Say(Command["Said"]):
    """Say something and have the reply streamed as `ReplyChunk` events."""

    text: str
    conversation: str
    system: str
    sampling: Sampling
    max_tokens: int
    instead_of: str = ""
    """The id of something said before, in whose place this is said: the soul goes back to before it."""
    dial: Dial = "learn"
    """What the conversation leaves behind. With another than ``learn`` nothing of before can be taken back after."""
    rate: float = 1.0
    """Factor on the inner learning rate for this exchange."""
    use_notes: bool = True
    """Whether the conversation has notes, if it begins with this."""


@dataclass(frozen=True, kw_only=True)
class AskWithoutSoul(Command["AnswerWithoutSoul"]):
    """Have something answered without the soul; it is suspended meanwhile."""

    text: str
    system: str
    sampling: Sampling
    max_tokens: int
    rate: float = 1.0
    """As `Say.rate`."""


@dataclass(frozen=True)
class AnswerWithoutSoul:
    """What was answered; nothing of it is kept."""

    text: str
    stopped: str
    """As `Said.stopped`."""


@dataclass(frozen=True)
class Said:
    """A reply, finished or stopped."""

    lines: tuple[LogLine, ...]
    """The exchange as the log has it; none where the conversation leaves nothing behind."""
    soul: SoulSummary
    tokens: int
    learned: int
    """Tokens lived by the soul in this exchange: what was read and what was written."""
    seconds: float
    tokens_per_second: float
    """Speed of writing, the reading of the prompt left out."""
    stopped: str
    """``end``, ``length``, ``stop`` or ``callback`` (somebody pressed Stop)."""
    turns: tuple[ExchangeVersions, ...] = ()
    """The exchanges that can be taken back now, oldest first."""
    unsaved: str = ""
    """Why the soul could not be written after the exchange, which stands all the same; "" when it was."""


@dataclass(frozen=True, kw_only=True)
class SwitchVersion(Command["VersionSwitched"]):
    """Go on as another version of an exchange; the soul follows."""

    line: str
    version: int


@dataclass(frozen=True)
class VersionSwitched:
    """Another version of an exchange goes on."""

    lines: tuple[LogLine, ...]
    """Everything from that exchange on."""
    soul: SoulSummary
    turns: tuple[ExchangeVersions, ...]


@dataclass(frozen=True)
class ReplyChunk(WorkerEvent):
    """A piece of a reply."""

    text: str
    inner_loss: float
    """How wrong the fast weights were, mean over the layers, before they learned the token fed last."""


@dataclass(frozen=True, kw_only=True)
class ImportLines(Command["LinesImported"]):
    """Add messages from elsewhere to the log, to be slept on."""

    lines: tuple[LogLine, ...]


@dataclass(frozen=True)
class LinesImported:
    """Messages that are in the log now."""

    lines: tuple[LogLine, ...]
    soul: SoulSummary
