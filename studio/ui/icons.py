"""The Studio's own icons: 16-pixel SVG drawings in ``icons/``, tinted with a colour of the theme."""

from __future__ import annotations

import functools
from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton

from studio.ui import style

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
