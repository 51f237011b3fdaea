"""A soul goes on in another model: what the log holds of it is learned there in one night, by a new soul.

Fast weights mean nothing to another model, so what is moved is what was said. The new soul gets messages of its own in
the log, each with the id of the one that was heard first (`MOVED`), and the event ``move``, which is the night that it
begins with: `engine.session.replay` lives that again like any other, so that a message that came along is forgotten as
exactly as one that was said to it. The soul that it comes from keeps its file, its messages and its history.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from engine.errors import ConfigError
from engine.io import atomic
from engine.io.conversation_log import ConversationLog, Entry, NewEntry
from engine.io.soul import Soul, save_soul
from engine.llama import Llama
from engine.runtime.base import Cancel
from engine.session.conversation import new_conversation_id
from engine.session.history import MOVED, event_note, heard_by
from engine.session.soul_registry import SoulRegistry
from engine.session.soul_store import SoulStore, after_event
from engine.session.transaction import Transaction
from engine.session.workspace import Workspace
from engine.sleep import OnProgress, ProbeAnswer, SleepReport, SleepSettings, consolidate, to_replay

_NEWBORN = frozenset({"reset", "import"})
"""Events after which a soul has not heard what was said before, where they tell up to where that is."""


@dataclass(frozen=True)
class MoveReport:
    """What came along."""

    name: str
    """Of the new soul."""
    night: SleepReport
    """How it was taught, with every question before and after."""
    soul: Soul | None
    """The new soul as it was written; None where the night was interrupted or refused: nothing has changed then."""
    unread: tuple[Entry, ...]
    """Messages in which no fact was read; they are in the new soul's log all the same."""

    @property
    def known(self) -> list[ProbeAnswer]:
        """Facts that the new soul answers for."""
        return [answer for answer in self.night.after.of("question") if answer.right]

    @property
    def lost(self) -> list[ProbeAnswer]:
        """Facts that were read and that it does not answer for."""
        return [answer for answer in self.night.after.of("question") if not answer.right]


def move_soul(
    workspace: Workspace,
    log: ConversationLog,
    registry: SoulRegistry,
    store: SoulStore,
    target: Llama,
    name: str = "",
    settings: SleepSettings | None = None,
    cancel: Cancel | None = None,
    progress: OnProgress | None = None,
) -> MoveReport:
    """Let a new soul of another model learn what a soul has heard, and make it the one that wakes there.

    Args:
        workspace: locked by the caller.
        log: of that workspace.
        registry: the souls of the model that it is moved from.
        store: the soul; what it lives must be saved.
        target: the other model, whose live state is the same afterwards.
        name: of the new soul; that of the former one where empty.
        settings: of the night.
        cancel: asked again and again; once it answers True nothing is changed.
        progress: told how far the night has come.

    Raises `ConfigError` for a model that has no memory or is the same one, for a name that a soul has already, and
    where nothing was said; what `consolidate` raises, and `WorkspaceError` or `FileFormatError` for what cannot be read
    or written. Then nothing has changed.
    """
    former = registry.name_of(store.name)
    name = name or former
    there = _registry_of(workspace, target, registry, former)
    if not there.is_free(name):
        raise ConfigError(
            "{model} has a soul called {name!r} already, or one that began as that; choose another name with --name.",
            model=str(target.body.path),
            name=name,
        )
    alive = store.load_active()
    meta = None if alive is None else alive.meta
    heard = _heard(log.entries(), store.key, [] if meta is None else meta.history)
    if not to_replay(heard):
        raise ConfigError("Nothing was said to the soul {name!r} yet, so there is nothing to move.", name=former)
    home = SoulStore(workspace, target.body.fast_config, target.body.fingerprint, name)
    log.newest()  # so that drafts come after it
    moved = log.draft(_copies(heard), home.key)
    live = target.snapshot()
    try:
        target.reset_state()
        night = consolidate(
            target, moved, (), settings, keep=False, cancel=cancel, progress=progress, questions=len(moved)
        )
    finally:
        target.restore(live)
    unread = tuple(entry for entry in moved if entry.id in night.report.unread)
    if night.soul is None or (cancel is not None and cancel()):
        woken = night.report.woken or night.soul is not None
        return MoveReport(name, replace(night.report, woken=woken, kept=False), None, unread)
    facts: dict[str, Any] = night.report.facts() | {
        "until": moved[-1].id,
        "of": store.key,
        "called": former,
        "from": "" if meta is None else meta.id,
        "upto": {home.key: moved[-1].id},
        "former": "",
    }
    told = after_event(replace(night.soul.meta, name=name), "move", event_note("move", former), facts, root=True)
    soul = Soul(night.soul.layers, told)
    _write(workspace, log, home, soul, moved)
    there.choose(home.name)
    return MoveReport(name, night.report, soul, unread)


def _registry_of(workspace: Workspace, target: Llama, registry: SoulRegistry, former: str) -> SoulRegistry:
    """The souls of the model that a soul is moved to."""
    if not target.learns:
        raise ConfigError(
            "{model} has no memory of its own, so no soul can be moved to it; `bit-llama memory train` gives a "
            "transformer one.",
            model=str(target.body.path),
        )
    there = SoulRegistry(workspace, target.body.fast_config, target.body.fingerprint)
    if there.folder == registry.folder:
        raise ConfigError(
            "The soul {name!r} lives in this model already; `bit-llama soul branch` begins another one from it.",
            name=former,
        )
    return there


def _heard(entries: Sequence[Entry], key: str, history: Sequence[dict[str, Any]]) -> list[Entry]:
    """What a soul with this history and key in the log has heard and answered since it began."""
    began = [event["until"] for event in history if event.get("event") in _NEWBORN and event.get("until")]
    after = began[-1] if began and isinstance(began[-1], str) else ""
    return [
        entry
        for entry in heard_by(entries, key, history)
        if entry.role != "system" and entry.text.strip() and entry.id > after
    ]


def _copies(heard: Sequence[Entry]) -> list[NewEntry]:
    """The same messages, in conversations of their own."""
    names: dict[str, str] = {}
    return [
        NewEntry(
            entry.role,
            entry.text,
            names.setdefault(entry.conversation, new_conversation_id()),
            entry.timestamp,
            {MOVED: entry.extra.get(MOVED, entry.id)},
        )
        for entry in heard
    ]


def _write(workspace: Workspace, log: ConversationLog, home: SoulStore, soul: Soul, moved: Sequence[Entry]) -> None:
    """The soul, the entry of its timeline and its messages in the log, all of them or none."""
    change = Transaction(workspace.root)
    try:
        for path in (home.active, home.file_for("move", soul.meta.id)):
            save_soul(change.prepare(path), soul)
        path, data = log.appended(moved)
        atomic.write_bytes(change.prepare(path), data)
        change.seal()
    except BaseException:
        change.abandon()
        raise
    change.finish()
