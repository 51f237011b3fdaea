"""Where souls are kept: the active one of a model, and every former one that an event left behind.

``souls/<model>/<name>.soul`` is the active soul, written over after each reply. ``souls/<model>/<name>.history/`` keeps
one file for every event; such a file never changes, and what a person says of it lies beside it (`Timeline`). A soul
that lives on after it was kept gets an id of its own, with the kept one as parent, so that ids and parents form the
tree of what was lived.
"""

from __future__ import annotations

import contextlib
import functools
import heapq
import os
import re
import shutil
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, NamedTuple, Protocol, TypeVar

from engine.errors import ConfigError, FileFormatError, Message
from engine.io import atomic
from engine.io.soul import Soul, SoulMeta, check_fits, load_meta, load_soul, save_soul, successor
from engine.models.config import FastWeightsConfig
from engine.session.workspace import Workspace

EventKind = Literal["save", "sleep", "import", "reset", "restore", "branch", "blend", "forget", "move"]

DEFAULT_NAME = "main"

_NAME = re.compile(r"[\w][\w .-]{0,63}", re.UNICODE)
_KEPT = re.compile(r"(?P<when>\d{8}T\d{6}Z)-(?P<event>[a-z]+)-(?P<id>[0-9A-Za-z-]+)\.soul")


class KeptFile(NamedTuple):
    """What the name of a kept soul's file says."""

    id: str
    event: str
    when: str
    path: Path


@dataclass(frozen=True)
class SoulEntry:
    """One kept soul."""

    id: str
    """Names it for `SoulStore.read`."""
    event: str
    """What it was kept for; ``autosave`` for the state that stood just before another event."""
    when: str
    """When it was kept, ``YYYYMMDDTHHMMSSZ``, UTC."""
    path: Path
    """Its file."""
    meta: SoulMeta
    """What the file says of itself: level, parent, history."""


def check_name(name: str) -> None:
    """Raise `ConfigError` for a name that a soul cannot have."""
    if not _NAME.fullmatch(name) or name.endswith((".", " ")):
        raise ConfigError("A soul cannot be called {name!r}; use letters, digits, spaces, dots and dashes.", name=name)


def after_event(meta: SoulMeta, event: EventKind, note: str, facts: dict[str, Any], root: bool = False) -> SoulMeta:
    """What a soul says of itself once `event` has happened to it; `root`: it descends from nothing.

    The history gains the event, and with it the level and the log entry lived last, as they stood then.
    """
    new = successor(meta, root=root)
    told = {"event": event, "id": new.id, "created": new.created, "level": new.level, "note": note, "lived": meta.lived}
    new.history.append(told | facts)
    return new


class SoulStore:
    """The souls of one name for one model.

    Args:
        workspace: an opened workspace.
        config, fingerprint: the model's: its fast weights (None where it has none), and what tells it from others.
        name: letters, digits, spaces, dots, dashes; several souls may live in one model, each under its name.

    Raises `ConfigError` for a name that cannot be one.
    """

    def __init__(
        self, workspace: Workspace, config: FastWeightsConfig | None, fingerprint: str, name: str = DEFAULT_NAME
    ) -> None:
        check_name(name)
        folder = workspace.souls / fingerprint[:16]
        self.name = name
        self.key = f"{name}@{fingerprint[:16]}"
        """What the log calls this soul."""
        self.active = folder / f"{name}.soul"
        self.history = folder / f"{name}.history"
        self._config, self._fingerprint = config, fingerprint
        self._written: tuple[str, int] | None = None  # id and level of the active file: what it holds, in two words

    def load_active(self) -> Soul | None:
        """The active soul, or None where none was lived yet. Raises `FileFormatError` or `SoulMismatchError`."""
        if not self.active.exists():
            return None
        try:
            soul = load_soul(self.active)
        except FileFormatError as error:
            if self.entries():
                raise FileFormatError(
                    "{error} It was left as it is; `bit-llama soul restore` goes back to the soul that was kept last.",
                    error=error,
                ) from error
            raise FileFormatError(
                "{error} It was left as it is, and none was kept before it; `bit-llama soul restore` puts "
                "it aside, so that "
                "a newborn wakes.",
                error=error,
            ) from error
        check_fits(soul, self._config, self._fingerprint)
        self._written = (soul.meta.id, soul.meta.level)
        return soul

    def autosave(self, soul: Soul) -> Soul:
        """Write the active soul as it lives on: cheap, atomic, nothing added to the history. Returns it as written.

        A soul that has lived nothing since it was written is not written again. Raises `FileFormatError`.
        """
        if self.holds(soul.meta):
            return soul
        old = soul.meta
        if self._kept(old.id) is None:
            meta = replace(old, name=self.name)
        else:  # what was kept never changes: it lives on under an id of its own
            meta = successor(old, self.name)
        soul = replace(soul, meta=meta)
        self._write(soul)
        return soul

    def holds(self, meta: SoulMeta) -> bool:
        """Whether the active file, as this object read or wrote it last, is this soul, having lived nothing since."""
        return self._written == (meta.id, meta.level) and self.active.exists()

    def keep_moment(self) -> None:
        """Keep the active soul as it was written last, as an ``autosave``; it lives on under an id of its own."""
        self._keep_former()

    def save_active(
        self, soul: Soul, event: EventKind, note: str = "", facts: dict[str, Any] | None = None, root: bool = False
    ) -> Soul:
        """Make `soul` the active one and keep it, the former active one too; returns it as written.

        Args:
            soul: its id becomes the parent.
            event: why.
            note: words for a person.
            facts: what else its history shall say of this event (a sleep: how far in the log it came).
            root: it descends from nothing: a soul that was reset.

        Raises `FileFormatError` when it cannot be written; then the former one is still active.
        """
        old = soul.meta
        if event == "save" and self.holds(old) and self._kept(old.id) is None:
            # It is the active one itself that is kept, so it need not be kept twice.
            meta = replace(after_event(old, event, note, {"former": "", **(facts or {})}), parent=old.parent)
        else:
            former = self._keep_former()
            meta = after_event(old, event, note, {"former": former, **(facts or {})}, root)
        soul = replace(soul, meta=replace(meta, name=self.name))
        self._write(soul)
        self._keep(event, soul.meta.id)
        return soul

    def knows(self, soul_id: str) -> bool:
        """Whether a soul of this id was lived here."""
        if not soul_id:
            return False
        return self._kept(soul_id) is not None or (self.active.exists() and load_meta(self.active).id == soul_id)

    def kept(self) -> list[KeptFile]:
        """The files of the kept souls, by name, which begins with the time of day; none is read."""
        found = []
        for path in sorted(self.history.glob("*.soul")):
            if match := _KEPT.fullmatch(path.name):
                found.append(KeptFile(match["id"], match["event"], match["when"], path))
        return found

    def entries(self) -> list[SoulEntry]:
        """Every kept soul that can be read, in the order of `in_succession`."""
        found = []
        for file in self.kept():
            with contextlib.suppress(FileFormatError):
                found.append(SoulEntry(*file, _meta(file.path)))
        return in_succession(found)

    def read(self, soul_id: str) -> Soul:
        """The kept soul whose id begins with `soul_id`. Raises `ConfigError` where none or several do."""
        soul = load_soul(self.find(soul_id))
        check_fits(soul, self._config, self._fingerprint)
        return soul

    def find(self, soul_id: str) -> Path:
        """The file of the kept soul whose id begins with `soul_id`. Raises `ConfigError` where none or several do."""
        matches = [file.path for file in self.kept() if soul_id and file.id.startswith(soul_id)]
        if len(matches) != 1:
            many = Message("no kept soul") if not matches else Message("{n} kept souls", n=len(matches))
            raise ConfigError(
                "There is {many} with the id {soul_id!r}; `bit-llama soul list` shows them.", many=many, soul_id=soul_id
            )
        return matches[0]

    def remove(self, path: Path) -> None:
        """Delete the file of a kept soul. Raises `FileFormatError` where that is not allowed."""
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise FileFormatError(
                "Could not delete {path}: {why}. Check its permissions.", path=path, why=error.strerror
            ) from error

    def file_for(self, event: str, soul_id: str, when: str = "") -> Path:
        """Where a soul lies that is kept for `event`, now unless `when` (``YYYYMMDDTHHMMSSZ``) says otherwise."""
        return self.history / f"{when or _stamp()}-{event}-{soul_id}.soul"

    def _write(self, soul: Soul) -> None:
        with contextlib.suppress(FileFormatError):  # what is wrong with the place is told of the file
            atomic.make_folder(self.active.parent)
        save_soul(self.active, soul)
        self._written = (soul.meta.id, soul.meta.level)

    def _kept(self, soul_id: str) -> Path | None:
        return next((file.path for file in self.kept() if file.id == soul_id), None)

    def _keep_former(self) -> str:
        """See that the active soul is kept before it is replaced; returns its id, "" where there is none."""
        if not self.active.exists():
            return ""
        try:
            former = load_soul(self.active).meta
        except FileFormatError:
            self._put_aside()
            return ""
        if self._kept(former.id) is None:
            self._keep("autosave", former.id)
        return former.id

    def put_damaged_aside(self) -> bool:
        """Give an active soul that cannot be read another name in the history, so that a newborn wakes; whether there
        was one. Raises `FileFormatError` where that is not allowed.
        """
        try:
            if self.active.exists():
                load_soul(self.active)
            return False
        except FileFormatError:
            self._put_aside()
            return True

    def _put_aside(self) -> None:
        atomic.make_folder(self.history)
        try:
            os.replace(self.active, self.history / f"{_stamp()}-damaged.soul")
        except OSError as error:
            raise FileFormatError(
                "Could not rename {path}, which is damaged: {why}. Check its permissions.",
                path=self.active,
                why=error.strerror,
            ) from error

    def _keep(self, event: str, soul_id: str) -> None:
        """Give the active file a second name in the history: it is never changed in place, so the bytes stay."""
        target = self.file_for(event, soul_id)
        atomic.make_folder(self.history)
        try:
            os.link(self.active, target)
        except OSError:  # a file system without links
            with self.active.open("rb") as source, atomic.writing(target) as copy:
                shutil.copyfileobj(source, copy)


class _Kept(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def when(self) -> str: ...
    @property
    def meta(self) -> SoulMeta: ...


K = TypeVar("K", bound=_Kept)


def in_succession(kept: Iterable[K]) -> list[K]:
    """Kept souls in the order in which they were kept, oldest first: what a soul grew from and what stood before its
    event come before it, whatever the clock said; the clock orders only those that nothing links.
    """
    entries = sorted(kept, key=lambda entry: (entry.when, entry.meta.created, entry.meta.level))
    place = {entry.id: number for number, entry in enumerate(entries)}
    after: list[list[int]] = [[] for _ in entries]
    waits = [0] * len(entries)
    for number, entry in enumerate(entries):
        before = {place[soul_id] for soul_id in _came_before(entry.id, entry.meta, place)} - {number}
        waits[number] = len(before)
        for earlier in before:
            after[earlier].append(number)
    ready = [number for number, count in enumerate(waits) if not count]
    order: list[int] = []
    while ready:
        number = heapq.heappop(ready)
        order.append(number)
        for later in after[number]:
            waits[later] -= 1
            if not waits[later]:
                heapq.heappush(ready, later)
    left = sorted(set(range(len(entries))) - set(order))  # files that name each other as their past are not ours
    return [entries[number] for number in [*order, *left]]


def _came_before(soul_id: str, meta: SoulMeta, known: Container[str]) -> Iterator[str]:
    """Of the known souls: the parent, the last event before, and the soul that stood before the own event."""
    own = meta.history[-1] if meta.history and meta.history[-1].get("id") == soul_id else {}
    lived = (event.get("id") for event in reversed(meta.history) if event is not own)
    last = next((name for name in lived if isinstance(name, str) and name in known), None)
    for name in (meta.parent, last, own.get("former")):
        if isinstance(name, str) and name in known:
            yield name


def _meta(path: Path) -> SoulMeta:
    """What the file of a kept soul says of itself. Such a file never changes, so that each is read once."""
    try:
        state = path.stat()
    except OSError as error:
        raise FileFormatError(
            "Could not read {path}: {why}. Check its permissions.", path=path, why=error.strerror
        ) from error
    return _read_meta(path, state.st_size, state.st_mtime_ns)


@functools.lru_cache(maxsize=4096)
def _read_meta(path: Path, size: int, changed: int) -> SoulMeta:
    return load_meta(path)


def _stamp() -> str:
    return f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
