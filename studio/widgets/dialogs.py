"""What went wrong, why and what next; and questions before what cannot be taken back. None blocks the window's loop."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QCoreApplication, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from studio import theme
from studio.protocol import EngineFailure
from studio.widgets.controls import Elided, button, label, prose, set_locked

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


SHOWN_MS = 10_000


class Toast(QFrame):
    """Stands above the composer for a while. Undo is only the quick way: what it undoes can be undone later by hand."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("composer")
        self.words = Elided()
        self.undo = button(self.tr("Undo"), "link")
        self.undo.clicked.connect(self._take_back)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.RADIUS_BUBBLE, theme.GAP_S, theme.RADIUS_BUBBLE, theme.GAP_S)
        row.addWidget(self.words, 1)
        row.addWidget(self.undo)
        self._then: Callable[[], None] | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SHOWN_MS)
        self._timer.timeout.connect(self.hide)
        self.hide()

    def tell(self, text: str, then: Callable[[], None], verb: str = "") -> None:
        """Show a line; `then` runs when the person presses `verb`, which takes it back where no other is given."""
        self._then = then
        self.undo.setText(verb or self.tr("Undo"))
        self.undo.setAccessibleName(self.undo.text())
        self.words.setText(text)
        self.words.setAccessibleName(text)
        self.show()
        self._timer.start()

    def _take_back(self) -> None:
        self.hide()
        if self._then is not None:
            self._then()


_LONGEST = 200


class AskWords(Notice):
    """One field and a verb or two; Enter takes the last one.

    Args:
        verbs: what each button is called, and what it does with the words.
        needed: whether there must be some.
    """

    def __init__(
        self,
        parent: QWidget,
        title: str,
        text: str,
        verbs: Sequence[tuple[str, Callable[[str], None]]],
        words: str = "",
        needed: bool = True,
    ) -> None:
        super().__init__(parent, title, text)
        self.field = QLineEdit(words)
        self.field.setMaxLength(_LONGEST)
        self.field.setAccessibleName(title)
        self.field.selectAll()
        self.body.insertWidget(2, self.field)
        self.offer(self.tr("Cancel"))
        self._buttons = [self.offer(verb, then=partial(self._give, then)) for verb, then in verbs]
        self._buttons[-1].setProperty("kind", "primary")
        self._buttons[-1].setDefault(True)
        self.field.textChanged.connect(lambda: self._allow(not needed or bool(self.given)))
        self._allow(not needed or bool(self.given))
        self.field.setFocus()

    @property
    def given(self) -> str:
        """The words as they stand."""
        return " ".join(self.field.text().split())

    def _give(self, then: Callable[[str], None]) -> None:
        then(self.given)

    def _allow(self, possible: bool) -> None:
        for control in self._buttons:
            set_locked(control, "" if possible else self.tr("Write something first."))


def ask_words(
    parent: QWidget,
    title: str,
    text: str,
    *verbs: tuple[str, Callable[[str], None]],
    words: str = "",
    needed: bool = True,
) -> AskWords:
    """Open such a dialog."""
    asked = AskWords(parent, title, text, verbs, words, needed)
    asked.open()
    return asked
