"""What a person did with their conversations: titles, pins, the trash. Kept in the workspace, beside the log.

The log itself is never touched from here: a conversation in the trash is hidden, not forgotten, and comes back whole.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from engine.errors import BitLlamaError
from studio import json_file
from studio.translation import sentence

FILE_NAME = "conversations.json"


class Shelf(QObject):
    """Titles, pins and the trash, by the id of a conversation. Every change is on the disk at once."""

    changed = Signal()
    problem = Signal(str)
    """A sentence for the person: the file could not be written; the change holds until the program ends."""

    def __init__(self, workspace: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.path = workspace / FILE_NAME
        data, problem = json_file.read(self.path, "titles, pins and the trash begin anew")
        self.problems = [problem] if problem else []
        """What could not be used of the file when it was read, one sentence each."""
        kept = data.get("conversations")
        self._rest = {key: value for key, value in data.items() if key != "conversations"}
        self._kept: dict[str, dict[str, Any]] = {
            str(key): dict(value) for key, value in (kept.items() if isinstance(kept, dict) else ())
            if isinstance(value, dict)
        }  # fmt: skip

    def title(self, conversation: str) -> str:
        """The title that a person gave; empty where nobody did."""
        title = self._kept.get(conversation, {}).get("title", "")
        return title if isinstance(title, str) else ""

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

    def pin(self, conversation: str, pinned: bool) -> None:
        """Put it above the others, or back among them."""
        self._put(conversation, "pinned", pinned)

    def throw_away(self, conversation: str) -> None:
        """Put it into the trash."""
        self._put(conversation, "thrown", datetime.now(UTC).isoformat(timespec="milliseconds"))

    def put_back(self, conversation: str) -> None:
        """Take it out of the trash."""
        self._put(conversation, "thrown", "")

    def _put(self, conversation: str, key: str, value: str | bool) -> None:
        entry = self._kept.setdefault(conversation, {})
        if value:
            entry[key] = value
        else:
            entry.pop(key, None)
        if not entry:
            del self._kept[conversation]
        try:
            json_file.write(self.path, self._rest | {"version": 1, "conversations": self._kept})
        except BitLlamaError as error:
            self.problem.emit(sentence(error.told))
        self.changed.emit()
