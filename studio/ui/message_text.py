"""The text of a message: selectable, as tall as it needs to be, with a caret while it is being written."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QMimeData, QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QPainter, QPaintEvent, QTextBlockFormat, QTextCursor, QWheelEvent
from PySide6.QtWidgets import QFrame, QTextEdit, QWidget

from studio import theme
from studio.ui import style
from studio.ui.markdown_writer import line_height


class MessageText(QTextEdit):
    """A read-only text without scroll bars."""

    redrawn = Signal()
    """The text was drawn anew, in another font or other colours; what lay over it is gone."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("message")
        self.setReadOnly(True)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.viewport().setAutoFillBackground(False)
        self.document().setDocumentMargin(0)
        self.setLineWrapMode(QTextEdit.LineWrapMode.FixedPixelWidth)
        self._text = ""
        self._caret = False

    def show_text(self, text: str, writing: bool) -> None:
        """Show `text`; `writing` adds the caret of a reply that is still coming."""
        if (text, writing) == (self._text, self._caret):
            return
        grows = text.startswith(self._text) and bool(self._text)
        self._text, self._caret = text, writing
        self.render_text(grows)
        self.viewport().update()

    def render_text(self, grows: bool) -> None:
        """Bring the document to the text in force; `grows` where only something was added at its end."""
        raise NotImplementedError

    def height_for(self, width: int) -> int:
        """Height of the text laid out in `width`, at least one line."""
        self.setLineWrapColumnOrWidth(width)
        return max(line_height(theme.TEXT_BODY), round(self.document().size().height()))

    def ideal_width(self, limit: int) -> int:
        """The width that the text would like to have, at most `limit`."""
        self.setLineWrapColumnOrWidth(limit)
        return min(limit, int(self.document().idealWidth()) + 2)

    def createMimeDataFromSelection(self) -> QMimeData:
        """Words alone: colours of a dark theme are no gift to another program."""
        data = QMimeData()
        data.setText(self.textCursor().selection().toPlainText())
        return data

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # the transcript scrolls, not the message

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            cursor = self.textCursor()
            cursor.clearSelection()
            self.setTextCursor(cursor)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.FontChange) and hasattr(self, "_caret"):
            self.render_text(grows=False)
            self.redrawn.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._caret:
            end = QTextCursor(self.document())
            end.movePosition(QTextCursor.MoveOperation.End)
            place = self.cursorRect(end)
            size = style.text_size(theme.TEXT_BODY)
            painter = QPainter(self.viewport())
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(style.colour("soul"))
            box = QRectF(place.left() + 3, place.center().y() - size / 2, size / 2, size + 2)
            painter.drawRoundedRect(box, 2, 2)


class PlainText(MessageText):
    """What a person wrote, as it was written: nothing in it is markup."""

    def render_text(self, grows: bool) -> None:
        self.setPlainText(self._text)
        block = QTextBlockFormat()
        block.setLineHeight(line_height(theme.TEXT_BODY), QTextBlockFormat.LineHeightTypes.FixedHeight.value)
        cursor = QTextCursor(self.document())
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.mergeBlockFormat(block)
