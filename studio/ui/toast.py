"""One line about what was just done, and the way to take it back."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout

from studio import theme
from studio.ui.widgets import Elided, button

SHOWN_MS = 10_000


class Toast(QFrame):
    """Stands above the composer for a while. Undo is only the quick way: what it undoes can be undone later too."""

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

    def tell(self, text: str, undo: Callable[[], None]) -> None:
        """Show a line; `undo` runs when the person takes it back."""
        self._then = undo
        self.words.setText(text)
        self.words.setAccessibleName(text)
        self.show()
        self._timer.start()

    def _take_back(self) -> None:
        self.hide()
        if self._then is not None:
            self._then()
