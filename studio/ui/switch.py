"""A switch: on or off, painted in the colours of the theme."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton

from studio.ui import style


class Switch(QAbstractButton):
    """A checkable control; the space key turns it."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setCheckable(True)
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFixedSize(self.sizeHint())

    def sizeHint(self) -> QSize:
        return QSize(44, 26)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        on = self.isChecked()
        track = QRectF(self.rect()).adjusted(2, 2, -2, -2)
        ring = "text" if on else "soul"
        painter.setPen(QPen(style.colour(ring if self.hasFocus() else "soul_fill" if on else "muted"), 1.5))
        painter.setBrush(style.colour("soul_fill" if on else "bg"))
        painter.drawRoundedRect(track, track.height() / 2, track.height() / 2)
        side = track.height() - 8
        left = track.right() - side - 4 if on else track.left() + 4
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(style.colour("on_fill" if on else "muted"))
        painter.drawEllipse(QRectF(left, track.top() + 4, side, side))
