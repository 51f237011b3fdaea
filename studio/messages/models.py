"""Models: loading them, and what is known of the one that is loaded."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from studio.messages.lines import Line
from studio.messages.souls import SoulFacts
from studio.messages.wire import Command


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
class Open(Command):
    """Load a model and the soul that belongs to it; the model before it is closed and its soul saved."""

    path: Path
    device: str = "auto"
    """Who shall compute: ``auto``, ``cpu``, ``cuda``, ``mps``."""
    threads: int | None = None
    """Processor threads, None for as many as help."""


@dataclass(frozen=True)
class Opened:
    """A model was loaded; its soul came back with it."""

    body: BodyFacts
    soul: SoulFacts
    lines: tuple[Line, ...]
    """What this soul has heard and said, oldest first."""
    problems: tuple[str, ...]
    """What could not be read on the way, one sentence each."""
