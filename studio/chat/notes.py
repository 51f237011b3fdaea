"""The notes of a chat in sight: a chip that counts them, and the list behind it with the switch."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from studio import theme
from studio.protocol import LogLine
from studio.settings.store import Settings
from studio.widgets import wording
from studio.widgets.controls import ToggleSwitch, label, prose, scrolled
from studio.widgets.dialogs import Notice

_HEIGHT = 260
"""Of the list at most, before it scrolls."""


class NotesChip(QPushButton):
    """How many notes the chat has; hidden where there are none to have."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "link")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.hide()

    def show_notes(self, notes: Sequence[LogLine], switched_off: bool) -> None:
        """Count `notes`; with `switched_off` say that there would be some."""
        text = self.tr("Notes are off") if switched_off and not notes else self._counted(notes)
        self.setText(text)
        self.setAccessibleName(text)
        self.setToolTip(self.tr("What the model reads before this chat: show it, or switch it off"))
        self.setVisible(bool(notes) or switched_off)

    def _counted(self, notes: Sequence[LogLine]) -> str:
        now = datetime.now().astimezone()
        today = all(wording.local_time(note.timestamp).date() == now.date() for note in notes)
        if len(notes) == 1:
            return self.tr("1 note from today") if today else self.tr("1 note of what you said")
        words = self.tr("{n} notes from today") if today else self.tr("{n} notes of what you said")
        return words.format(n=wording.number(len(notes)))


class NotesDialog(Notice):
    """Lists notes as they were said, the newest first, and has the switch for chats that begin."""

    def __init__(self, parent: QWidget, settings: Settings, notes: Sequence[LogLine]) -> None:
        super().__init__(
            parent,
            self.tr("Notes until it sleeps"),
            self.tr(
                "What you said since the last sleep stands at the beginning of a new chat, as you said it. The model "
                "reads it there and does not learn it again. Once a night has taught it something, its note goes: then "
                "it is memory."
            ),
        )
        self.listed = [_line(note) for note in notes]
        inner = QWidget()
        inner.setObjectName("inner")
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, theme.GAP_S, 0)
        column.setSpacing(theme.GAP_S)
        for line in self.listed:
            column.addWidget(line)
        column.addStretch(1)
        area = scrolled(inner)
        area.setFixedHeight(min(_HEIGHT, max(1, column.heightForWidth(self.words.width()))))
        area.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        area.setVisible(bool(notes))
        self.switch = ToggleSwitch(self.tr("Notes in chats that begin"))
        self.switch.setChecked(settings.get("use_notes"))
        self.switch.toggled.connect(lambda on: settings.set("use_notes", on))
        row = QHBoxLayout()
        row.setSpacing(theme.GAP_S)
        row.addWidget(self.switch)
        row.addWidget(label(self.switch.accessibleName()))
        row.addStretch(1)
        self.body.insertWidget(2, area)
        self.body.insertSpacing(3, theme.GAP_S)
        self.body.insertLayout(4, row)
        self.offer(self.tr("Close"), "primary")


def _line(note: LogLine) -> QLabel:
    moment = wording.local_time(note.timestamp)
    day = wording.day(moment, datetime.now().astimezone())
    return prose(f"{day} {wording.clock(moment)}  {note.text.strip()}", "")
