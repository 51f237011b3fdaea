"""Real forgetting: a message leaves the log, and every soul that lived it is made anew without it, or goes.

A soul is taken back to the last kept moment before the message (to its birth where there is none), and lives everything
after it again. The reply to a forgotten message goes with it, since it quotes it. The result is bit for bit the soul
that `replay` makes of the log without the message. Files change all together or not at all (`Transaction`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from engine.errors import ConfigError, Message
from engine.io import atomic
from engine.io.conversation_log import ConversationLog, Entry
from engine.io.soul import SoulMeta, load_soul, save_soul
from engine.llama import Llama
from engine.runtime.base import Cancel
from engine.session.blend import second_of
from engine.session.history import (
    CLEARING,
    MOVED,
    NIGHTS,
    History,
    SoulEvent,
    Step,
    Turn,
    event_note,
    heard_by,
    history_of,
    turns_of,
)
from engine.session.labels import Label, Labels
from engine.session.redaction import Redaction, redact_log
from engine.session.replay import replay, seconds_to_replay, tokens_of
from engine.session.soul_registry import SoulRegistry
from engine.session.soul_store import SoulStore, after_event
from engine.session.timeline import Moment, Timeline
from engine.session.transaction import Transaction

OnForget = Callable[[float], None]
"""Told the share of the tokens that were lived again, 0 to 1."""


@dataclass(frozen=True)
class Rebuilding:
    """One soul that has lived what is to be forgotten, and how it is made anew."""

    store: SoulStore
    start: Moment | None
    """The kept moment to begin with, None for its birth."""
    steps: tuple[Step, ...]
    """What it lives again, without what is forgotten."""
    heard: tuple[Entry, ...]
    """What its nights draw on."""
    tokens: int
    """Tokens to live again."""

    @property
    def turns(self) -> int:
        """Exchanges to live again."""
        return sum(isinstance(step, Turn) for step in self.steps)

    @property
    def nights(self) -> int:
        """Nights to sleep again."""
        return sum(isinstance(step, SoulEvent) and step.kind in NIGHTS for step in self.steps)


@dataclass(frozen=True)
class ForgetPlan:
    """What forgetting costs and what it touches; nothing has happened yet."""

    reduced: Redaction
    """The log without the messages that were named, their exchanges, and a system prompt that nothing else needs."""
    rebuilds: tuple[Rebuilding, ...]
    """Souls to be made anew; empty where none has lived it."""
    deleted: tuple[tuple[SoulStore, Moment], ...]
    """Kept moments that have lived it and go; those that an event named come back as they are without it."""
    stale: tuple[tuple[SoulStore, Moment], ...]
    """Kept moments that have lived it but are pinned: they stay, marked."""
    elsewhere: tuple[str, ...]
    """Other souls, as the log calls them, that heard the same messages before a move or by one: they stay as they are,
    and so do their messages."""
    seconds: float
    """How long living it again will take, by a measurement made for this plan."""

    @property
    def tokens(self) -> int:
        """Tokens to live again."""
        return sum(one.tokens for one in self.rebuilds)


def plan_forgetting(
    registry: SoulRegistry, log: ConversationLog, llama: Llama, ids: Sequence[str], pinned_too: bool = False
) -> ForgetPlan:
    """What it would take to forget the messages with these ids (or their beginnings) in the souls of one model.

    Args:
        household: those souls; the one that is awake must be saved.
        log: where the messages stand.
        llama: used to measure; its state is the same afterwards.
        ids: naming a reply forgets the message that it answers, too.
        pinned_too: delete pinned moments that have lived them as well.

    Raises `ConfigError` for an id that names no message or several, and for a soul of which no moment before the
    message is kept and whose birth is not in this log, or that was blended from one that has lived it.
    """
    entries = log.entries()
    turns = turns_of(entries)
    reduced = redact_log(entries, turns, [_find(entries, which) for which in ids])
    moments = [(mate.store, moment) for mate in registry.all() for moment in Timeline(mate.store).moments()]
    tainted = [
        (store, moment) for store, moment in moments if _first_affected(moment.meta, store.key, turns, reduced) >= 0
    ]
    starts = [moment for store, moment in moments if not moment.stale and (store, moment) not in tainted]
    rebuilds = []
    for mate in registry.all():
        active = mate.store.load_active()
        if active is not None and _first_affected(active.meta, mate.store.key, turns, reduced) >= 0:
            rebuilds.append(_rebuilding(mate.store, active.meta, starts, entries, turns, reduced, llama))
    return ForgetPlan(
        reduced,
        tuple(rebuilds),
        tuple((store, moment) for store, moment in tainted if pinned_too or not moment.pinned),
        tuple((store, moment) for store, moment in tainted if moment.pinned and not pinned_too),
        _elsewhere(entries, reduced),
        seconds_to_replay(llama, [step for one in rebuilds for step in one.steps]),
    )


def carry_out(
    plan: ForgetPlan,
    root: Path,
    registry: SoulRegistry,
    log: ConversationLog,
    llama: Llama,
    cancel: Cancel | None = None,
    progress: OnForget | None = None,
) -> None:
    """Forget as planned; `llama` is left in any state, so put it back or wake the soul anew.

    Raises `Cancelled` when `cancel` answers True; then, and after any other exception, nothing has changed on the disk.
    Once it is sealed, a crash only means that the next program to open the workspace finishes it.
    """
    change = Transaction(root)
    try:
        labels = {mate.key: Labels(mate.store.history) for mate in registry.all()}
        counter = _Counter(plan.tokens, llama, progress)
        for one in plan.rebuilds:
            _make_anew(one, plan, labels[one.store.name], change, llama, cancel, counter)
        for store, moment in plan.deleted:
            change.delete(moment.path)
            labels[store.name].put(moment.id, Label())
        for store, moment in plan.stale:
            labels[store.name].put(moment.id, replace(labels[store.name][moment.id], stale=True))
        for mate in registry.all():
            change.delete(mate.store.history / "candidate.soul")  # a night that waits for a decision
            if labels[mate.key].to_bytes() != Labels(mate.store.history).to_bytes():
                labels[mate.key].file.set_aside()
                atomic.write_bytes(change.prepare(labels[mate.key].file.path), labels[mate.key].to_bytes())
        for path, data in log.rewritten(plan.reduced.changed).items():
            atomic.write_bytes(change.prepare(path), data)
        change.seal()
    except BaseException:
        change.abandon()
        raise
    change.finish()


def _find(entries: Sequence[Entry], which: str) -> Entry:
    found = [entry for entry in entries if which and entry.id.startswith(which)]
    if len(found) != 1:
        many = Message("no message") if not found else Message("{n} messages", n=len(found))
        raise ConfigError(
            "There is {many} with the id {which!r}; `bit-llama soul log` shows them.", many=many, which=which
        )
    return found[0]


def _elsewhere(entries: Sequence[Entry], reduced: Redaction) -> tuple[str, ...]:
    said = {entry.extra.get(MOVED, entry.id) for entry in reduced.gone}
    return tuple(
        dict.fromkeys(
            entry.soul for entry in entries if entry.id not in reduced.ids and entry.extra.get(MOVED, entry.id) in said
        )
    )


def _first_affected(meta: SoulMeta, key: str, turns: dict[str, Turn], reduced: Redaction, seen: int = 0) -> int:
    """The first step in which a soul met what is to be forgotten, awake, asleep or by a blend; -1 where it never did.

    The first `seen` events of its history are looked at elsewhere for what they blended in.
    """
    known = {entry.id for entry in heard_by(reduced.gone, key, meta.history)}
    earliest = min(known, default="")
    mixed = _tainted_blends(meta.history, turns, reduced, seen)
    for number, step in enumerate(history_of(meta, turns).steps):
        if isinstance(step, Turn):
            if any(entry.id in reduced.ids for entry in (*step.entries, *step.notes)):
                return number
        elif step.number in mixed or (step.kind in NIGHTS and known and str(step.event.get("heard", "")) >= earliest):
            return number
    return 0 if mixed else -1


def _tainted_blends(
    history: Sequence[Mapping[str, Any]], turns: dict[str, Turn], reduced: Redaction, seen: int
) -> set[int]:
    """The events, from the one numbered `seen` on, by which a soul came in that had met what is to be forgotten."""
    found = set()
    for number in range(seen, len(history)):
        if history[number].get("event") == "blend":
            key, second, shared = second_of(history, number)
            if _first_affected(second, key, turns, reduced, shared) >= 0:
                found.add(number)
    return found


def _rebuilding(
    store: SoulStore,
    meta: SoulMeta,
    starts: Sequence[Moment],
    entries: Sequence[Entry],
    turns: dict[str, Turn],
    reduced: Redaction,
    llama: Llama,
) -> Rebuilding:
    life, first = history_of(meta, turns), _first_affected(meta, store.key, turns, reduced)
    blended = _last_blend(life, meta.history)
    names = [step.id for step in life.steps]
    start, number = None, -1 if not life.newborn else 0
    for moment in starts:
        lived = [step.id for step in history_of(moment.meta, turns).steps]
        if number < len(lived) <= first and names[: len(lived)] == lived and _clean(life, len(lived)):
            start, number = moment, len(lived)
    if number <= blended and blended >= 0:
        raise ConfigError(
            "The soul {name!r} is blended from two souls that cannot be lived again together: go back to before "
            "the blend, forget this there, and blend again.",
            name=store.name,
        )
    if number < 0:
        raise ConfigError(
            "The soul {name!r} cannot be made anew without this: no moment before it is kept, and what it lived "
            "first is not in this log. `bit-llama chat` can only /reset it.",
            name=store.name,
        )
    remaining = reduced.log(entries)
    history = [
        {**event, "lived": reduced.lived(event["lived"])} if "lived" in event else event for event in meta.history
    ]
    there = replace(meta, lived=reduced.lived(meta.lived), history=history)
    steps = history_of(there, turns_of(remaining)).steps[number:]
    heard = tuple(heard_by(remaining, store.key, meta.history))
    return Rebuilding(store, start, steps, heard, sum(tokens_of(llama, step) for step in steps))


def _last_blend(life: History, history: Sequence[Mapping[str, Any]]) -> int:
    """The step with which a soul became a blend for the last time, -1 where it is none; a life must begin behind it."""
    blends = {number for number, event in enumerate(history) if event.get("event") == "blend"}
    at = [place for place, step in enumerate(life.steps) if isinstance(step, SoulEvent) and step.number in blends]
    return max(at, default=-1) if len(at) == len(blends) else len(life.steps)


def _clean(life: History, number: int) -> bool:
    """Whether nothing transient was there before the step `number`, so that fast weights alone bring it back."""
    for step in life.steps[number:]:
        if isinstance(step, Turn):
            return step.begins
        if step.kind in CLEARING:
            return True
    return True


class _Counter:
    """Turns steps into a share of all tokens."""

    def __init__(self, total: int, llama: Llama, progress: OnForget | None) -> None:
        self._total, self._done, self._llama, self._progress = max(total, 1), 0, llama, progress

    def add(self, step: Step) -> None:
        self._done += tokens_of(self._llama, step)
        if self._progress is not None:
            self._progress(min(1.0, self._done / self._total))


def _make_anew(
    one: Rebuilding,
    plan: ForgetPlan,
    labels: Labels,
    change: Transaction,
    llama: Llama,
    cancel: Cancel | None,
    counter: _Counter,
) -> None:
    """Live again, and prepare the files of the new soul and of the moments on its way that an event had named."""
    named = {moment.id: moment for store, moment in (*plan.deleted, *plan.stale) if store.name == one.store.name}

    def on_step(step: Step) -> None:
        counter.add(step)
        if isinstance(step, SoulEvent) and (former := named.get(step.id)) is not None:
            soul = llama.soul()
            save_soul(change.prepare(one.store.file_for(step.kind, soul.meta.id, former.when)), soul)
            goes = any(moment.id == former.id for _, moment in plan.deleted)
            labels.put(soul.meta.id, replace(labels[former.id], pinned=goes and former.pinned))

    replay(llama, load_soul(one.start.path) if one.start else None, one.steps, one.heard, cancel, on_step)
    forgotten = event_note("forget", len(plan.reduced.gone))
    llama.adopt(replace(after_event(llama.meta, "forget", forgotten, {"former": ""}), name=one.store.name))
    soul = llama.soul()
    save_soul(change.prepare(one.store.active), soul)
    save_soul(change.prepare(one.store.file_for("forget", soul.meta.id)), soul)
