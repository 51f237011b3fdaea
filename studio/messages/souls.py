"""The soul that is awake, and what is done with its file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from studio.messages.wire import Command


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
