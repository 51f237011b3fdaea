"""How one message looks: the bubble of the person at the right, the reply at the left."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QMimeData, QRectF, Qt, Signal
from PySide6.QtGui import (
    QEnterEvent,
    QFocusEvent,
    QGuiApplication,
    QIcon,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QTextBlockFormat,
    QTextCursor,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QPushButton, QTextEdit, QWidget

from studio import theme
from studio.chat.markdown_writer import line_height
from studio.chat.transcript_model import TranscriptMessage
from studio.widgets import style
from studio.widgets.painted import dress

BUBBLE_WIDTH = 460
_PAD_X, _PAD_Y = 14, 9
_MOST_SHOWN = 16_000
"""Characters of one message: laying out a megabyte without a space takes Qt more than a minute."""


class MessageRow(QWidget):
    """One row of the transcript."""

    wished = Signal(str, str, int)
    """``edit``, ``again`` or ``version``; the id of what the person said; the version wanted."""
    text: MessageText

    def show_message(self, message: TranscriptMessage) -> None:
        """Show a message, or what was added to it."""
        raise NotImplementedError

    def fit(self, width: int) -> int:
        """Lay out in `width` and return the height."""
        raise NotImplementedError


class GhostButton(QPushButton):
    """A small drawing that is there for the keyboard always, and to be seen while its row is looked at."""

    def __init__(self, drawing: str, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._drawing, self._seen = drawing, False
        self.setProperty("kind", "quiet")
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFixedSize(26, 26)

    def set_seen(self, seen: bool) -> None:
        """Whether its row is looked at."""
        self._seen = seen
        self._dress()

    def _dress(self) -> None:
        if self._seen or self.hasFocus():
            dress(self, self._drawing, "muted")
        else:
            self.setIcon(QIcon())

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._dress()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._dress()


class UserRow(MessageRow):
    """What the person said: a bubble at the right, and beside it what can be done with it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.text = PlainText(self)
        self._bubble = QRectF()
        self._message: TranscriptMessage | None = None
        self.edit = GhostButton("edit", self.tr("Say it otherwise: the soul goes back to before it"), self)
        self.edit.clicked.connect(self._edit)
        self.copy = GhostButton("copy", self.tr("Copy"), self)
        self.copy.clicked.connect(self._copy)

    def show_message(self, message: TranscriptMessage) -> None:
        if message is not self._message:
            self._set_seen(False)
        self._message = message
        self.text.show_text(message.text, False)
        self.text.setAccessibleName(self.tr("You said"))
        self.setAccessibleName(self.tr("You said: {text}").format(text=message.text))
        self.edit.setVisible(message.turn is not None)

    def fit(self, width: int) -> int:
        beside = 2 * self.copy.width() + theme.GAP_S
        inner = self.text.ideal_width(min(BUBBLE_WIDTH, width - beside) - 2 * _PAD_X)
        height = self.text.height_for(inner)
        left = width - inner - 2 * _PAD_X
        self._bubble = QRectF(left, 0, inner + 2 * _PAD_X, height + 2 * _PAD_Y)
        self.update()
        self.text.setGeometry(left + _PAD_X, _PAD_Y, inner, height)
        top = round(self._bubble.center().y()) - self.copy.height() // 2
        self.copy.move(left - self.copy.width() - theme.GAP_XS, top)
        self.edit.move(left - 2 * self.copy.width() - theme.GAP_XS, top)
        return height + 2 * _PAD_Y

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self._set_seen(True)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._set_seen(False)

    def _set_seen(self, seen: bool) -> None:
        for ghost in (self.edit, self.copy):
            ghost.set_seen(seen)

    def _edit(self) -> None:
        if self._message is not None:
            self.wished.emit("edit", self._message.line, 0)

    def _copy(self) -> None:
        if self._message is not None:
            QGuiApplication.clipboard().setText(self._message.text)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(style.colour("raised"))
        shape = QPainterPath()
        shape.addRoundedRect(self._bubble, theme.RADIUS_BUBBLE, theme.RADIUS_BUBBLE)
        corner = QPainterPath()
        side = theme.RADIUS_BUBBLE
        corner.addRoundedRect(QRectF(self._bubble.right() - side, self._bubble.bottom() - side, side, side), 3, 3)
        painter.drawPath(shape.united(corner))


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
    """What a person wrote, as it was written: nothing in it is markup. Of a very long text the beginning is shown."""

    def render_text(self, grows: bool) -> None:
        hidden = len(self._text) - _MOST_SHOWN
        more = self.tr("… and {n} more characters").format(n=f"{hidden:,}")
        self.setPlainText(f"{self._text[:_MOST_SHOWN]}\n{more}" if hidden > 0 else self._text)
        block = QTextBlockFormat()
        block.setLineHeight(line_height(theme.TEXT_BODY), QTextBlockFormat.LineHeightTypes.FixedHeight.value)
        cursor = QTextCursor(self.document())
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.mergeBlockFormat(block)
