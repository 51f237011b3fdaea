"""The soul that is awake, the other souls of its body, and their timelines."""

from __future__ import annotations

import math
from datetime import datetime
from typing import TYPE_CHECKING

from studio.protocol import (
    Blend,
    Branch,
    Copy,
    Delete,
    Describe,
    Figures,
    Keep,
    LoadSoul,
    RenameSoul,
    ResetSoul,
    Restore,
    SaveSoul,
    SoulFacts,
    Undo,
    WakeSoul,
    Woken,
)
from studio.worker.context import Desk, lines

if TYPE_CHECKING:
    from engine.io.conversation_log import Entry
    from engine.session.memory_session import MemorySession


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


def keep(desk: Desk, command: Keep) -> SoulFacts:
    """Keep the soul as it is."""
    desk.mind.keep(command.note)
    desk.turns.clear()
    return soul_facts(desk.mind)


def restore(desk: Desk, command: Restore) -> SoulFacts:
    """Go on as an entry of the timeline."""
    desk.mind.restore(command.moment)
    desk.turns.clear()
    return soul_facts(desk.mind)


def undo(desk: Desk, command: Undo) -> SoulFacts:
    """Go back to before the last event."""
    desk.mind.undo()
    desk.turns.clear()
    return soul_facts(desk.mind)


def describe(desk: Desk, command: Describe) -> None:
    """Name an entry, note something of it, pin it."""
    timeline = desk.mind.timeline
    if command.label is not None:
        timeline.rename(command.moment, command.label)
    if command.note is not None:
        timeline.note(command.moment, command.note)
    if command.pinned is not None:
        timeline.pin(command.moment, command.pinned)


def delete(desk: Desk, command: Delete) -> None:
    """Delete an entry."""
    desk.mind.timeline.delete(command.moment)


def copy(desk: Desk, command: Copy) -> None:
    """Write an entry to a file, under an id of its own."""
    from engine.io.soul import save_soul as write
    from engine.session.active_soul import copied

    write(command.path, copied(desk.mind.timeline.read(command.moment), desk.mind.soul_name))


def branch(desk: Desk, command: Branch) -> SoulFacts:
    """Begin another soul."""
    desk.mind.branch(command.name, command.moment or None)
    return soul_facts(desk.mind)


def blend(desk: Desk, command: Blend) -> SoulFacts:
    """Go on as the mean of two souls."""
    desk.mind.blend(command.second, command.share)
    desk.turns.clear()
    return soul_facts(desk.mind)


def rename_soul(desk: Desk, command: RenameSoul) -> SoulFacts:
    """Call the soul that is awake otherwise."""
    desk.mind.registry.rename(desk.mind.store.name, command.name)
    return soul_facts(desk.mind)


def wake_soul(desk: Desk, command: WakeSoul) -> Woken:
    """Go on as another soul of the body."""
    desk.mind.switch(command.name)
    return Woken(soul_facts(desk.mind), lines(shown_entries(desk.begin_anew())))


def shown_entries(heard: list[Entry]) -> list[Entry]:
    """Of what a soul heard and said, that which goes on: nothing in whose place something else was said."""
    from engine.session.history import REPLACED

    return [entry for entry in heard if entry.text and entry.extra.get(REPLACED) is not True]


def soul_facts(mind: MemorySession) -> SoulFacts:
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
        undecided=_undecided(mind),
    )


def _undecided(mind: MemorySession) -> Figures | None:
    """The figures of the night that waits for a decision; bare ones where its file cannot be read."""
    from engine.errors import BitLlamaError

    try:
        facts = mind.nights.waiting_facts()
    except BitLlamaError:
        return Figures(0, 0, 1.0, 0.0)
    if facts is None:
        return None
    before, after = facts.get("before") or {}, facts.get("after") or {}

    def pair(key: str) -> tuple[float, float]:
        return float(before.get(key) or math.nan), float(after.get(key) or math.nan)

    return Figures(
        int(facts.get("entries", 0)),
        int(facts.get("tokens", 0)),
        float(facts.get("rate", 1.0)),
        float(facts.get("seconds", 0.0)),
        (int(before.get("right", 0)), int(after.get("right", 0))),
        int(after.get("probes", 0)),
        pair("log_loss"),
        pair("heldout_loss"),
    )


def _seconds(timestamp: object) -> float:
    try:
        return datetime.fromisoformat(str(timestamp)).timestamp()
    except ValueError:
        return 0.0


HANDLERS = {
    SaveSoul: save_soul,
    LoadSoul: load_soul,
    ResetSoul: reset_soul,
    Keep: keep,
    Restore: restore,
    Undo: undo,
    Describe: describe,
    Delete: delete,
    Copy: copy,
    Branch: branch,
    Blend: blend,
    RenameSoul: rename_soul,
    WakeSoul: wake_soul,
}
