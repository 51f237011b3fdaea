"""How one message looks: the bubble of the person at the right, the reply at the left."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from studio import theme
from studio.transcript_model import Message
from studio.ui import style, wording
from studio.ui.message_text import MessageText, PlainText
from studio.ui.reply_text import ReplyText
from studio.ui.widgets import button, label

BUBBLE_WIDTH = 460
REPLY_WIDTH = 580
_PAD_X, _PAD_Y = 14, 9
_COPIED_MS = 1500
_QUIET_PAD = 6
"""Border and padding of a quiet button, see the style sheet."""


class MessageRow(QWidget):
    """One row of the transcript."""

    text: MessageText

    def show_message(self, message: Message) -> None:
        """Show a message, or what was added to it."""
        raise NotImplementedError

    def fit(self, width: int) -> int:
        """Lay out in `width` and return the height."""
        raise NotImplementedError


class UserRow(MessageRow):
    """What the person said: a bubble at the right."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.text = PlainText(self)
        self._bubble = QRectF()

    def show_message(self, message: Message) -> None:
        self.text.show_text(message.text, False)
        self.text.setAccessibleName(self.tr("You said"))
        self.setAccessibleName(self.tr("You said: {text}").format(text=message.text))

    def fit(self, width: int) -> int:
        inner = self.text.ideal_width(min(BUBBLE_WIDTH, width - 48) - 2 * _PAD_X)
        height = self.text.height_for(inner)
        left = width - inner - 2 * _PAD_X
        self._bubble = QRectF(left, 0, inner + 2 * _PAD_X, height + 2 * _PAD_Y)
        self.text.setGeometry(left + _PAD_X, _PAD_Y, inner, height)
        return height + 2 * _PAD_Y

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


class ReplyRow(MessageRow):
    """A reply, and under it what came of it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.text = ReplyText(self)
        self._foot = QWidget(self)
        self.learned = label()
        self.learned.setObjectName("learned")
        self.speed = label(role="small")
        self.note = label(role="small")
        self.copy = button(self.tr("Copy"), "quiet", self.tr("Copy this reply"))
        self.copy.clicked.connect(self._copy)
        row = QHBoxLayout(self._foot)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GAP_S)
        row.addWidget(self.learned)
        row.addWidget(self.speed)
        row.addWidget(self.note)
        row.addWidget(self.copy)
        row.addStretch(1)
        self._message: Message | None = None

    def show_message(self, message: Message) -> None:
        self._message = message
        self.text.show_text(message.text, message.writing)
        self.text.setAccessibleName(self.tr("Reply"))
        self.setAccessibleName(self.tr("Reply: {text}").format(text=message.text))
        self.learned.setVisible(message.learned > 0)
        self.learned.setText(self.tr("+{n} tokens learned").format(n=wording.number(message.learned)))
        self.learned.setToolTip(
            self.tr("The soul lived this many tokens in this exchange: what it read and what it wrote.")
        )
        self.speed.setVisible(message.speed > 0)
        self.speed.setText(wording.speed(message.speed))
        self.note.setText(self._ending(message.ending))
        self.note.setVisible(bool(self.note.text()))
        self.copy.setVisible(bool(message.text))
        self._foot.setVisible(not message.writing)

    def fit(self, width: int) -> int:
        inner = min(REPLY_WIDTH, width)
        height = self.text.height_for(inner)
        # The caret of a growing reply may stand a little outside the last line.
        self.text.setGeometry(0, 0, min(width, inner + 16), height)
        if self._foot.isHidden():
            return height
        foot = self._foot.sizeHint().height()
        # A row that begins with the borderless button begins with its text, in line with the reply.
        bare = all(part.isHidden() for part in (self.learned, self.speed, self.note))
        self._foot.setGeometry(-_QUIET_PAD if bare else 0, height + 6, width, foot)
        return height + 6 + foot

    def _ending(self, ending: str) -> str:
        if ending == "callback":
            return self.tr("stopped by you")
        if ending == "length":
            return self.tr("ended at the longest reply you allow")
        return self.tr("broken off by an error") if ending == "failed" else ""

    def _copy(self) -> None:
        if self._message:
            QGuiApplication.clipboard().setText(self._message.text)
            self.copy.setText(self.tr("Copied"))
            QTimer.singleShot(_COPIED_MS, self.copy, lambda: self.copy.setText(self.tr("Copy")))


def row_for(message: Message, parent: QWidget) -> MessageRow:
    """The widget for a message, showing it."""
    row: MessageRow = UserRow(parent) if message.role == "user" else ReplyRow(parent)
    row.show_message(message)
    return row
