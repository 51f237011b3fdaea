"""What a person did with their conversations: titles, pins, folders, the trash. Kept in the workspace, beside the log.

The log itself is never touched from here: a conversation in the trash is hidden, not forgotten, and comes back whole.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from engine.errors import BitLlamaError, Message
from studio.json_file import JsonFile
from studio.translation import sentence

FILE_NAME = "conversations.json"


@dataclass(frozen=True)
class ChatFolder:
    """A named place for conversations."""

    id: str
    name: str
    closed: bool = False
    """Whether the list shows the folder alone, without what is in it."""


class ConversationMeta(QObject):
    """Titles, pins, folders and the trash, by the id of a conversation. Every change is on the disk at once."""

    changed = Signal()
    problem = Signal(str)
    """A sentence for the person: the file could not be written; the change holds until the program ends."""

    def __init__(self, workspace: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.path = workspace / FILE_NAME
        self._file = JsonFile(self.path, Message("titles, pins, folders and the trash begin anew"))
        data, problem = self._file.data, self._file.problem
        self.problems = [problem] if problem else []
        """What could not be used of the file when it was read, one sentence each."""
        self._kept = _objects(data.pop("conversations", None))
        self._folders = {
            key: ChatFolder(key, value["name"], value.get("closed") is True)
            for key, value in _objects(data.pop("folders", None)).items()
            if isinstance(value.get("name"), str)
        }
        self._rest = data

    def title(self, conversation: str) -> str:
        """The title that a person gave; empty where nobody did."""
        return self._text(conversation, "title")

    def is_pinned(self, conversation: str) -> bool:
        """Whether it stands above the others."""
        return self._kept.get(conversation, {}).get("pinned") is True

    def in_trash(self, conversation: str) -> bool:
        """Whether it was thrown away."""
        return bool(self._kept.get(conversation, {}).get("thrown"))

    def trash(self) -> list[str]:
        """The conversations in the trash, the newest there first."""
        thrown = [(str(value["thrown"]), key) for key, value in self._kept.items() if value.get("thrown")]
        return [key for _, key in sorted(thrown, reverse=True)]

    def rename(self, conversation: str, title: str) -> None:
        """Give a title; an empty one goes back to what was said first."""
        self._put(conversation, "title", " ".join(title.split()))

    def rename_all(self, titles: Mapping[str, str]) -> None:
        """Give titles to many conversations at once."""
        for conversation, title in titles.items():
            self._set(conversation, "title", " ".join(title.split()))
        if titles:
            self._write()

    def pin(self, conversation: str, pinned: bool) -> None:
        """Put it above the others, or back among them."""
        self._put(conversation, "pinned", pinned)

    def throw_away(self, conversation: str) -> None:
        """Put it into the trash."""
        self._put(conversation, "thrown", datetime.now(UTC).isoformat(timespec="milliseconds"))

    def put_back(self, conversation: str) -> None:
        """Take it out of the trash."""
        self._put(conversation, "thrown", "")

    # Folders

    def folders(self) -> list[ChatFolder]:
        """All folders, by name."""
        return sorted(self._folders.values(), key=lambda folder: (folder.name.casefold(), folder.id))

    def folder(self, folder: str) -> ChatFolder | None:
        """The folder with this id, None where there is none."""
        return self._folders.get(folder)

    def folder_of(self, conversation: str) -> ChatFolder | None:
        """The folder that a conversation is in, None where it is in none."""
        return self._folders.get(self._text(conversation, "folder"))

    def make_folder(self, name: str) -> ChatFolder:
        """Make a folder with nothing in it."""
        made = ChatFolder(secrets.token_hex(4), " ".join(name.split()))
        self._put_folder(made)
        return made

    def rename_folder(self, folder: str, name: str) -> None:
        """Call a folder otherwise; it keeps its name where none is given."""
        if (known := self._folders.get(folder)) is not None and (words := " ".join(name.split())):
            self._put_folder(replace(known, name=words))

    def close_folder(self, folder: str, closed: bool) -> None:
        """Show the folder alone, or what is in it as well."""
        if (known := self._folders.get(folder)) is not None and known.closed != closed:
            self._put_folder(replace(known, closed=closed))

    def move(self, conversation: str, folder: str) -> None:
        """Put a conversation into a folder, or with "" out of the one that it is in."""
        self._put(conversation, "folder", folder)

    def remove_folder(self, folder: ChatFolder) -> Callable[[], None]:
        """Delete a folder; what was in it is in none then. Returns what brings the folder back with them."""
        self._folders.pop(folder.id, None)
        inside = [conversation for conversation in self._kept if self._text(conversation, "folder") == folder.id]
        for conversation in inside:
            self._set(conversation, "folder", "")
        self._write()

        def undo() -> None:
            self._folders[folder.id] = folder
            for conversation in inside:
                if self.folder_of(conversation) is None:  # else it was put elsewhere since
                    self._set(conversation, "folder", folder.id)
            self._write()

        return undo

    def _text(self, conversation: str, key: str) -> str:
        value = self._kept.get(conversation, {}).get(key, "")
        return value if isinstance(value, str) else ""

    def _put(self, conversation: str, key: str, value: str | bool) -> None:
        self._set(conversation, key, value)
        self._write()

    def _put_folder(self, folder: ChatFolder) -> None:
        self._folders[folder.id] = folder
        self._write()

    def _set(self, conversation: str, key: str, value: str | bool) -> None:
        entry = self._kept.setdefault(conversation, {})
        if value:
            entry[key] = value
        else:
            entry.pop(key, None)
        if not entry:
            del self._kept[conversation]

    def _write(self) -> None:
        folders = {key: {"name": folder.name, "closed": folder.closed} for key, folder in self._folders.items()}
        data = self._rest | {"version": 1, "conversations": self._kept, "folders": folders}
        try:
            self._file.write(data)
        except BitLlamaError as error:
            self.problem.emit(sentence(error.message))
        self.changed.emit()


def _objects(value: Any) -> dict[str, dict[str, Any]]:
    """The objects in a JSON object, by name; whatever else there is is left out."""
    found = value.items() if isinstance(value, dict) else ()
    return {str(key): dict(inner) for key, inner in found if isinstance(inner, dict)}
