"""Two souls side by side: where they differ, and what each answers to the same words."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QLineEdit, QSizePolicy, QToolTip, QVBoxLayout, QWidget

from studio import theme
from studio.actions import Actions
from studio.lab import timeline_words
from studio.lab.timeline_layout import NOW
from studio.protocol import AskBoth, Compare, Compared, EngineFailure
from studio.session import Busy
from studio.widgets import style, wording
from studio.widgets.controls import Picker, button, label, prose, set_locked

_WIDTH = 640
_LONGEST_ANSWER = 60


class CompareDialog(QDialog):
    """The first is the entry that was chosen, the second the soul of now, until other ones are."""

    def __init__(self, parent: QWidget, actions: Actions, first: str, second: str = "") -> None:
        super().__init__(parent)
        self.setObjectName("notice")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Compare"))
        self.setMinimumWidth(_WIDTH)
        self._actions, self._session = actions, actions.session
        self.first, self.second = Picker(), Picker()
        self.summary = prose()
        self.map = LayerMap()
        self.words = QLineEdit()
        self.words.setPlaceholderText(self.tr("Ask both the same thing"))
        self.words.setAccessibleName(self.tr("What both are asked"))
        self.ask_button = button(self.tr("Ask both"), "primary")
        self.stop_button = button(self.tr("Stop"))
        self.answers = prose("", "muted"), prose("", "muted")
        self.close_button = button(self.tr("Close"))
        self._fill(first, second)
        self._lay_out()
        for box in (self.first, self.second):
            box.currentIndexChanged.connect(self._compare)
        self.words.textChanged.connect(self.refresh)
        self.words.returnPressed.connect(self._ask)
        self.ask_button.clicked.connect(self._ask)
        self.stop_button.clicked.connect(self._session.stop)
        self.close_button.clicked.connect(self.reject)
        self._session.changed.connect(self.refresh)
        self.refresh()
        self._compare()

    def _fill(self, first: str, second: str) -> None:
        timeline = self._session.timeline
        for box, chosen, name in (
            (self.first, first, self.tr("The first soul")),
            (self.second, second, self.tr("The second soul")),
        ):
            box.setAccessibleName(name)
            box.view().setAccessibleName(name)
            box.addItem(self.tr("Now"), "")
            for moment in reversed(timeline.moments if timeline else ()):
                box.addItem(f"{timeline_words.title(moment)} · {timeline_words.when(moment.when)}", moment.id)
            box.setCurrentIndex(max(0, box.findData("" if chosen == NOW else chosen)))

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(theme.GAP_M)
        pair = QGridLayout()
        pair.setHorizontalSpacing(theme.GAP_L)
        for place, (box, answer) in enumerate(zip((self.first, self.second), self.answers, strict=True)):
            pair.addWidget(box, 0, place)
            pair.setColumnStretch(place, 1)
            answer.setAlignment(Qt.AlignmentFlag.AlignTop)
            answer.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        both = QGridLayout()
        both.setHorizontalSpacing(theme.GAP_L)
        for place, answer in enumerate(self.answers):
            both.addWidget(answer, 0, place)
            both.setColumnStretch(place, 1)
        ask = QHBoxLayout()
        ask.setSpacing(theme.GAP_S)
        ask.addWidget(self.words, 1)
        ask.addWidget(self.ask_button)
        ask.addWidget(self.stop_button)
        end = QHBoxLayout()
        end.addStretch(1)
        end.addWidget(self.close_button)
        column.addWidget(label(self.tr("Compare"), "title"))
        column.addLayout(pair)
        column.addWidget(self.summary)
        column.addWidget(self.map)
        column.addSpacing(theme.GAP_S)
        column.addLayout(ask)
        column.addLayout(both)
        column.addStretch(1)
        column.addLayout(end)

    def refresh(self) -> None:
        """Show the session's state."""
        locked = self._session.why_silent()
        asking = bool(locked) and self._session.is_comparing
        nothing = "" if self.words.text().strip() else self.tr("Write what both are asked.")
        set_locked(self.ask_button, locked or nothing, self.tr("Neither learns from it"))
        self.ask_button.setVisible(not asking)
        self.stop_button.setVisible(asking)
        for box in (self.first, self.second):
            set_locked(box, locked)

    def _pair(self) -> dict[str, str]:
        return {"first": self.first.currentData(), "second": self.second.currentData()}

    def _compare(self) -> None:
        for answer in self.answers:
            answer.set_plain("")
        self._actions.start(self._compare_now())

    async def _compare_now(self) -> None:
        try:
            self._show(await self._session.call(Compare(**self._pair())))
        except EngineFailure as failure:
            self.summary.set_plain(str(failure))

    def _show(self, compared: Compared) -> None:
        self.map.show_compared(compared)
        change = wording.decimal(100 * compared.change, 1)
        told = self.tr("{n} % changed (0 is the same soul; at 100 one of them knows nothing of the other).").format(
            n=change
        )
        count = wording.tokens(abs(compared.tokens))
        apart = (
            self.tr("The second has lived {tokens} more.").format(tokens=count)
            if compared.tokens >= 0
            else self.tr("The second has lived {tokens} less.").format(tokens=count)
        )
        self.summary.set_plain(f"{told} {apart}")
        self.adjustSize()

    def _ask(self) -> None:
        if self.ask_button.isEnabled() and self.words.text().strip():
            for answer in self.answers:
                answer.set_plain("…")
            self._actions.start(self._ask_now(self.words.text().strip()))

    async def _ask_now(self, text: str) -> None:
        try:
            answered = await self._session.call(
                AskBoth(**self._pair(), words=text, max_tokens=_LONGEST_ANSWER), busy=Busy.COMPARING
            )
            told = answered.answers
        except EngineFailure as failure:
            told = str(failure), ""
        for answer, said in zip(self.answers, told, strict=True):
            answer.set_plain(said or self.tr("(nothing)"))
        self.adjustSize()


_ROW, _GAP, _NAME, _FIGURE = 18, 3, 64, 56


class LayerMap(QWidget):
    """Shows `Compared.heads`. A full cell is a change of 1: one of the two has learned nothing there."""

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
