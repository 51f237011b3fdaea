"""The soul that is awake and its file."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from studio.messages import LoadSoul, ResetSoul, SaveSoul, SoulFacts
from studio.worker.desk import Desk

if TYPE_CHECKING:
    from engine.memory.mind import Mind


def save_soul(desk: Desk, command: SaveSoul) -> SoulFacts:
    """Write a copy of the soul to a file."""
    desk.mind.save_soul_as(command.path)
    return soul_facts(desk.mind)


def load_soul(desk: Desk, command: LoadSoul) -> SoulFacts:
    """Go on as the soul in a file."""
    desk.mind.load_soul(command.path)
    desk.turns.clear()
    return soul_facts(desk.mind)


def reset_soul(desk: Desk, command: ResetSoul) -> SoulFacts:
    """Begin a fresh soul."""
    desk.mind.reset()
    desk.turns.clear()
    return soul_facts(desk.mind)


def soul_facts(mind: Mind) -> SoulFacts:
    """What is known of the soul that is awake."""
    slept = [event["created"] for event in mind.soul.meta.history if event.get("event") == "sleep"]
    saved = mind.store.active.stat() if mind.store.active.exists() else None
    waiting = mind.waiting()
    return SoulFacts(
        name=mind.soul_name,
        level=mind.level,
        layers=mind.llama.body.config.num_layers,
        file_bytes=saved.st_size if saved else 0,
        saved_at=saved.st_mtime if saved else 0.0,
        slept_at=_seconds(slept[-1]) if slept else 0.0,
        waiting=tuple(entry.text for entry in waiting),
        waiting_conversations=len({entry.conversation for entry in waiting}),
    )


def _seconds(timestamp: object) -> float:
    try:
        return datetime.fromisoformat(str(timestamp)).timestamp()
    except ValueError:
        return 0.0


HANDLERS = {SaveSoul: save_soul, LoadSoul: load_soul, ResetSoul: reset_soul}
