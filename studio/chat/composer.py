"""Where a message is written: Enter sends, Shift+Enter begins a new line, and an input method is never interrupted."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QMimeData, Qt, Signal
from PySide6.QtGui import QFocusEvent, QInputMethodEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMainWindow, QPlainTextEdit, QVBoxLayout, QWidget

from studio import theme
from studio.chat.notes import NotesChip
from studio.protocol import Dial
from studio.widgets import style
from studio.widgets.controls import SegmentedControl, button, label, set_locked
from studio.widgets.painted import dress

_MOST_LINES = 8
MOST_CHARACTERS = 16_000
"""Of one message: about the context of a small model, and what the editor lays out within a frame or two."""
DIALS: tuple[Dial, ...] = ("learn", "use", "temporary")
"""The choices of the dial, as they stand from left to right."""


class DraftEdit(QPlainTextEdit):
    """The text under way; as tall as its lines, up to `_MOST_LINES`."""

    entered = Signal()
    focus_moved = Signal(bool)
    too_long = Signal(int)
    """So many characters were pasted, which no message takes; nothing of them was."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("draft")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTabChangesFocus(True)
        self.setAcceptDrops(False)  # files are for the window
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.document().setDocumentMargin(0)
        self.document().documentLayout().documentSizeChanged.connect(self.fit)
        self._composing = False
        self.send_with_ctrl = False
        """Whether Ctrl Enter sends, and Enter alone begins a line."""
        self.fit()

    def insertFromMimeData(self, source: QMimeData) -> None:
        length = len(source.text())
        if self.document().characterCount() + length > MOST_CHARACTERS:
            self.too_long.emit(length)
        else:
            super().insertFromMimeData(source)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        self._composing = bool(event.preeditString())
        super().inputMethodEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)
        elif self._composing:
            event.ignore()  # this Enter chooses among the input method's candidates
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier or self._ctrl(event) != self.send_with_ctrl:
            self.insertPlainText("\n")
            self.ensureCursorVisible()
        else:
            event.accept()
            self.entered.emit()

    @staticmethod
    def _ctrl(event: QKeyEvent) -> bool:
        return bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focus_moved.emit(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._composing = False
        self.focus_moved.emit(False)

    def fit(self) -> None:
        """Take the height of the text."""
        lines = min(_MOST_LINES, max(1, round(self.document().size().height())))
        self.setFixedHeight(lines * self.fontMetrics().lineSpacing() + 4)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.fit()


class Composer(QFrame):
    """The card at the foot of the chat. It says what was wanted; the chat page does it."""

    send = Signal(str)
    stop = Signal()
    sleep = Signal()
    left_edit = Signal()
    """The person does not want to say it otherwise after all."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("composer")
        self.draft = DraftEdit()
        self.draft.setAccessibleName(self.tr("Message"))
        self.draft.entered.connect(self._enter)
        self.draft.textChanged.connect(self._refresh)
        self.draft.focus_moved.connect(lambda inside: style.mark(self, focused=inside))
        self.sleep_button = button(self.tr("Sleep"))
        self.sleep_button.clicked.connect(self.sleep)
        self.dial = SegmentedControl(
            [self.tr("Learn"), self.tr("Only use"), self.tr("No soul")], self.tr("What this chat leaves")
        )
        self.dial.part(0).setProperty("warm", True)
        self.dial_note = label(role="small", wrap=True)
        self.send_button = button(self.tr("Send"), "primary")
        self.send_button.clicked.connect(self._enter)
        self.stop_button = button(self.tr("Stop  Esc"), "primary", self.tr("Stop"))
        self.stop_button.clicked.connect(self.stop)
        self.edit_note = label(
            self.tr("In place of what you said before: the soul goes back to before it."), "small", wrap=True
        )
        self.cancel_button = button(self.tr("Leave it"), "link", self.tr("Leave what was said as it is"))
        self.cancel_button.clicked.connect(self.left_edit)
        self._edit = QWidget()
        note = QHBoxLayout(self._edit)
        note.setContentsMargins(0, 0, 0, 0)
        note.addWidget(self.edit_note, 1)
        note.addWidget(self.cancel_button)
        self._edit.hide()
        self.notes = NotesChip()
        self.context_note = label(role="small", wrap=True)
        self.context_note.hide()
        row = QHBoxLayout()
        row.setSpacing(theme.GAP_S)
        row.addWidget(self.sleep_button)
        row.addWidget(self.dial)
        row.addStretch(1)
        row.addWidget(self.send_button)
        row.addWidget(self.stop_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 12)
        column.setSpacing(theme.GAP_M)
        column.addWidget(self.notes, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.context_note)
        column.addWidget(self._edit)
        column.addWidget(self.dial_note)
        column.addWidget(self.draft)
        column.addLayout(row)
        self._why_silent = ""
        self.set_state("", "", False, "")
        self._dress()

    def set_send_key(self, choice: str) -> None:
        """Send with ``enter`` or with ``ctrl_enter``; the other one begins a line."""
        self.draft.send_with_ctrl = choice == "ctrl_enter"
        self._refresh()

    def set_editing(self, editing: bool) -> None:
        """Say that what is written takes the place of something said before."""
        self._edit.setVisible(editing)

    @property
    def is_editing(self) -> bool:
        """Whether what is written takes the place of something said before."""
        return not self._edit.isHidden()

    def set_dial(self, dial: Dial, begun: bool) -> None:
        """Show what the conversation leaves behind; of one that has `begun` it stays as it is."""
        self.dial.choose(DIALS.index(dial))
        effect = {
            "learn": self.tr("The soul learns from this chat, and it is kept."),
            "use": self.tr("The soul follows this chat, but keeps nothing of it. It is not in the list."),
            "temporary": self.tr("A newborn talks, without the soul. Nothing of this chat is kept."),
        }[dial]
        fixed = self.tr("It was chosen when this chat began; a new chat has its own.")
        set_locked(self.dial, f"{effect} {fixed}" if begun else "", effect)
        self.dial_note.setText(effect)
        self.dial_note.setVisible(dial != "learn")

    def set_dropped(self, exchanges: int) -> None:
        """Say that so many of the oldest exchanges of the chat have left the context."""
        words = self.tr(
            "The {n} oldest exchanges of this chat no longer fit into what the model looks back on. What was learned "
            "of them stays."
        )
        if exchanges == 1:
            words = self.tr(
                "The oldest exchange of this chat no longer fits into what the model looks back on. What was learned "
                "of it stays."
            )
        self.context_note.setText(words.format(n=exchanges))
        self.context_note.setVisible(exchanges > 0)

    def set_state(self, prompt: str, why_silent: str, replying: bool, why_awake: str) -> None:
        """Show what can be done.

        Args:
            prompt: the words in the empty field.
            why_silent: why nothing can be sent now; empty where it can. While `replying` one may go on typing.
            replying: a reply is under way: Send is Stop.
            why_awake: why sleep cannot begin now; empty where it can.
        """
        self._why_silent = why_silent
        self.draft.setPlaceholderText(prompt)
        self._lock_draft("" if replying else why_silent)
        set_locked(self.sleep_button, why_awake, self.tr("Replay what was said and keep it"))
        self.send_button.setVisible(not replying)
        self.stop_button.setVisible(replying)
        self._refresh()

    def _lock_draft(self, reason: str) -> None:
        """The focus waits on the window's frame while nothing can be typed, and comes back after."""
        frame = self.window()
        if reason and self.draft.hasFocus():
            frame.setFocus()
        freed = not reason and not self.draft.isEnabled()
        set_locked(self.draft, reason)
        if (
            freed
            and self.isVisible()
            and isinstance(frame, QMainWindow)
            and frame.focusWidget()
            in (
                None,
                frame,
                frame.centralWidget(),
            )
        ):
            self.draft.setFocus()

    def _refresh(self) -> None:
        empty = "" if self.draft.toPlainText().strip() else self.tr("Write something first.")
        hint = self.tr("Send (Ctrl+Enter)") if self.draft.send_with_ctrl else self.tr("Send (Enter)")
        set_locked(self.send_button, self._why_silent or empty, hint)

    def _enter(self) -> None:
        text = self.draft.toPlainText().strip()
        if text and not self._why_silent:
            self.draft.clear()
            self.send.emit(text)

    def _dress(self) -> None:
        dress(self.sleep_button, "moon")

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "sleep_button"):
            self._dress()
