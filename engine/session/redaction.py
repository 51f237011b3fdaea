"""A log without some of its messages, as if they had never been said.

What follows a turn that is gone goes on from the one before it. Where the turn began a conversation, the next one does;
where a system prompt or notes were read with it, the next message of the conversation brings them. What is gone is gone
from the notes of later conversations, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from engine.io.conversation_log import Entry
from engine.session.history import MOVED, Turn, note_ids


@dataclass(frozen=True)
class Redaction:
    """What becomes of a log."""

    gone: tuple[Entry, ...]
    """The messages that leave it, in its order."""
    others: Mapping[str, Entry]
    """Those that stay but stand otherwise in the life of their soul, by id."""
    instead: Mapping[str, str]
    """For each turn that is gone, the one that was lived before it and stays."""

    @property
    def ids(self) -> frozenset[str]:
        """Of the messages that leave."""
        return frozenset(entry.id for entry in self.gone)

    def changed(self, entry: Entry) -> Entry | None:
        """The message as the reduced log has it, None where it is gone."""
        return None if entry.id in self.ids else self.others.get(entry.id, entry)

    def log(self, entries: Iterable[Entry]) -> list[Entry]:
        """The reduced log."""
        return [new for entry in entries if (new := self.changed(entry)) is not None]

    def lived(self, turn: str) -> str:
        """What a soul that had lived `turn` last has lived last now."""
        return self.instead.get(turn, turn)


@dataclass
class _Gap:
    """What the turns after one that is gone inherit."""

    after: str
    begins: bool
    system: Entry | None
    notes: list[str]


def redact_log(entries: Sequence[Entry], turns: Mapping[str, Turn], named: Iterable[Entry]) -> Redaction:
    """Take the messages `named` out of a log, each with its whole exchange; a system prompt goes alone."""
    return _Redactor(entries, turns).without(named)


class _Redactor:
    def __init__(self, entries: Sequence[Entry], turns: Mapping[str, Turn]) -> None:
        self.entries = entries
        self.turns = sorted(turns.values(), key=lambda turn: turn.heard[0].id)
        self.turn_of = {entry.id: turn for turn in self.turns for entry in turn.entries}
        self.gone: set[str] = set()
        self.others: dict[str, Entry] = {}
        self.gaps: dict[str, _Gap] = {}

    def without(self, named: Iterable[Entry]) -> Redaction:
        whole = {turn.id for entry in named if (turn := self._name(entry)) is not None}
        for turn in self.turns:
            if turn.id in whole:
                self._remove(turn)
            else:
                self._move(turn)
        for entry in self.entries:  # messages whose answer failed stand somewhere, too
            after, noted = str(entry.extra.get("after")), note_ids(entry)
            gap = self.gaps.get(after)
            if entry.id not in self.turn_of and (gap or self._notes(noted) != noted):
                begins = (gap is not None and gap.begins) or entry.extra.get("begins") is True
                place = gap.after if gap else after
                self.others[entry.id] = _placed(entry, place, begins, self._notes(noted))
        return Redaction(
            tuple(entry for entry in self.entries if entry.id in self.gone),
            self.others,
            {turn_id: gap.after for turn_id, gap in self.gaps.items()},
        )

    def _name(self, entry: Entry) -> Turn | None:
        """Mark a message as gone; returns its turn where the whole of that goes."""
        self.gone.add(entry.id)
        turn = self.turn_of.get(entry.id)
        if turn is None and entry.role == "user":  # what was heard of an answer that failed
            later = [other for other in self.entries if other.soul == entry.soul and other.id > entry.id]
            if later and later[0].role == "assistant" and later[0].id not in self.turn_of:
                self.gone.add(later[0].id)
        elif turn is None and entry.role == "assistant" and MOVED in entry.extra:
            earlier = [other for other in self.entries if other.soul == entry.soul and other.id < entry.id]
            if earlier and earlier[-1].role == "user" and MOVED in earlier[-1].extra:
                self.gone.add(earlier[-1].id)
        return None if entry.role == "system" else turn

    def _remove(self, turn: Turn) -> None:
        gap = self.gaps.get(turn.after, _Gap(turn.after, False, None, []))
        system = next((entry for entry in turn.heard if entry.role == "system" and entry.id not in self.gone), None)
        carried = system or (None if turn.begins else gap.system)
        notes = note_ids(turn.heard[0]) if turn.begins else gap.notes
        self.gaps[turn.id] = _Gap(gap.after, gap.begins or turn.begins, carried, notes)
        self.gone |= {entry.id for entry in turn.entries}

    def _move(self, turn: Turn) -> None:
        """Let a turn that stays go on from where the gap before it began, or lose its system prompt or notes."""
        gap = self.gaps.get(turn.after)
        staying = [entry for entry in turn.heard if entry.id not in self.gone]
        noted = note_ids(turn.heard[0])
        if gap is None and len(staying) == len(turn.heard) and self._notes(noted) == noted:
            return
        notes = self._notes(gap.notes if gap and not turn.begins else noted)
        after, begins = (gap.after, turn.begins or gap.begins) if gap else (turn.after, turn.begins)
        system = gap.system if gap else None
        has_own = any(entry.role == "system" for entry in staying)
        if system is not None and not turn.begins and not has_own and self._joins(system, staying[0]):
            self.gone.discard(system.id)
            self.others[system.id] = _placed(system, after, begins, notes)
            self.others[staying[0].id] = _placed(staying[0])
        else:
            self.others[staying[0].id] = _placed(staying[0], after, begins, notes)

    def _notes(self, ids: Sequence[str]) -> list[str]:
        """Those that stay."""
        return [one for one in ids if one not in self.gone]

    def _joins(self, system: Entry, message: Entry) -> bool:
        """Whether nothing that stays stands between the two in the log of their soul."""
        between = (e for e in self.entries if e.soul == system.soul and system.id < e.id < message.id)
        return system.id in self.gone and system.soul == message.soul and all(e.id in self.gone for e in between)


def _placed(entry: Entry, after: str | None = None, begins: bool = False, notes: Sequence[str] = ()) -> Entry:
    place: dict[str, Any] = {} if after is None else {"after": after}
    if begins:
        place["begins"] = True
    if notes:
        place["notes"] = list(notes)
    rest = {key: value for key, value in entry.extra.items() if key not in ("after", "begins", "notes")}
    return replace(entry, extra=place | rest)
