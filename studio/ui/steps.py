"""A thing to try: its number, what it is, what comes of it; a tick once it was done."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from studio import theme
from studio.ui import style
from studio.ui.widgets import label, prose

_MARK = 24


class Mark(QWidget):
    """A number in a ring; a tick in the colour of what went well."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self._number, self._done = number, False
        self.setFixedSize(_MARK, _MARK)

    def set_done(self, done: bool) -> None:
        """Show the tick instead of the number."""
        self._done = done
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ring = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        ink = style.colour("good" if self._done else "soul")
        painter.setPen(QPen(ink, 1.5))
        painter.drawEllipse(ring)
        if self._done:
            side = float(_MARK)
            points = [QPointF(side * x, side * y) for x, y in ((0.3, 0.52), (0.45, 0.67), (0.71, 0.36))]
            painter.setPen(QPen(ink, 1.8, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
            painter.drawPolyline(QPolygonF(points))
        else:
            painter.setFont(style.font(theme.TEXT_SMALL, bold=True))
            painter.drawText(ring, int(Qt.AlignmentFlag.AlignCenter), str(self._number))


class Step(QPushButton):
    """A button of two lines. Press it to do what it says."""

    def __init__(self, number: int, title: str, detail: str, width: int) -> None:
        super().__init__()
        self.setProperty("kind", "suggestion")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFixedWidth(width)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._title, self._detail = title, detail
        self.mark = Mark(number)
        words = QVBoxLayout()
        words.setSpacing(2)
        self.parts = (label(title, "name"), prose(detail))
        for part in self.parts:
            words.addWidget(part)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 10, 14, 10)
        row.setSpacing(theme.GAP_M)
        row.addWidget(self.mark)
        row.addLayout(words, 1)
        widgets: tuple[QWidget, ...] = (self.mark, *self.parts)
        for widget in widgets:
            widget.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.set_done(False)

    def set_done(self, done: bool) -> None:
        """Show whether it was done already; it can be done again."""
        self.done = done
        self.mark.set_done(done)
        self.setAccessibleName(f"{self._title}: {self.tr('done')}" if done else self._title)
        self.setAccessibleDescription(self._detail)

    def sizeHint(self) -> QSize:
        inner = self.layout()
        return QSize(self.width(), inner.heightForWidth(self.width()) if inner else 0)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()
