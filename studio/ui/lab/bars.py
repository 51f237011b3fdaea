"""Bars that say how much of something is known: the longer the better."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from studio import theme
from studio.ui import style
from studio.ui.widgets import Elided, label

_HEIGHT, _LEAST_WIDTH = 8, 60
_STUB = 0.03
"""What is not known at all has a stub, so that it is seen that it was asked."""


class Bar(QWidget):
    """A share from 0 to 1 in the colour of a token."""

    def __init__(self) -> None:
        super().__init__()
        self.share, self.token = 0.0, "muted"
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(2 * _LEAST_WIDTH, _HEIGHT + 2)

    def minimumSizeHint(self) -> QSize:
        return QSize(_LEAST_WIDTH, _HEIGHT + 2)

    def show_share(self, share: float, token: str, words: str) -> None:
        """Fill to `share`; `words` is what a screen reader says and the tooltip shows."""
        self.share, self.token = min(1.0, max(0.0, share)), token
        self.setAccessibleName(words)
        self.setToolTip(words)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        track = QRectF(0, (self.height() - _HEIGHT) / 2, self.width(), _HEIGHT)
        painter.setBrush(style.colour("raised"))
        painter.drawRoundedRect(track, _HEIGHT / 2, _HEIGHT / 2)
        filled = QRectF(track)
        filled.setWidth(max(_HEIGHT, track.width() * max(self.share, _STUB)))
        painter.setBrush(style.colour(self.token))
        painter.drawRoundedRect(filled, _HEIGHT / 2, _HEIGHT / 2)


class BarTable(QWidget):
    """Rows of a text and two bars, under a heading for each column."""

    def __init__(self, heading: str, before: str, after: str) -> None:
        super().__init__()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.GAP_L)
        self._grid.setVerticalSpacing(theme.GAP_S)
        for column, stretch in enumerate((5, 3, 3)):
            self._grid.setColumnStretch(column, stretch)
        self.heading = Elided(heading, "small")
        for column, part in enumerate((self.heading, label(before, "small"), label(after, "small"))):
            self._grid.addWidget(part, 0, column)
        self.rows: list[tuple[Elided, Bar, Bar]] = []

    def set_rows(self, rows: int) -> None:
        """Have that many rows shown."""
        while len(self.rows) < rows:
            parts = Elided(), Bar(), Bar()
            for column, part in enumerate(parts):
                self._grid.addWidget(part, len(self.rows) + 1, column)
            self.rows.append(parts)
        for number, parts in enumerate(self.rows):
            for part in parts:
                part.setVisible(number < rows)

    @property
    def texts(self) -> list[str]:
        """Of the rows that are shown."""
        return [text.text() for text, *_ in self.rows if not text.isHidden()]
