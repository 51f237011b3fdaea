"""How one message looks: the bubble of the person at the right, the reply at the left."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QEnterEvent, QFocusEvent, QGuiApplication, QIcon, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from studio import theme
from studio.messages import Role, Turn
from studio.transcript_model import Message
from studio.ui import style, wording
from studio.ui.icons import dress
from studio.ui.message_text import MessageText, PlainText
from studio.ui.reply_text import ReplyText
from studio.ui.widgets import button, label, set_locked

BUBBLE_WIDTH = 460
REPLY_WIDTH = 580
_PAD_X, _PAD_Y = 14, 9
_COPIED_MS = 1500
_QUIET_PAD = 6
"""Border and padding of a quiet button, see the style sheet."""


class MessageRow(QWidget):
    """One row of the transcript."""

    wished = Signal(str, str, int)
    """``edit``, ``again`` or ``version``; the id of what the person said; the version wanted."""
    text: MessageText

    def show_message(self, message: Message) -> None:
        """Show a message, or what was added to it."""
        raise NotImplementedError

    def fit(self, width: int) -> int:
        """Lay out in `width` and return the height."""
        raise NotImplementedError


class Ghost(QPushButton):
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
        self._message: Message | None = None
        self.edit = Ghost("edit", self.tr("Say it otherwise: the soul goes back to before it"), self)
        self.edit.clicked.connect(self._edit)
        self.copy = Ghost("copy", self.tr("Copy"), self)
        self.copy.clicked.connect(self._copy)

    def show_message(self, message: Message) -> None:
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
        self.again = button(self.tr("Again"), "quiet", self.tr("Answer again"))
        self.again.setToolTip(self.tr("Another answer in its place: the soul goes back to before the question"))
        self.again.clicked.connect(lambda: self._wish("again", 0))
        self.former = button("", "quiet", self.tr("The version before"))
        self.former.clicked.connect(lambda: self._wish("version", -1))
        self.version = label(role="small")
        self.later = button("", "quiet", self.tr("The version after"))
        self.later.clicked.connect(lambda: self._wish("version", 1))
        row = QHBoxLayout(self._foot)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GAP_S)
        row.addWidget(self.learned)
        row.addWidget(self.speed)
        row.addWidget(self.note)
        row.addWidget(self.copy)
        row.addWidget(self.again)
        versions = QHBoxLayout()
        versions.setSpacing(0)
        for part in (self.former, self.version, self.later):
            versions.addWidget(part)
        row.addLayout(versions)
        row.addStretch(1)
        self._message: Message | None = None
        self._dress()

    def show_message(self, message: Message) -> None:
        if message is not self._message:
            self.copy.setText(self.tr("Copy"))
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
        self._show_turn(message.turn)
        self._foot.setVisible(not message.writing)

    def _show_turn(self, turn: Turn | None) -> None:
        self.again.setVisible(turn is not None)
        several = turn is not None and turn.versions > 1
        for part in (self.former, self.version, self.later):
            part.setVisible(several)
        if turn is not None and several:
            self.version.setText(f"{turn.version + 1}/{turn.versions}")
            self.version.setAccessibleName(
                self.tr("Version {n} of {all}").format(n=turn.version + 1, all=turn.versions)
            )
            set_locked(self.former, "" if turn.version else self.tr("This is the first version."))
            set_locked(self.later, "" if turn.version + 1 < turn.versions else self.tr("This is the newest version."))

    def _wish(self, what: str, step: int) -> None:
        if self._message is not None and (turn := self._message.turn) is not None:
            self.wished.emit(what, turn.line, turn.version + step)

    def _dress(self) -> None:
        dress(self.former, "left", "muted")
        dress(self.later, "right", "muted")

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "later"):
            self._dress()

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


def new_row(role: Role, parent: QWidget) -> MessageRow:
    """A row for messages of a role, which shows nothing yet; it can show one after the other."""
    return UserRow(parent) if role == "user" else ReplyRow(parent)
