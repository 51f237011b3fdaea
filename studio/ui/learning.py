"""The learning strip: how surprising the newest tokens were, as a line in amber over the line of what is usual."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio import theme
from studio.surprise import RECENT, Surprise
from studio.ui import style, wording

_HEIGHT = 72
_LEAST_TOP = 2.0
"""The strip reaches at least to twice the usual, so that a quiet stretch looks quiet."""


class LearningStrip(QWidget):
    """Draws a `Surprise`; the newest token is at the right."""

    def __init__(self, surprise: Surprise) -> None:
        super().__init__()
        self.surprise = surprise
        self.setMinimumHeight(_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Surprise of the last tokens"))
        surprise.moved.connect(self._moved)
        self._moved()

    def _moved(self) -> None:
        self.setAccessibleDescription(wording.decimal(self.surprise.recent))
        self.setToolTip(
            self.tr(
                "Surprise is the inner loss of a token, that is how wrong the fast weights were before they learned "
                "it, divided by the mean over all tokens since this soul was woken ({usual} until now). "
                "The figure is the mean of the last {n} tokens; the dashed line is 1, the usual."
            ).format(usual=wording.loss(self.surprise.usual), n=RECENT)
        )
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width, bottom = float(self.width()), float(self.height()) - 1.5
        values = self.surprise.relative
        top = max([_LEAST_TOP, *values])
        room = bottom - theme.GAP_S

        def height(value: float) -> float:
            return bottom - 3 - value / top * room

        painter.setPen(QPen(style.colour("line"), 1))
        painter.drawLine(QPointF(0, bottom), QPointF(width, bottom))
        if len(values) < 2:
            return
        painter.setPen(QPen(style.colour("line"), 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(0, height(1.0)), QPointF(width, height(1.0)))
        step = width / (len(values) - 1)
        painter.setPen(QPen(style.colour("learn"), 1.5))
        painter.drawPolyline(QPolygonF([QPointF(i * step, height(value)) for i, value in enumerate(values)]))
