"""Where two souls differ: a row for each layer, a cell for each of its heads, the stronger the change the fuller."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from studio import theme
from studio.messages import Compared
from studio.ui import style, wording

_ROW, _GAP, _NAME, _FIGURE = 18, 3, 64, 56


class LayerMap(QWidget):
    """Shows `Compared.heads`. A full cell is a change of 1: one of the two is newborn there."""

    def __init__(self) -> None:
        super().__init__()
        self.compared: Compared | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Change of each layer"))

    def show_compared(self, compared: Compared) -> None:
        """Show another comparison."""
        self.compared = compared
        self.setAccessibleDescription(", ".join(self._row_words(row) for row in range(len(compared.layers))))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        rows = len(self.compared.layers) if self.compared else 0
        return QSize(360, rows * self._row_height())

    def minimumSizeHint(self) -> QSize:
        return QSize(200, self.sizeHint().height())

    def cell(self, row: int, column: int) -> QRectF:
        """Where the cell of a head lies."""
        heads = len(self.compared.heads[row]) if self.compared else 1
        left, right = self._scaled(_NAME), self.width() - self._scaled(_FIGURE)
        width = (right - left) / heads
        top = row * self._row_height()
        return QRectF(left + column * width, top, width - _GAP, self._row_height() - _GAP)

    def _row_height(self) -> int:
        return self._scaled(_ROW)

    def _scaled(self, size: int) -> int:
        return round(size * style.text_size(theme.TEXT_BODY) / theme.TEXT_BODY)

    def _row_words(self, row: int) -> str:
        change = self.compared.layers[row] if self.compared else 0.0
        return self.tr("layer {n}: {change} %").format(n=row + 1, change=wording.decimal(100 * change, 1))

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent) and self.compared:
            QToolTip.showText(event.globalPos(), self._told(QPointF(event.pos())), self)
            return True
        return super().event(event)

    def _told(self, place: QPointF) -> str:
        assert self.compared is not None
        for row, heads in enumerate(self.compared.heads):
            for column, change in enumerate(heads):
                if self.cell(row, column).contains(place):
                    return self.tr("layer {n}, head {head}: {change} %").format(
                        n=row + 1, head=column + 1, change=wording.decimal(100 * change, 1)
                    )
        return ""

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.compared is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(style.font(theme.TEXT_SMALL))
        for row, heads in enumerate(self.compared.heads):
            line = QRectF(0, row * self._row_height(), self.width(), self._row_height() - _GAP)
            painter.setPen(style.colour("muted"))
            align = Qt.AlignmentFlag.AlignVCenter
            painter.drawText(line, align | Qt.AlignmentFlag.AlignLeft, self.tr("layer {n}").format(n=row + 1))
            figure = f"{wording.decimal(100 * self.compared.layers[row], 1)} %"
            painter.drawText(line, align | Qt.AlignmentFlag.AlignRight, figure)
            painter.setPen(Qt.PenStyle.NoPen)
            for column, change in enumerate(heads):
                box = self.cell(row, column)
                painter.setBrush(style.colour("raised"))
                painter.drawRoundedRect(box, 3, 3)
                ink = style.colour("soul")
                ink.setAlphaF(min(1.0, max(0.0, change)))
                painter.setBrush(ink)
                painter.drawRoundedRect(box, 3, 3)
