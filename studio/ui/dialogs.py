"""What went wrong, why and what next; and questions before what cannot be taken back. None blocks the window's loop."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLayout, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from studio import theme
from studio.messages import EngineFailure
from studio.ui.widgets import button, label, prose

_WIDTH = 440


class Notice(QDialog):
    """A title, one sentence or a few, and what can be done about it."""

    def __init__(self, parent: QWidget | None, title: str, text: str, details: str = "") -> None:
        super().__init__(parent)
        self.setObjectName("notice")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.words = prose(text, "muted")
        self.words.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.words.setFixedWidth(_WIDTH)
        self.details = details
        column = self.body = QVBoxLayout(self)
        column.setSizeConstraint(QLayout.SizeConstraint.SetFixedSize)  # Qt would cut it off at two thirds of the screen
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(theme.GAP_S)
        column.addWidget(label(title, "title"))
        column.addWidget(self.words)
        if details:
            shown = QPlainTextEdit(details)
            shown.setObjectName("details")
            shown.setReadOnly(True)
            shown.setFixedHeight(160)
            shown.setAccessibleName(self.tr("Details"))
            column.addWidget(shown)
        column.addSpacing(theme.GAP_S)
        self.row = QHBoxLayout()
        self.row.setSpacing(theme.GAP_S)
        if details:
            copy = button(self.tr("Copy details"))
            copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(f"{text}\n\n{details}"))
            self.row.addWidget(copy)
        self.row.addStretch(1)
        column.addLayout(self.row)

    def offer(self, verb: str, kind: str = "", then: Callable[[], None] | None = None) -> QPushButton:
        """Add a button that closes the dialog and does `then`; returns it."""
        made = button(verb, kind)
        made.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        made.clicked.connect(self.accept if then else self.reject)
        if then is not None:
            made.clicked.connect(then)
        self.row.addWidget(made)
        return made


def _tr(text: str) -> str:
    return QCoreApplication.translate("Notice", text)


def show_failure(parent: QWidget | None, failure: EngineFailure, title: str = "") -> Notice:
    """Open a dialog with the sentence of a failure; its details, where there are any, can be copied."""
    notice = Notice(parent, title or _tr("That did not work"), str(failure), failure.details)
    notice.offer(_tr("Close"), "primary")
    notice.open()
    return notice


def ask(parent: QWidget | None, title: str, text: str, verb: str, then: Callable[[], None]) -> Notice:
    """Ask before something that cannot be taken back at once; `then` runs when the person presses `verb`."""
    notice = Notice(parent, title, text)
    notice.offer(_tr("Cancel"))
    notice.offer(verb, "primary", then)
    notice.open()
    return notice
