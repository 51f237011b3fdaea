"""How a reply looks: its text, under it what came of it, and beside it what would be said without the soul."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QLineF, QTimer
from PySide6.QtGui import QColor, QGuiApplication, QPainter, QPaintEvent, QPen, QTextCursor, QTextDocument
from PySide6.QtWidgets import QHBoxLayout, QTextEdit, QVBoxLayout, QWidget

from studio import theme
from studio.chat.message_rows import MessageRow, UserRow
from studio.chat.reply_text import ReplyText
from studio.chat.transcript_model import Felt, TranscriptMessage
from studio.protocol import ExchangeVersions, Role
from studio.widgets import style, wording
from studio.widgets.controls import button, label, set_locked
from studio.widgets.painted import dress

REPLY_WIDTH = 580
_COPIED_MS = 1500
_BESIDE = 2 * theme.GAP_L
"""Between two answers side by side."""
_QUIET_PAD = 6
"""Border and padding of a quiet button, see the style sheet."""


class ReplyRow(MessageRow):
    """A reply, and under it what came of it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.text = ReplyText(self)
        self.titles = (label(self.tr("With the soul"), "small"), label(self.tr("Without the soul"), "small"))
        self.without_soul = ReplyText(self)
        self.without_soul.setAccessibleName(self.tr("Reply without the soul"))
        for title in self.titles:
            title.setParent(self)
            title.hide()
        self.without_soul.hide()
        self._usual = 0.0
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
        self.compare = button(self.tr("Without soul"), "quiet", self.tr("Answer without the soul as well"))
        self.compare.setToolTip(
            self.tr("What the model would say that has lived nothing, side by side; nothing is kept")
        )
        self.compare.clicked.connect(self._compare)
        self.former = button("", "quiet", self.tr("The version before"))
        self.former.clicked.connect(lambda: self._wish("version", -1))
        self.version = label(role="small")
        self.later = button("", "quiet", self.tr("The version after"))
        self.later.clicked.connect(lambda: self._wish("version", 1))
        column = QVBoxLayout(self._foot)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP_XS)
        row = QHBoxLayout()
        row.setSpacing(theme.GAP_S)
        column.addLayout(row)
        column.addWidget(self.note)
        row.addWidget(self.learned)
        row.addWidget(self.speed)
        row.addWidget(self.copy)
        row.addWidget(self.again)
        row.addWidget(self.compare)
        versions = QHBoxLayout()
        versions.setSpacing(0)
        for part in (self.former, self.version, self.later):
            versions.addWidget(part)
        row.addLayout(versions)
        row.addStretch(1)
        self._message: TranscriptMessage | None = None
        self.text.redrawn.connect(self._tint)
        self._dress()

    def show_message(self, message: TranscriptMessage) -> None:
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
        self._show_without_soul(message)
        self._tint()

    def _show_without_soul(self, message: TranscriptMessage) -> None:
        there = message.without_soul is not None
        for title in self.titles:
            title.setVisible(there)
        self.without_soul.setVisible(there)
        self.without_soul.show_text(message.without_soul or "", there and not message.without_soul)
        self.compare.setVisible(bool(message.line and message.text) and not there)

    def set_usual(self, usual: float) -> None:
        """Tint the words by their inner loss against what is `usual`; 0 for no tint."""
        if usual != self._usual:
            self._usual = usual
            self._tint()

    def _tint(self) -> None:
        message = self._message
        shown = self._usual > 0 and message is not None and not message.writing and bool(message.felt)
        self.text.setExtraSelections(tint(self.text.document(), message.felt, self._usual) if shown and message else [])

    def _show_turn(self, turn: ExchangeVersions | None) -> None:
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

    def _compare(self) -> None:
        if self._message is not None:
            self.wished.emit("compare", self._message.line, 0)

    def _dress(self) -> None:
        dress(self.former, "left", "muted")
        dress(self.later, "right", "muted")

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "later"):
            self._dress()

    def fit(self, width: int) -> int:
        height = self._fit_beside(width) if not self.without_soul.isHidden() else self._fit_alone(width)
        if self._foot.isHidden():
            return height
        self.speed.setVisible(self._message is not None and self._message.speed > 0)
        if self._foot.sizeHint().width() > width:  # in large text something has to go: what the footer says too
            self.speed.hide()
        foot = self._foot.sizeHint().height()
        # A row that begins with the borderless button begins with its text, in line with the reply.
        bare = self.learned.isHidden() and self.speed.isHidden()
        self._foot.setGeometry(-_QUIET_PAD if bare else 0, height + 6, width, foot)
        return height + 6 + foot

    def _fit_alone(self, width: int) -> int:
        inner = min(REPLY_WIDTH, width)
        height = self.text.height_for(inner)
        # The caret of a growing reply may stand a little outside the last line.
        self.text.setGeometry(0, 0, min(width, inner + 16), height)
        return height

    def _fit_beside(self, width: int) -> int:
        """Both answers in columns of the same width, each under its title."""
        column = (width - _BESIDE) // 2
        top = self.titles[0].sizeHint().height() + theme.GAP_XS
        height = max(text.height_for(column) for text in (self.text, self.without_soul))
        for left, title, text in (
            (0, self.titles[0], self.text),
            (column + _BESIDE, self.titles[1], self.without_soul),
        ):
            title.setGeometry(left, 0, column, top - theme.GAP_XS)
            text.setGeometry(left, top, column, height)
        self.update()
        return top + height

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self.without_soul.isHidden():
            painter = QPainter(self)
            painter.setPen(QPen(style.colour("line"), 1))
            middle = self.without_soul.x() - _BESIDE / 2 + 0.5
            painter.drawLine(QLineF(middle, 0, middle, self.without_soul.geometry().bottom()))

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


MOST = 0.34
"""Share of amber on the background at the strongest; more would cost the text its contrast."""
FULL = 3.0
"""Times the usual from which on it is strongest."""
_MARKS = "*_~`#>"
"""Of Markdown: in a reply's text, not in what is drawn."""


def strength(loss: float, usual: float) -> float:
    """How strong a token is tinted: 0 up to the usual loss, 1 from `FULL` times the usual on."""
    return min(1.0, max(0.0, (loss / usual - 1.0) / (FULL - 1.0))) if usual > 0 else 0.0


def colour(share: float) -> QColor:
    """The background of a word of this strength, on the background of the transcript."""
    tokens = style.tokens()
    return QColor(theme.blend(tokens.learn, tokens.bg, MOST * share))


def tint(document: QTextDocument, felt: Sequence[Felt], usual: float) -> list[QTextEdit.ExtraSelection]:
    """The tinted places of a drawn reply. Pieces are found in their order; what Markdown has eaten is passed over."""
    drawn, place = document.toPlainText(), 0
    found: list[QTextEdit.ExtraSelection] = []
    for piece, loss in felt:
        words = piece.strip().strip(_MARKS)
        at = drawn.find(words, place) if words else -1
        if at < 0:
            continue
        place = at + len(words)
        share = strength(loss, usual)
        if share > 0:
            selection = QTextEdit.ExtraSelection()
            cursor = QTextCursor(document)
            cursor.setPosition(at)
            cursor.setPosition(place, QTextCursor.MoveMode.KeepAnchor)
            selection.cursor = cursor
            selection.format.setBackground(colour(share))
            found.append(selection)
    return found
