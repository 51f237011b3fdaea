"""The messages of one conversation as a Qt model; views pull what was added."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from studio.protocol import Dial, ExchangeVersions, LogLine, Role, Said

Index = QModelIndex | QPersistentModelIndex


Felt = tuple[str, float]
"""A piece of a reply and its inner loss."""


@dataclass
class TranscriptMessage:
    """One message as it is shown."""

    role: Role
    text: str
    line: str = ""
    """Its id in the log; empty while it is not known."""
    turn: ExchangeVersions | None = None
    """Set on both messages of an exchange that can be taken back."""
    writing: bool = False
    """The reply is still coming."""
    learned: int = 0
    """Tokens lived in this exchange; 0 where it is not known (an earlier day)."""
    speed: float = 0.0
    """Tokens a second; 0 where it is not known."""
    ending: str = ""
    """Why the reply ended, as `Said.stopped`; ``failed`` where an error ended it; empty where it is not known."""
    felt: list[Felt] = field(default_factory=list)
    """Its words with how wrong the fast weights were before they learned them; none for a reply of an earlier day."""
    without_soul: str | None = None
    """What was answered to the same question without the soul; "" while it is being answered; None where not asked."""


class Roles(IntEnum):
    """Roles of the model beside ``DisplayRole``, which is the text."""

    MESSAGE = Qt.ItemDataRole.UserRole + 1


class TranscriptModel(QAbstractListModel):
    """A list of `TranscriptMessage`. The last one may be growing."""

    def __init__(self, conversation: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.conversation = conversation
        self.dial: Dial = "learn"
        """What the conversation leaves behind; one that is in the log is ``learn``."""
        self._messages: list[TranscriptMessage] = []

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 (Qt's signature; the value is immutable)
        return 0 if parent.isValid() else len(self._messages)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._messages):
            return None
        message = self._messages[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return message.text
        return message if role == Roles.MESSAGE else None

    def message(self, row: int) -> TranscriptMessage:
        """The message of a row; negative rows count from the end."""
        return self._messages[row]

    def extend(
        self,
        lines: Iterable[LogLine],
        results: Mapping[str, Said] | None = None,
        felt: Mapping[str, list[Felt]] | None = None,
    ) -> None:
        """Add messages of the log; replies with what came of them, where `results` and `felt` know it by their ids."""
        added = []
        for line in lines:
            message = TranscriptMessage(line.role, line.text, line.id)
            if results and line.role == "assistant" and (said := results.get(line.id)) is not None:
                message.learned, message.speed, message.ending = said.learned, said.tokens_per_second, said.stopped
            message.felt = (felt or {}).get(line.id, [])
            added.append(message)
        if added:
            self._insert(added)

    def cut(self, row: int) -> None:
        """Remove a message and all after it."""
        if row < len(self._messages):
            self.beginRemoveRows(QModelIndex(), row, len(self._messages) - 1)
            del self._messages[row:]
            self.endRemoveRows()

    def row_of(self, line: str) -> int:
        """The row of the message with this id in the log; -1 where there is none."""
        return next((row for row, message in enumerate(self._messages) if line and message.line == line), -1)

    def show_turns(self, turns: Iterable[ExchangeVersions]) -> None:
        """Mark which exchanges can be taken back; all rows from the first that changed to the last are told at once."""
        known = {turn.line: turn for turn in turns}
        turn: ExchangeVersions | None = None
        changed = []
        for row, message in enumerate(self._messages):
            if message.role == "user":
                turn = known.get(message.line)
            if message.turn != turn:
                message.turn = turn
                changed.append(row)
        if changed:
            self.dataChanged.emit(self.index(changed[0]), self.index(changed[-1]))

    def begin_exchange(self, text: str) -> None:
        """Add what the person said and the reply that is about to come."""
        self._insert([TranscriptMessage("user", text), TranscriptMessage("assistant", "", writing=True)])

    def append_text(self, text: str, felt: Iterable[Felt] = ()) -> None:
        """Let the last message grow. `felt` are its pieces as they came, each with the loss of the piece before it:
        what a token taught is known only once it was fed, with the next one."""
        message = self._messages[-1]
        message.text += text
        for piece, loss in felt:
            if message.felt:
                message.felt[-1] = (message.felt[-1][0], loss)
            message.felt.append((piece, 0.0))
        self._last_changed()

    def finish_exchange(self, said: Said | None) -> None:
        """The reply is whole, with what came of it; None where an error ended it."""
        last = self._messages[-1]
        last.writing = False
        last.ending = said.stopped if said else "failed"
        if said:
            last.learned, last.speed = said.learned, said.tokens_per_second
        if said and said.lines:
            self._messages[-2].line = said.lines[0].id
            if said.lines[-1].role == "assistant":
                last.text, last.line = said.lines[-1].text, said.lines[-1].id
        self._last_changed()

    def show_without_soul(self, line: str, text: str | None) -> None:
        """Show an answer without the soul beside the reply with this id; see `TranscriptMessage.without_soul`."""
        row = self.row_of(line)
        if row >= 0:
            self._messages[row].without_soul = text
            self.dataChanged.emit(self.index(row), self.index(row))

    def _insert(self, added: list[TranscriptMessage]) -> None:
        first = len(self._messages)
        self.beginInsertRows(QModelIndex(), first, first + len(added) - 1)
        self._messages += added
        self.endInsertRows()

    def _last_changed(self) -> None:
        index = self.index(len(self._messages) - 1)
        self.dataChanged.emit(index, index)
