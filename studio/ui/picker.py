"""A list to choose one of, with an arrow that says so."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QComboBox

from studio.ui import style

_FROM_RIGHT, _REACH = 16, 4


class Picker(QComboBox):
    """A combo box; the style sheet leaves out Qt's own arrow, which knows no theme."""

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ink = style.colour("muted" if self.isEnabled() else "line")
        painter.setPen(QPen(ink, 1.5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
        x, y = self.width() - _FROM_RIGHT, self.height() / 2
        half = _REACH / 2
        painter.drawPolyline([QPointF(x - _REACH, y - half), QPointF(x, y + half), QPointF(x + _REACH, y - half)])
