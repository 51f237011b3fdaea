"""One line about what was just done, and the way to take it back or to see more of it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout

from studio import theme
from studio.ui.widgets import Elided, button

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
