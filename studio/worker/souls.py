"""The soul that is awake, the other souls of its model, and their timelines."""

from __future__ import annotations

import math
from datetime import datetime
from typing import TYPE_CHECKING

from studio.protocol import (
    BlendSouls,
    BranchSoul,
    ContextFill,
    DeleteEntry,
    DescribeEntry,
    ExportEntry,
    KeepSoul,
    LoadSoul,
    RenameSoul,
    ResetSoul,
    RestoreEntry,
    SaveSoul,
    SleepFigures,
    SoulSummary,
    SoulWoken,
    UndoLastEvent,
    WakeSoul,
)
from studio.worker.context import WorkerContext, lines

if TYPE_CHECKING:
    from engine.io.conversation_log import Entry
    from engine.session.memory_session import MemorySession


def save_soul(context: WorkerContext, command: SaveSoul) -> SoulSummary:
    """Write a copy of the soul to a file."""
    context.memory.save_soul_as(command.path)
    return soul_facts(context.memory)


def load_soul(context: WorkerContext, command: LoadSoul) -> SoulSummary:
    """Go on as the soul in a file."""
    context.memory.load_soul(command.path)
    context.turns.clear()
    return soul_facts(context.memory)


def reset_soul(context: WorkerContext, command: ResetSoul) -> SoulSummary:
    """Begin a fresh soul."""
    context.memory.reset()
    context.turns.clear()
    return soul_facts(context.memory)


def keep(context: WorkerContext, command: KeepSoul) -> SoulSummary:
    """Keep the soul as it is."""
    context.memory.keep(command.note)
    context.turns.clear()
    return soul_facts(context.memory)


def restore(context: WorkerContext, command: RestoreEntry) -> SoulSummary:
    """Go on as an entry of the timeline."""
    context.memory.restore(command.moment)
    context.turns.clear()
    return soul_facts(context.memory)


def undo(context: WorkerContext, command: UndoLastEvent) -> SoulSummary:
    """Go back to before the last event."""
    context.memory.undo()
    context.turns.clear()
    return soul_facts(context.memory)


def describe(context: WorkerContext, command: DescribeEntry) -> None:
    """Name an entry, note something of it, pin it."""
    timeline = context.memory.timeline
    if command.label is not None:
        timeline.rename(command.moment, command.label)
    if command.note is not None:
        timeline.note(command.moment, command.note)
    if command.pinned is not None:
        timeline.pin(command.moment, command.pinned)


def delete(context: WorkerContext, command: DeleteEntry) -> None:
    """Delete an entry."""
    context.memory.timeline.delete(command.moment)


def copy(context: WorkerContext, command: ExportEntry) -> None:
    """Write an entry to a file, under an id of its own."""
    from engine.io.soul import save_soul as write
    from engine.session.active_soul import copied

    write(command.path, copied(context.memory.timeline.read(command.moment), context.memory.soul_name))


def branch(context: WorkerContext, command: BranchSoul) -> SoulSummary:
    """Begin another soul."""
    context.memory.branch(command.name, command.moment or None)
    return soul_facts(context.memory)


def blend(context: WorkerContext, command: BlendSouls) -> SoulSummary:
    """Go on as the mean of two souls."""
    context.memory.blend(command.second, command.share)
    context.turns.clear()
    return soul_facts(context.memory)


def rename_soul(context: WorkerContext, command: RenameSoul) -> SoulSummary:
    """Call the soul that is awake otherwise."""
    context.memory.registry.rename(context.memory.store.name, command.name)
    return soul_facts(context.memory)


def wake_soul(context: WorkerContext, command: WakeSoul) -> SoulWoken:
    """Go on as another soul of the model."""
    context.memory.switch(command.name)
    return SoulWoken(soul_facts(context.memory), lines(shown_entries(context.begin_anew())))


def shown_entries(heard: list[Entry]) -> list[Entry]:
    """Of what a soul heard and said, that which goes on: nothing in whose place something else was said."""
    from engine.session.history import REPLACED

    return [entry for entry in heard if entry.text and entry.extra.get(REPLACED) is not True]


def soul_facts(memory: MemorySession) -> SoulSummary:
    """What is known of the soul that is awake."""
    slept = [event["created"] for event in memory.soul.meta.history if event.get("event") == "sleep"]
    saved = memory.store.active.stat() if memory.store.active.exists() else None
    waiting, body = memory.waiting() if memory.llama.learns else [], memory.llama.body
    return SoulSummary(
        name=memory.soul_name,
        level=memory.level,
        layers=body.config.num_layers if body.fast_config is None else body.fast_config.fast_layers,
        file_bytes=saved.st_size if saved else 0,
        saved_at=saved.st_mtime if saved else 0.0,
        slept_at=_seconds(slept[-1]) if slept else 0.0,
        waiting=tuple(entry.text for entry in waiting),
        waiting_conversations=len({entry.conversation for entry in waiting}),
        undecided=_undecided(memory),
        conversation="" if memory.llama.fresh else memory.conversation,
        context=_context(memory),
        noted=() if memory.llama.fresh else lines(memory.notes),
        notable=lines(memory.notable),
    )


def _context(memory: MemorySession) -> ContextFill | None:
    context = memory.llama.context
    return None if context is None else ContextFill(context.used, context.size, context.dropped)


def _undecided(memory: MemorySession) -> SleepFigures | None:
    """The figures of the night that waits for a decision; bare ones where its file cannot be read."""
    from engine.errors import BitLlamaError

    try:
        facts = memory.nights.waiting_facts()
    except BitLlamaError:
        return SleepFigures(0, 0, 1.0, 0.0)
    if facts is None:
        return None
    before, after = facts.get("before") or {}, facts.get("after") or {}

    def pair(key: str) -> tuple[float, float]:
        return float(before.get(key) or math.nan), float(after.get(key) or math.nan)

    return SleepFigures(
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
    KeepSoul: keep,
    RestoreEntry: restore,
    UndoLastEvent: undo,
    DescribeEntry: describe,
    DeleteEntry: delete,
    ExportEntry: copy,
    BranchSoul: branch,
    BlendSouls: blend,
    RenameSoul: rename_soul,
    WakeSoul: wake_soul,
}
