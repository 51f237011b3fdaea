"""Reading the timelines of all souls of the loaded model."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from studio.protocol import BlendedSoul, KnownSoul, SoulTimeline, TimelineEntry

if TYPE_CHECKING:
    from engine.io.soul import SoulMeta
    from engine.session import timeline as kept
    from engine.session.memory_session import MemorySession


def read_timeline(memory: MemorySession) -> SoulTimeline:
    """The timeline as it is on the disk; where that cannot be read, an empty one that says why."""
    from engine.errors import BitLlamaError
    from engine.session.soul_store import DEFAULT_NAME, in_succession
    from engine.session.timeline import Timeline

    key = memory.store.name
    try:
        mates = memory.registry.all()
        found = [(mate.key, moment) for mate in mates for moment in Timeline(mate.store).moments()]
    except BitLlamaError as error:
        return SoulTimeline((), (), key, "", False, "", error.message)
    soul_of = {moment.id: soul for soul, moment in found}
    ids = set(soul_of)
    moments = [_moment(soul_of[moment.id], moment, ids) for moment in in_succession(moment for _, moment in found)]
    souls = [KnownSoul(mate.name, mate.key, mate.key == key) for mate in mates]
    if key not in {mate.key for mate in souls}:  # it was never saved
        souls.insert(0, KnownSoul(memory.soul_name or DEFAULT_NAME, key, True))
    meta = memory.soul.meta
    now = meta.id if meta.id in ids else _ancestor(meta, ids)
    level = next((moment.level for moment in moments if moment.id == now), 0)
    lives_on = meta.level != level or not now
    return SoulTimeline(tuple(moments), tuple(souls), key, now, lives_on, _undoable(memory, ids))


def _moment(soul: str, moment: kept.Moment, ids: set[str]) -> TimelineEntry:
    from engine.session.history import read_note

    event = next((e for e in moment.meta.history if e.get("id") == moment.id), {})
    second = _second(event, ids) if moment.event == "blend" else None
    why = read_note(event)
    return TimelineEntry(
        id=moment.id,
        soul=soul,
        event=moment.event,
        when=datetime.strptime(moment.when, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp(),
        level=moment.level,
        label=moment.label,
        note=moment.note if moment.note != why else "",
        why=why,
        pinned=moment.pinned,
        stale=moment.stale,
        file_bytes=moment.path.stat().st_size,
        grew_from=_ancestor(moment.meta, ids),
        second=second,
    )


def _second(event: Mapping[str, Any], ids: set[str]) -> BlendedSoul:
    kept, name, share = str(event.get("with", "")), str(event.get("called", "")), event.get("share")
    share = share if isinstance(share, float) and 0 < share < 1 else 0.0
    return BlendedSoul(kept if kept in ids else "", "" if kept.startswith(name) else name, share)


def _ancestor(meta: SoulMeta, ids: set[str]) -> str:
    """The nearest kept entry that a soul grew from: its parent, else the last event whose outcome is kept.

    What stood before a restore, an import or a blend is no ancestor, so that `former` counts for other events only.
    """
    line = [meta.parent or ""]
    for event in reversed(meta.history):
        line.append(str(event.get("id", "")))
        if event.get("event") == "branch":
            line.append(str(event.get("from", "")))
        elif event.get("event") not in ("restore", "import", "reset", "blend"):
            line.append(str(event.get("former", "")))
        if event.get("event") == "reset":
            break
    return next((one for one in line if one in ids and one != meta.id), "")


def _undoable(memory: MemorySession, ids: set[str]) -> str:
    from engine.session.timeline import last_change

    event = last_change(memory.soul.meta.history)
    return str(event["event"]) if event is not None and event.get("former") in ids else ""
