"""Can everything in a window be read? Texts that are cut off, parts over each other, ink too close to its ground.

For tests and for the command that takes pictures. It looks at what is there: sizes after layout, colours as painted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import combinations

from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QAbstractButton, QLabel, QPushButton, QWidget

from studio import theme
from studio.widgets.controls import Elided, Prose

LEAST_CONTRAST = 4.5
"""WCAG 2.2, level AA, for text."""
_SLACK = 2
"""Pixels that fonts round."""


def problems(root: QWidget) -> list[str]:
    """What cannot be read in a window that is shown, one sentence each."""
    return [*cut_off(root), *overlapping(root), *faint(root)]


def cut_off(root: QWidget) -> list[str]:
    """Labels and buttons that are smaller than their text. What is shortened on purpose (`Elided`) is left out."""
    found = []
    for part in _parts(root):
        if isinstance(part, QLabel) and part.wordWrap():
            short = part.heightForWidth(part.width()) - part.height()
        else:  # a control may be lower than it would like, which costs padding; not lower than its text
            short = max(part.sizeHint().width() - part.width(), part.fontMetrics().height() - part.height())
        if short > _SLACK:
            found.append(f"“{_text(part)}” is cut off by {short} pixels ({part.width()}×{part.height()}).")
        parent = part.parentWidget()
        if parent is not None and not parent.rect().adjusted(-_SLACK, -_SLACK, _SLACK, _SLACK).contains(
            part.geometry()
        ):
            found.append(f"“{_text(part)}” sticks out of what it stands in.")
    return found


def overlapping(root: QWidget) -> list[str]:
    """Labels and buttons of one place that lie over each other."""
    places: dict[QWidget | None, list[QWidget]] = {}
    for part in _parts(root):
        places.setdefault(part.parentWidget(), []).append(part)
    found = []
    for parts in places.values():
        for one, other in combinations(parts, 2):
            shared = one.geometry().intersected(other.geometry())
            if shared.width() > _SLACK and shared.height() > _SLACK:
                found.append(f"“{_text(one)}” and “{_text(other)}” lie over each other.")
    return found


def faint(root: QWidget) -> list[str]:
    """Texts whose ink is too close to the ground that is painted behind them. What is off may be faint."""
    picture = root.grab().toImage()
    scale = picture.devicePixelRatio()
    found = []
    for part in _parts(root):
        seen = part.visibleRegion().boundingRect()
        if not part.isEnabled() or seen.isEmpty():
            continue
        corner = part.mapTo(root, QPoint(0, 0))
        area = QRect(seen.translated(corner).topLeft() * scale, seen.size() * scale)
        ground = _commonest(picture, area)
        ink = part.palette().color(part.foregroundRole()).name()
        contrast = theme.contrast(ink, ground)
        if contrast < LEAST_CONTRAST:
            found.append(f"“{_text(part)}” has a contrast of {contrast:.2f} ({ink} on {ground}).")
    return found


def _parts(root: QWidget) -> Iterator[QWidget]:
    for part in (*root.findChildren(QLabel), *root.findChildren(QPushButton)):
        if part.isVisible() and _text(part) and not isinstance(part, Elided) and part.width() > 0:
            yield part


def _text(part: QWidget) -> str:
    if isinstance(part, Prose):
        return part.plain
    return part.text() if isinstance(part, (QLabel, QAbstractButton)) else ""


def _commonest(picture: QImage, area: QRect) -> str:
    inside = area.intersected(picture.rect())
    colours = Counter(
        picture.pixel(x, y)
        for y in range(inside.top(), inside.bottom() + 1, 3)
        for x in range(inside.left(), inside.right() + 1, 5)
    )
    return f"#{colours.most_common(1)[0][0] & 0xFFFFFF:06x}"
