"""The timeline of a soul: every moment of it that was kept, and what a person says of them.

What is said (labels, notes, pins) lies in one small file beside the souls, which never change. Pruning keeps all that
is pinned and all that an event named; only autosaves are thinned out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.errors import ConfigError, Message
from engine.io.soul import Soul, SoulMeta
from engine.session.compare import Comparison, compare
from engine.session.history import read_note
from engine.session.labels import Labels
from engine.session.soul_store import SoulEntry, SoulStore

KEEP = 20
"""How many of the newest autosaves pruning leaves; of older ones it leaves the last of each month."""

UNCHANGED = frozenset({"save", "branch"})
"""Events that change nothing in a soul: undo looks past them."""


@dataclass(frozen=True)
class Moment:
    """One entry of a timeline."""

    id: str
    """Names it, shortened where that is clear."""
    event: str
    """What it was kept for; ``autosave`` for the state that stood just before another event."""
    when: str
    """``YYYYMMDDTHHMMSSZ``, UTC."""
    parent: str | None
    """The soul that it grew from."""
    level: int
    """Tokens lived."""
    label: str
    """A person's name for it, "" for none."""
    note: str
    """A person's words on it, else those of the event."""
    pinned: bool
    """Kept for good."""
    stale: bool
    """It has lived something that was forgotten since."""
    path: Path
    meta: SoulMeta

    @property
    def called(self) -> str:
        """Its label, else as much of its id as a person reads."""
        return self.label or self.id[:8]


class Timeline:
    """The kept moments of the souls in one `SoulStore`. What it changes it writes at once."""

    def __init__(self, store: SoulStore) -> None:
        self.store = store

    def moments(self) -> list[Moment]:
        """Every kept moment that can be read, in the order in which they were kept. Raises what `Labels` raises."""
        labels = Labels(self.store.history)
        return [_moment(entry, labels) for entry in self.store.entries()]

    def find(self, which: str) -> Moment:
        """The moment with this label, or whose id begins so. Raises `ConfigError` unless there is exactly one."""
        moments = self.moments()
        found = [m for m in moments if which and m.label == which]
        found = found or [m for m in moments if which and m.id.startswith(which)]
        if len(found) != 1:
            many = Message("no kept soul") if not found else Message("{n} kept souls", n=len(found))
            raise ConfigError(
                "There is {many} with the id or label {which!r}; `bit-llama soul list` shows them.",
                many=many,
                which=which,
            )
        return found[0]

    def read(self, which: str) -> Soul:
        """The soul of a moment. Raises `ConfigError` as `find`, `FileFormatError`, `SoulMismatchError`."""
        return self.store.read(self.find(which).id)

    def rename(self, which: str, label: str) -> Moment:
        """Give a moment a name, or take it away with "". Raises `ConfigError` for one that another moment has."""
        moment = self.find(which)
        label = " ".join(label.split())
        if label and any(m.label == label and m.id != moment.id for m in self.moments()):
            raise ConfigError("Another moment is called {label!r} already; choose another name.", label=label)
        return self._say(moment, label=label)

    def note(self, which: str, note: str) -> Moment:
        """Say something of a moment; "" leaves the words of the event."""
        return self._say(self.find(which), note=note.strip())

    def pin(self, which: str, pinned: bool = True) -> Moment:
        """Keep a moment for good, or no longer."""
        return self._say(self.find(which), pinned=pinned)

    def delete(self, which: str) -> Moment:
        """Delete a moment; the active soul stays as it is. Raises `ConfigError` for one that is pinned."""
        moment = self.find(which)
        if moment.pinned:
            raise ConfigError("{name} is pinned; `bit-llama soul unpin` first.", name=moment.called)
        self._remove([moment])
        return moment

    def prune(self, keep: int = KEEP) -> list[str]:
        """Delete old autosaves: all but the newest `keep`, those with a pin or a label, and the last of each month.

        Returns their ids. Raises `ConfigError` for a number below 1, since the newest one is what undo goes back to,
        and where it is not known any more what is pinned.
        """
        if isinstance(keep, bool) or not isinstance(keep, int) or keep < 1:
            raise ConfigError(f"{keep!r} autosaves cannot be kept; it must be a whole number of at least 1.")
        if sum(file.event == "autosave" for file in self.store.kept()) <= keep:
            return []
        files = self.store.entries()
        labels = Labels(self.store.history)
        if unknown := labels.unknown_pins():
            raise ConfigError(
                "The pins of {name!r} were in {path}, which is damaged, so nothing is deleted by itself; delete that "
                "file to have old autosaves deleted all the same.",
                name=self.store.name,
                path=unknown,
            )
        loose = [f for f in files if f.event == "autosave" and not labels[f.id].pinned and not labels[f.id].label]
        older = loose[:-keep]
        monthly = {file.when[:6]: file.id for file in older}
        gone = [file for file in older if monthly[file.when[:6]] != file.id]
        self._remove(gone)
        return [file.id for file in gone]

    def before_last_event(self, meta: SoulMeta) -> Moment:
        """What undo goes back to: the soul that stood before the last event that changed it.

        Raises `ConfigError` where there was none, or where it is not kept.
        """
        event = last_change(meta.history)
        if event is None:
            raise ConfigError("Nothing has happened to this soul that could be undone.")
        if event.get("event") == "forget":
            raise ConfigError("What was forgotten stays forgotten: the soul of before is gone.")
        if event.get("event") == "move":
            raise ConfigError("This soul begins with what was moved to it; there is nothing before that.")
        kept = [m for m in self.moments() if m.id == event.get("former")]
        if not kept:
            raise ConfigError(
                "The soul of before the {event} is not kept any more; `bit-llama soul list` shows to "
                "what you can go back.",
                event=event.get("event"),
            )
        return kept[0]

    def compare(self, first: Soul | str, second: Soul | str) -> Comparison:
        """How two souls differ, each given or named as for `find`."""
        return compare(*(soul if isinstance(soul, Soul) else self.read(soul) for soul in (first, second)))

    def _say(self, moment: Moment, **changes: Any) -> Moment:
        labels = Labels(self.store.history)
        labels.change(moment.id, **changes)
        return self.find(moment.id)

    def _remove(self, moments: Sequence[Moment | SoulEntry]) -> None:
        for moment in moments:
            self.store.remove(moment.path)
        if moments:
            Labels(self.store.history).drop({moment.id for moment in moments})


def last_change(history: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The last event of a history that changed the soul."""
    return next((event for event in reversed(history) if event.get("event") not in UNCHANGED), None)


def digest(soul: Soul) -> str:
    """SHA-256 of the fast weights, in hexadecimal: two souls share it where they are the same, bit for bit."""
    found = hashlib.sha256()
    for layer in soul.layers:
        found.update(repr((layer.shape, layer.dtype.str)).encode())
        found.update(layer.tobytes())
    return found.hexdigest()


def _moment(entry: SoulEntry, labels: Labels) -> Moment:
    said, meta = labels[entry.id], entry.meta
    told = next((read_note(e) for e in meta.history if e.get("id") == entry.id), "")
    return Moment(
        id=entry.id,
        event=entry.event,
        when=entry.when,
        parent=meta.parent,
        level=meta.level,
        label=said.label,
        note=said.note or told,
        pinned=said.pinned,
        stale=said.stale,
        path=entry.path,
        meta=meta,
    )
