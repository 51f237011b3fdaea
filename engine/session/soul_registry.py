"""All the souls of one model: their names, and which of them is active."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

from engine.errors import ConfigError, FileFormatError, Message
from engine.io.conversation_log import ConversationLog
from engine.io.soul import Soul
from engine.models.config import FastWeightsConfig
from engine.session.active_soul import copied
from engine.session.history import event_note
from engine.session.labels import Labels, SideFile, to_bytes
from engine.session.soul_store import DEFAULT_NAME, SoulStore, check_name
from engine.session.workspace import Workspace

_HISTORY = ".history"


@dataclass(frozen=True)
class RegisteredSoul:
    """One soul of a model."""

    name: str
    """What it is called."""
    key: str
    """The name it began with, which its files and the log keep."""
    active: bool
    """Whether it is the one that wakes when nobody says which."""
    store: SoulStore


class SoulRegistry:
    """The souls that live in one model, one at a time.

    Args:
        workspace: an opened workspace.
        config, fingerprint: the model's: its fast weights (None where it has none), and what tells it from others.

    A file of the names that is damaged is told of in `problems`; every soul is then called as it began, and the one
    that was talked to last is the active one.
    """

    def __init__(self, workspace: Workspace, config: FastWeightsConfig | None, fingerprint: str) -> None:
        self._workspace, self._config, self._fingerprint = workspace, config, fingerprint
        self.folder = workspace.souls / fingerprint[:16]
        self._file = self.folder / "souls.json"

    def problems(self) -> list[str]:
        """What is wrong with the small files beside the souls, one sentence each."""
        files = [self._told(), *(Labels(soul.store.history).file for soul in self.all())]
        return [file.problem for file in files if file.problem]

    def mend(self) -> list[str]:
        """Keep damaged small files aside and write in their place what the souls themselves say; returns `problems`.

        The workspace must be locked. Where it cannot be written, the files stay, for another time.
        """
        found = self.problems()
        with contextlib.suppress(FileFormatError):
            if self._told().problem:
                self._write(self.active, self._shown())
            for soul in self.all():
                labels = Labels(soul.store.history)
                if labels.file.problem:
                    labels.file.write(labels.to_bytes())
        return found

    def all(self) -> list[RegisteredSoul]:
        """Every soul that has been saved, the active one among them, by name."""
        shown, active = self._shown(), self.active
        keys = {path.name.removesuffix(".soul") for path in self.folder.glob("*.soul")}
        keys |= {path.parent.name.removesuffix(_HISTORY) for path in self.folder.glob(f"*{_HISTORY}/*.soul")}
        mates = [RegisteredSoul(shown.get(key, key), key, key == active, self._store(key)) for key in keys]
        return sorted(mates, key=lambda mate: mate.name.casefold())

    @property
    def active(self) -> str:
        """Key of the soul that was used last."""
        told = self._told().values.get("active")
        if isinstance(told, str) and _can_be_name(told):
            return told
        written = {path: path.stat().st_mtime_ns for path in self.folder.glob("*.soul")}
        if not written or (self.folder / f"{DEFAULT_NAME}.soul" in written and not self._told().problem):
            return DEFAULT_NAME
        keys = {f"{path.name.removesuffix('.soul')}@{self.folder.name}" for path in written}
        for entry in reversed(ConversationLog(self._workspace.memories).entries()):
            if entry.soul in keys:  # who was talked to last
                return entry.soul.rpartition("@")[0]
        return max(written, key=lambda path: written[path]).name.removesuffix(".soul")

    def choose(self, key: str) -> None:
        """Make this soul the one that wakes when nobody says which. Raises `FileFormatError`."""
        if self.active != key:
            self._write(key, self._shown())

    def name_of(self, key: str) -> str:
        """What the soul that began as `key` is called."""
        return self._shown().get(key, key)

    def store(self, name: str | None = None) -> SoulStore:
        """The soul of this name, or the active one; a name that nobody has is that of a soul yet to be.

        Raises `ConfigError` for a name that cannot be one.
        """
        if name is None:
            return self._store(self.active)
        check_name(name)
        return self._store(next((key for key, shown in self._shown().items() if shown == name), name))

    def existing(self, name: str | None = None) -> SoulStore:
        """As `store`, for a soul that there is. Raises `ConfigError` for others."""
        store = self.store(name)
        if store.name not in {mate.key for mate in self.all()}:
            raise ConfigError(
                "There is no soul called {name!r}; `bit-llama soul list` shows them.", name=name or store.name
            )
        return store

    def rename(self, key: str, name: str) -> None:
        """Call a soul otherwise; its files and its place in the log keep the name it began with.

        Raises `ConfigError` for a name that is taken or cannot be one.
        """
        self._must_be_free(name, but=key)
        shown = {other: old for other, old in self._shown().items() if other != key}
        if name != key:
            shown[key] = name
        self._write(self.active, shown)

    def branch(self, origin: SoulStore, soul: Soul, name: str) -> SoulStore:
        """Begin a soul called `name` that has lived what `soul`, of `origin`, has; they go their own ways from here.

        Raises `ConfigError` for a name that is taken or cannot be one, `FileFormatError` when it cannot be written.
        """
        self._must_be_free(name)
        store = self._store(name)
        facts = {"of": origin.key, "from": soul.meta.id}
        store.save_active(copied(soul, name), "branch", event_note("branch", self.name_of(origin.name)), facts)
        return store

    def is_free(self, name: str, but: str = "") -> bool:
        """Whether no soul, other than the one with the key `but`, is called so or began as that. Raises `ConfigError`
        for a name that cannot be one."""
        check_name(name)
        others = [mate for mate in self.all() if mate.key != but]
        return all(name.casefold() not in (mate.name.casefold(), mate.key.casefold()) for mate in others)

    def _must_be_free(self, name: str, but: str = "") -> None:
        if not self.is_free(name, but):
            raise ConfigError(
                "There is a soul called {name!r} already, or it began as that; choose another name.", name=name
            )

    def _store(self, key: str) -> SoulStore:
        return SoulStore(self._workspace, self._config, self._fingerprint, key)

    def _shown(self) -> dict[str, str]:
        told = self._told().values.get("names")
        return {str(key): str(name) for key, name in told.items()} if isinstance(told, dict) else {}

    def _told(self) -> SideFile:
        return SideFile(self._file, "household", Message("names that were given to souls later"))

    def _write(self, active: str, shown: dict[str, str]) -> None:
        self._told().write(to_bytes({"version": 1, "household": {"active": active, "names": shown}}))


def _can_be_name(key: str) -> bool:
    try:
        check_name(key)
    except ConfigError:
        return False
    return True
