"""A reply as it is read: Markdown drawn while it comes, code in cards with a button to copy it."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, QTimer, QUrl
from PySide6.QtGui import (
    QDesktopServices,
    QGuiApplication,
    QHelpEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QTextBlock,
)
from PySide6.QtWidgets import QPushButton, QToolTip, QWidget

from studio import theme
from studio.chat.markdown import closed, final_part, parse, units
from studio.chat.markdown_writer import CODE, CODE_HEAD, CODE_PAD, QUOTE, QUOTE_STEP, RULE, MarkdownWriter
from studio.chat.message_rows import MessageText
from studio.widgets import style
from studio.widgets.controls import button

_COPIED_MS = 1500
_SAFE = ("http", "https", "mailto")
"""What a click on a link may open."""


class ReplyText(MessageText):
    """Draws the Markdown of a reply. While it grows only what has changed is drawn anew."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.viewport().setMouseTracking(True)
        self._writer = MarkdownWriter(self.document())
        self._references: dict[str, Any] = {}
        self._final = 0
        """Characters of the text whose blocks nothing can change any more: they are not parsed again."""
        self._look: tuple[object, ...] = ()
        self.copy_buttons: list[QPushButton] = []
        self.document().setUndoRedoEnabled(False)

    def render_text(self, grows: bool) -> None:
        look = style.colour("text").name(), style.text_size(theme.TEXT_BODY)
        if look != self._look:
            self._look = look
            self._writer.clear()
        if not grows or not self._caret:  # what is finished is what the whole text says, however it came
            self._references, self._final = {}, 0
        tail = self._text[self._final :]
        blocks = parse(closed(tail) if self._caret else tail, self._references)
        self._writer.show(list(units(blocks, self._final)), self._writer.count_before(self._final))
        self._final += final_part(tail, blocks)
        self._match_buttons()

    def height_for(self, width: int) -> int:
        last = self.document().lastBlock().blockFormat()
        below = CODE_PAD if last.hasProperty(CODE) else 0  # a text's last margin counts for nothing in Qt
        return super().height_for(width) + below

    # Code cards

    def code_blocks(self) -> list[QTextBlock]:
        """The blocks of program text, in order."""
        found, block = [], self.document().begin()
        while block.isValid():
            if block.blockFormat().hasProperty(CODE):
                found.append(block)
            block = block.next()
        return found

    def _match_buttons(self) -> None:
        count = len(self.code_blocks())
        while len(self.copy_buttons) < count:
            made = button(self.tr("Copy"), "quiet", self.tr("Copy code {n}").format(n=len(self.copy_buttons) + 1))
            made.setParent(self.viewport())
            made.setCursor(Qt.CursorShape.ArrowCursor)
            made.clicked.connect(self._copy_code)
            self.copy_buttons.append(made)
        for number, control in enumerate(self.copy_buttons):
            control.setVisible(number < count)
        self._place_buttons()

    def _place_buttons(self) -> None:
        for control, block in zip(self.copy_buttons, self.code_blocks(), strict=False):
            card = self._card(block)
            size = control.sizeHint()
            control.setGeometry(
                round(card.right()) - size.width() - 5,
                round(card.top()) + (CODE_HEAD - size.height()) // 2 + 1,
                size.width(),
                size.height(),
            )

    def _copy_code(self) -> None:
        control = self.sender()
        if isinstance(control, QPushButton):
            block = self.code_blocks()[self.copy_buttons.index(control)]
            QGuiApplication.clipboard().setText(block.text().replace("\u2028", "\n"))
            control.setText(self.tr("Copied"))
            QTimer.singleShot(_COPIED_MS, control, lambda: control.setText(self.tr("Copy")))

    def _card(self, block: QTextBlock) -> QRectF:
        box = self.document().documentLayout().blockBoundingRect(block)
        left = block.blockFormat().leftMargin() - CODE_PAD - 2
        return QRectF(left, box.top() - CODE_HEAD, self.lineWrapColumnOrWidth() - left, 0).adjusted(
            0.5, 0.5, -0.5, box.height() + CODE_HEAD + CODE_PAD - 0.5
        )

    # Painting under the text

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        layout = self.document().documentLayout()
        block = self.document().begin()
        while block.isValid():
            shape = block.blockFormat()
            box = layout.blockBoundingRect(block)
            if shape.hasProperty(CODE):
                self._paint_card(painter, block, str(shape.property(CODE)).strip())
            if shape.hasProperty(RULE):
                painter.setPen(QPen(style.colour("line"), 1))
                middle = round(box.center().y()) + 0.5
                painter.drawLine(QPointF(0, middle), QPointF(self.lineWrapColumnOrWidth(), middle))
            if shape.hasProperty(QUOTE):
                self._paint_bars(painter, block, int(shape.property(QUOTE)))
            block = block.next()
        painter.end()
        super().paintEvent(event)

    def _paint_card(self, painter: QPainter, block: QTextBlock, language: str) -> None:
        card = self._card(block)
        painter.setPen(QPen(style.colour("line"), 1))
        painter.setBrush(style.colour("surface"))
        painter.drawRoundedRect(card, theme.RADIUS_CONTROL, theme.RADIUS_CONTROL)
        painter.setFont(style.font(theme.TEXT_SMALL))
        painter.setPen(style.colour("muted"))
        head = QRectF(card.left() + CODE_PAD, card.top() + 1, card.width(), CODE_HEAD)
        painter.drawText(head, int(Qt.AlignmentFlag.AlignVCenter), language or self.tr("code"))

    def _paint_bars(self, painter: QPainter, block: QTextBlock, depth: int) -> None:
        box = self.document().documentLayout().blockBoundingRect(block)
        follows = block.next()
        bottom = box.bottom()
        if follows.isValid() and follows.blockFormat().hasProperty(QUOTE):
            bottom = self.document().documentLayout().blockBoundingRect(follows).top()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(style.colour("line"))
        for level in range(depth):
            painter.drawRect(QRectF(level * QUOTE_STEP, box.top(), 3, bottom - box.top()))

    # Links

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        over = self.anchorAt(event.position().toPoint())
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.IBeamCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if event.button() == Qt.MouseButton.LeftButton and not self.textCursor().hasSelection():
            self.follow(self.anchorAt(event.position().toPoint()))

    def follow(self, address: str) -> bool:
        """Open a link in the person's browser; False for what is no address of the web or of mail."""
        url = QUrl(address)
        return bool(address) and url.scheme() in _SAFE and QDesktopServices.openUrl(url)

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            place: QPoint = event.pos()
            QToolTip.showText(event.globalPos(), self.anchorAt(place), self.viewport())
            return True
        return super().viewportEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_buttons()
