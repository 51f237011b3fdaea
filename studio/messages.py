"""What crosses between the window and the worker: commands one way, events the other, and nothing else.

Every message is frozen. A command that can be interrupted carries its own `threading.Event`, made with the command, so
that a Stop pressed before the worker has even begun is not lost.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

Role = Literal["user", "assistant", "system"]
Dial = Literal["learn", "use", "temporary"]
"""What a conversation leaves behind: `engine.memory.dial`, which the window must not wait for."""


# Facts: what the window shows of the engine.


@dataclass(frozen=True)
class BodyFacts:
    """The loaded model."""

    name: str
    path: Path
    parameters: int
    layers: int
    hidden_dim: int
    vocab_size: int
    variant: str
    packed: bool
    """True where the file holds ternary weights of 2 bits, False for float weights."""
    file_bytes: int
    fingerprint: str
    device: str
    runtime: str
    reason: str
    """Why this runtime and device were chosen, in words."""


@dataclass(frozen=True)
class SoulFacts:
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


@dataclass(frozen=True)
class Turn:
    """An exchange that can be taken back."""

    line: str
    """The id of what the person said."""
    version: int
    """Which of its versions is shown, from 0."""
    versions: int


@dataclass(frozen=True)
class Opened:
    """A model was loaded; its soul came back with it."""

    body: BodyFacts
    soul: SoulFacts
    lines: tuple[Line, ...]
    """What this soul has heard and said, oldest first."""
    problems: tuple[str, ...]
    """What could not be read on the way, one sentence each."""


@dataclass(frozen=True)
class Said:
    """A reply, finished or stopped."""

    lines: tuple[Line, ...]
    """The exchange as the log has it; none where the conversation leaves nothing behind."""
    soul: SoulFacts
    tokens: int
    learned: int
    """Tokens lived by the soul in this exchange: what was read and what was written."""
    seconds: float
    tokens_per_second: float
    """Speed of writing, the reading of the prompt left out."""
    stopped: str
    """``end``, ``length``, ``stop`` or ``callback`` (somebody pressed Stop)."""
    turns: tuple[Turn, ...] = ()
    """The exchanges that can be taken back now, oldest first."""
    unsaved: str = ""
    """Why the soul could not be written after the exchange, which stands all the same; "" when it was."""


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


# Commands, window to worker. `request` is answered by exactly one `Done` or `Failed` with the same number.


@dataclass(frozen=True)
class Command:
    request: int


@dataclass(frozen=True)
class Open(Command):
    """Load a model and the soul that belongs to it; the model before it is closed and its soul saved."""

    path: Path


@dataclass(frozen=True)
class Say(Command):
    """Say something and have the reply streamed as `Token` events."""

    text: str
    conversation: str
    system: str
    temperature: float
    top_k: int
    top_p: float
    seed: int | None
    max_tokens: int
    cancel: threading.Event = field(compare=False)
    instead_of: str = ""
    """The id of something said before, in whose place this is said: the soul goes back to before it."""
    dial: Dial = "learn"
    """What the conversation leaves behind. With another than ``learn`` nothing of before can be taken back after."""


@dataclass(frozen=True)
class Switch(Command):
    """Go on as another version of an exchange; the soul follows. Answered by `Switched`."""

    line: str
    version: int


@dataclass(frozen=True)
class Switched:
    """Another version of an exchange goes on."""

    lines: tuple[Line, ...]
    """Everything from that exchange on."""
    soul: SoulFacts
    turns: tuple[Turn, ...]


@dataclass(frozen=True)
class Sleep(Command):
    """Replay what waits with the inner learning rate raised by `rate`."""

    rate: float
    cancel: threading.Event = field(compare=False)


@dataclass(frozen=True)
class SaveSoul(Command):
    """Write a copy of the soul to a file of the person's choice."""

    path: Path


@dataclass(frozen=True)
class LoadSoul(Command):
    """Put a soul from a file into the loaded model; the former one is kept in the workspace."""

    path: Path


@dataclass(frozen=True)
class ResetSoul(Command):
    """Begin a fresh soul; the former one is kept in the workspace."""


@dataclass(frozen=True)
class TakeIn(Command):
    """Add messages from elsewhere to the log, to be slept on; answered by the `Line`s as logged."""

    lines: tuple[Line, ...]


@dataclass(frozen=True)
class TakenIn:
    """Messages that are in the log now."""

    lines: tuple[Line, ...]
    soul: SoulFacts


@dataclass(frozen=True)
class Close(Command):
    """Save the soul, let the model go and end the thread. Where saving fails the thread lives on."""

    even_unsaved: bool = False
    """End in any case."""


# Events, worker to window.


@dataclass(frozen=True)
class Event:
    request: int


@dataclass(frozen=True)
class Token(Event):
    """A piece of a reply."""

    text: str
    inner_loss: float
    """How wrong the fast weights were, mean over the layers, before they learned the token fed last."""


@dataclass(frozen=True)
class Dreaming(Event):
    """How far a sleep has come."""

    fraction: float
    line: str
    """The message that is being replayed."""
    tokens_per_second: float
    seconds_left: float


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


class EngineFailure(Exception):
    """A `Failed` event, raised where the command was awaited."""

    def __init__(self, message: str, details: str = "") -> None:
        super().__init__(message)
        self.details = details
