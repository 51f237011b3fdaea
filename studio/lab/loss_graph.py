"""The curve of a training: its loss and the held-out loss over the steps, in nats a token."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio import theme
from studio.training import CurvePoint
from studio.widgets import style, wording

_HEIGHT = 200
_LINES = 4
"""About so many lines of the grid, each way."""
_DOT = 2.5

Place = Callable[[float, float], QPointF]


class LossGraph(QWidget):
    """Draws points of a `LossCurve`; the loss in the colour of learning, what is held out in that of the model."""

    def __init__(self) -> None:
        super().__init__()
        self._points: list[CurvePoint] = []
        self._steps = 1
        self.setMinimumHeight(_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(self.tr("Loss over the steps"))

    def sizeHint(self) -> QSize:
        return QSize(320, _HEIGHT + 40)

    @property
    def description(self) -> str:
        """What is drawn, in words."""
        return self.accessibleDescription()

    def show_points(self, points: Sequence[CurvePoint], steps: int) -> None:
        """Draw these points of a run that is to end at the step `steps`."""
        self._points, self._steps = list(points), max(1, steps)
        self.setAccessibleDescription(self._words())
        self.setToolTip(self._words())
        self.update()

    def _words(self) -> str:
        if not self._points:
            return self.tr("Nothing measured yet.")
        last = self._points[-1]
        text = self.tr("Step {step}: loss {loss}").format(
            step=wording.number(last.step), loss=wording.decimal(last.loss, 3)
        )
        measured = [point for point in self._points if point.held_out is not None]
        if measured and measured[-1].held_out is not None:
            text += " · " + self.tr("held out {loss} at step {step}").format(
                loss=wording.decimal(measured[-1].held_out, 3), step=wording.number(measured[-1].step)
            )
        return text

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(style.font(theme.TEXT_SMALL))
        metrics = painter.fontMetrics()
        line = float(metrics.height())
        values = [point.loss for point in self._points]
        values += [point.held_out for point in self._points if point.held_out is not None]
        marks = ticks(min(values), max(values)) if values else [0.0, 1.0]
        low, high = marks[0], marks[-1]
        digits = 0 if marks[1] - low >= 1 else 1 if marks[1] - low >= 0.1 else 2
        left = max(metrics.horizontalAdvance(wording.decimal(mark, digits)) for mark in marks) + theme.GAP_S
        area = QRectF(left, line + theme.GAP_S, self.width() - left - 6, self.height() - 2 * line - 2 * theme.GAP_S)

        def place(step: float, value: float) -> QPointF:
            return QPointF(
                area.left() + step / self._steps * area.width(),
                area.bottom() - (value - low) / (high - low) * area.height(),
            )

        for mark in marks:
            y = place(0, mark).y()
            painter.setPen(QPen(style.colour("line"), 1))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            if values:
                painter.setPen(style.colour("muted"))
                place_of = QRectF(0, y - line / 2, left - theme.GAP_S, line)
                painter.drawText(place_of, Qt.AlignmentFlag.AlignRight, wording.decimal(mark, digits))
        self._step_marks(painter, area, line)
        self._key(painter, area, line)
        self._lines(painter, place)

    def _step_marks(self, painter: QPainter, area: QRectF, line: float) -> None:
        painter.setPen(style.colour("muted"))
        for mark in ticks(0, self._steps)[:-1]:
            text = wording.number(mark)
            width = painter.fontMetrics().horizontalAdvance(text)
            x = area.left() + mark / self._steps * area.width()
            painter.drawText(QPointF(max(area.left(), x - width / 2), self.height() - 3), text)
        text = self.tr("step {n}").format(n=wording.number(self._steps))
        width = painter.fontMetrics().horizontalAdvance(text)
        ground = QRectF(
            area.right() - width - theme.GAP_S, area.bottom() + 2, width + theme.GAP_S + 6, line + theme.GAP_S
        )
        painter.fillRect(ground, style.colour("surface"))
        painter.drawText(QPointF(area.right() - width, self.height() - 3), text)

    def _key(self, painter: QPainter, area: QRectF, line: float) -> None:
        x = area.left()
        for token, text in (("learn", self.tr("loss")), ("body", self.tr("held out"))):
            painter.setPen(QPen(style.colour(token), 2))
            painter.drawLine(QPointF(x, line / 2), QPointF(x + 14, line / 2))
            painter.setPen(style.colour("muted"))
            painter.drawText(QPointF(x + 20, line * 0.8), text)
            x += 20 + painter.fontMetrics().horizontalAdvance(text) + theme.GAP_L

    def _lines(self, painter: QPainter, place: Place) -> None:
        painter.setPen(QPen(style.colour("learn"), 1.5))
        painter.drawPolyline(QPolygonF([place(point.step, point.loss) for point in self._points]))
        held = [place(point.step, point.held_out) for point in self._points if point.held_out is not None]
        painter.setPen(QPen(style.colour("body"), 2))
        painter.drawPolyline(QPolygonF(held))
        painter.setBrush(QColor(style.colour("body")))
        painter.setPen(Qt.PenStyle.NoPen)
        for spot in held:
            painter.drawEllipse(spot, _DOT, _DOT)


def ticks(low: float, high: float) -> list[float]:
    """Round numbers at even distances, about `_LINES` of them, the first at or below `low`, the last at or above
    `high`."""
    span = max(high - low, abs(high) * 1e-3, 1e-6)
    raw = span / _LINES
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= raw)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [number * step for number in range(first, max(last, first + 1) + 1)]
