"""The learning strip: the inner loss of the tokens that were written last, as a line in amber."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio import theme
from studio.ui import style, wording

SPAN = 256
"""Tokens shown."""
_RECENT = 32
"""Tokens whose mean is the figure."""
_HEIGHT = 72


class LearningStrip(QWidget):
    """Draws what it was told; the newest token is at the right."""

    def __init__(self) -> None:
        super().__init__()
        self._losses: deque[float] = deque(maxlen=SPAN)
        self._first: list[float] = []
        self.setMinimumHeight(_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Inner loss of the last tokens"))

    @property
    def count(self) -> int:
        """How many tokens are shown."""
        return len(self._losses)

    def add(self, losses: Sequence[float]) -> None:
        """Take the inner losses of new tokens, oldest first."""
        self._losses.extend(losses)
        self._first += losses[: max(0, _RECENT - len(self._first))]
        self.setAccessibleDescription(wording.loss(self.recent))
        self.update()

    def clear(self) -> None:
        """Begin anew: another model or another soul."""
        self._losses.clear()
        self._first.clear()
        self.update()

    @property
    def recent(self) -> float:
        """Mean over the newest tokens."""
        newest = list(self._losses)[-_RECENT:]
        return sum(newest) / len(newest) if newest else 0.0

    @property
    def first(self) -> float:
        """Mean over the first tokens since `clear`."""
        return sum(self._first) / len(self._first) if self._first else 0.0

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width, bottom = float(self.width()), float(self.height()) - 1.5
        painter.setPen(QPen(style.colour("line"), 1))
        painter.drawLine(QPointF(0, bottom), QPointF(width, bottom))
        if len(self._losses) < 2:
            return
        top = max(self._losses) or 1.0
        step = width / (len(self._losses) - 1)
        room = bottom - theme.GAP_S
        points = [QPointF(i * step, bottom - 3 - loss / top * room) for i, loss in enumerate(self._losses)]
        painter.setPen(QPen(style.colour("learn"), 1.5))
        painter.drawPolyline(QPolygonF(points))
