"""Small painted parts: the dot, the logo, the moon ring."""

from __future__ import annotations

import functools
from pathlib import Path

from PySide6.QtCore import QByteArray, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QAccessible,
    QAccessibleValueChangeEvent,
    QIcon,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPixmap,
)
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton, QWidget

from studio.widgets import style


class Dot(QWidget):
    """A small disc in a token's colour: the model, the soul, learning."""

    def __init__(self, token: str, diameter: int = 8) -> None:
        super().__init__()
        self._token = token
        self._diameter = diameter
        self.setFixedSize(diameter + 2, diameter + 2)

    def set_token(self, token: str) -> None:
        """Take another colour."""
        self._token = token
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(style.colour(self._token))
        painter.drawEllipse(QRectF(1, 1, self._diameter, self._diameter))


def moon_path(centre: QPointF, radius: float) -> QPainterPath:
    """A crescent, open to the upper right."""
    disc, bite = QPainterPath(), QPainterPath()
    disc.addEllipse(centre, radius, radius)
    bite.addEllipse(centre + QPointF(radius * 0.62, -radius * 0.42), radius * 0.78, radius * 0.78)
    return disc.subtracted(bite)


class Logo(QWidget):
    """The moon with its one star."""

    def __init__(self, size: int = 20) -> None:
        super().__init__()
        self.setFixedSize(size, size)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        side = float(self.width())
        painter.setBrush(style.colour("soul"))
        painter.drawPath(moon_path(QPointF(side * 0.47, side * 0.53), side * 0.42))
        painter.setBrush(style.colour("learn"))
        painter.drawEllipse(QPointF(side * 0.76, side * 0.22), side * 0.105, side * 0.105)


class MoonRing(QWidget):
    """The ring that fills while the soul sleeps, with the moon in it."""

    def __init__(self, size: int = 80) -> None:
        super().__init__()
        self._size = size
        self._fraction = 0.0
        self.setFixedSize(size, size)
        self.setAccessibleName(self.tr("Sleep progress"))
        self.set_fraction(0.0)

    def sizeHint(self) -> QSize:
        return QSize(self._size, self._size)

    @property
    def fraction(self) -> float:
        """How much of the ring is filled, 0 to 1."""
        return self._fraction

    def set_fraction(self, fraction: float) -> None:
        """Fill the ring to `fraction`, 0 to 1."""
        self._fraction = min(1.0, max(0.0, fraction))
        percent = round(self._fraction * 100)
        self.setAccessibleDescription(self.tr("{n} percent").format(n=percent))
        QAccessible.updateAccessibility(QAccessibleValueChangeEvent(self, percent))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width = self._size * 0.08
        ring = QRectF(self.rect()).adjusted(width / 2 + 1, width / 2 + 1, -width / 2 - 1, -width / 2 - 1)
        painter.setPen(QPen(style.colour("raised"), width))
        painter.drawEllipse(ring)
        if self._fraction > 0:
            painter.setPen(QPen(style.colour("soul"), width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawArc(ring, 90 * 16, -round(self._fraction * 360 * 16))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(style.colour("soul"))
        painter.drawPath(moon_path(QPointF(self._size / 2, self._size / 2), self._size * 0.205))


_FOLDER = Path(__file__).resolve().parent / "icons"
_SCALES = (1, 2, 3)
_SIZE = 16
_GAP = 4
"""Room between a drawing and the text beside it, of which Qt leaves too little."""


def dress(control: QAbstractButton, name: str, token: str = "text") -> None:
    """Put the drawing `name`, in the colour of a token, on a button; sharp up to 300 %, grey while disabled."""
    room = _GAP if control.text() else 0
    control.setIconSize(QSize(_SIZE + room, _SIZE))
    control.setIcon(_drawn(name, style.colour(token).name(), style.colour("muted").name(), room))


def icon(name: str, token: str = "text") -> QIcon:
    """The drawing `name` in the colour of a token, to be painted."""
    return _drawn(name, style.colour(token).name(), style.colour("muted").name(), 0)


@functools.cache
def _drawn(name: str, ink: str, disabled: str, room: int) -> QIcon:
    source = (_FOLDER / f"{name}.svg").read_text(encoding="utf-8")
    result = QIcon()
    for mode, tint in ((QIcon.Mode.Normal, ink), (QIcon.Mode.Disabled, disabled)):
        renderer = QSvgRenderer(QByteArray(source.replace("currentColor", tint).encode()))
        for scale in _SCALES:
            pixmap = QPixmap((_SIZE + room) * scale, _SIZE * scale)
            pixmap.fill(Qt.GlobalColor.transparent)
            painter = QPainter(pixmap)
            renderer.render(painter, QRectF(0, 0, _SIZE * scale, _SIZE * scale))
            painter.end()
            pixmap.setDevicePixelRatio(scale)
            result.addPixmap(pixmap, mode)
    return result
