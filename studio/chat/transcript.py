"""The view of a conversation: only rows near the window exist as widgets, and what is read never moves by itself.

Heights are measured where a row was shown and estimated elsewhere; a row that leaves the window is kept for the next
that comes, since making one costs more than filling it. A reader at the bottom stays at the bottom while a reply grows;
a reader who scrolled up keeps the same words at the same place, whatever happens below or above.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate

from PySide6.QtCore import QEvent, QModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame

from studio import theme
from studio.chat.message_rows import MessageRow, UserRow
from studio.chat.reply_row import ReplyRow, new_row
from studio.chat.transcript_model import TranscriptMessage, TranscriptModel
from studio.widgets import style
from studio.widgets.controls import button
from studio.widgets.painted import dress

_MARGIN = theme.GAP_XL
_GAP = theme.GAP_L
_BESIDE = 2
"""Rows kept alive above and below the visible ones."""
_SPARE = 12
"""Rows of each kind that are kept for later."""
_NEAR_BOTTOM = 8
"""A reader this many pixels from the bottom follows the reply."""


class Transcript(QAbstractScrollArea):
    """Shows a `TranscriptModel`."""

    wished = Signal(str, str, int)
    """What a person wants of a message: see `MessageRow.wished`."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("transcript")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(self.tr("Conversation"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setAutoFillBackground(False)
        self._model: TranscriptModel | None = None
        self._rows: dict[int, MessageRow] = {}
        self._heights: list[int] = []
        self._measured: list[bool] = []
        self._tops: list[int] = [0]
        self._usual = 0.0
        self._stale = 0
        """The first row whose place in `_tops` is not right any more."""
        self._spare: dict[str, list[MessageRow]] = {"user": [], "reply": []}
        self._follow = True
        self._placing = False
        self._newest = button(self.tr("Newest"), "float", self.tr("Go to the newest message"))
        self._newest.setParent(self)
        self._newest.clicked.connect(self.to_bottom)
        self._newest.hide()
        self._dress()
        self.verticalScrollBar().setSingleStep(24)
        self.verticalScrollBar().valueChanged.connect(self._scrolled)

    def set_model(self, model: TranscriptModel) -> None:
        """Show another conversation, from its end."""
        if self._model is not None:
            self._model.rowsInserted.disconnect(self._inserted)
            self._model.rowsRemoved.disconnect(self._removed)
            self._model.dataChanged.disconnect(self._grown)
        self._drop_rows(set(self._rows))
        self._model = model
        self._heights, self._measured, self._stale = [], [], 0
        model.rowsInserted.connect(self._inserted)
        model.rowsRemoved.connect(self._removed)
        model.dataChanged.connect(self._grown)
        self._follow = True
        if model.rowCount():
            self._inserted(QModelIndex(), 0, model.rowCount() - 1)
        else:
            self._arrange()

    def set_usual(self, usual: float) -> None:
        """Tint the words of replies by their inner loss against what is `usual`; 0 for no tint."""
        self._usual = usual
        for row in self._rows.values():
            if isinstance(row, ReplyRow):
                row.set_usual(usual)

    @property
    def follows(self) -> bool:
        """Whether the view stays at the bottom while the conversation grows."""
        return self._follow

    def row_widget(self, row: int) -> MessageRow | None:
        """The widget of a row, where it is near enough to the window to have one."""
        return self._rows.get(row)

    def to_bottom(self) -> None:
        """Show the newest message and follow it from now on."""
        self._follow = True
        self._arrange()

    def show_row(self, row: int) -> None:
        """Bring a message to the top of the window, and stay there."""
        if 0 <= row < len(self._heights):
            self._follow = False
            for _ in range(2):  # rows on the way are measured the first time
                self._retop()
                self.verticalScrollBar().setValue(self._tops[row])
                self._follow = False
            self._arrange()

    def minimumSizeHint(self) -> QSize:
        return QSize(320, 120)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self._forget_heights()
        self._arrange()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "_newest"):
            self._dress()
            self._forget_heights()
            self._arrange()

    def _dress(self) -> None:
        dress(self._newest, "down", "muted")

    # The model changed

    def _inserted(self, parent: QModelIndex, first: int, last: int) -> None:
        new = self._estimates(first, last)
        self._heights[first:first] = new
        self._measured[first:first] = [False] * len(new)
        self._stale = min(self._stale, first)
        self._arrange()

    def _removed(self, parent: QModelIndex, first: int, last: int) -> None:
        self._drop_rows({row for row in self._rows if row >= first})
        del self._heights[first : last + 1]
        del self._measured[first : last + 1]
        self._stale = min(self._stale, first)
        self._arrange()

    def _grown(self, first: QModelIndex, last: QModelIndex) -> None:
        assert self._model is not None
        for row in range(first.row(), last.row() + 1):
            if row in self._rows:
                self._rows[row].show_message(self._model.message(row))
            self._measured[row] = False
        self._arrange()

    # Geometry

    def _column(self) -> tuple[int, int]:
        """Left edge and width of the column of messages."""
        # Measured in the whole width: the column stays where it is when the scroll bar comes.
        width = min(theme.TRANSCRIPT_WIDTH, self.width() - 2 * theme.GAP_L)
        return (self.width() - width) // 2, width

    def _estimates(self, first: int, last: int) -> list[int]:
        """What rows that were not shown yet will be as high as, about."""
        assert self._model is not None
        _, width = self._column()
        size = style.text_size(theme.TEXT_BODY)
        per_line, line = max(10, int(width / (size * 0.55))), size * theme.LINE_HEIGHT
        texts = (self._model.message(row).text for row in range(first, last + 1))
        return [round((1 + text.count("\n") + len(text) // per_line) * line) + 24 for text in texts]

    def _forget_heights(self) -> None:
        self._measured = [False] * len(self._measured)

    def _retop(self) -> None:
        if self._stale < len(self._heights) or len(self._tops) != len(self._heights) + 1:
            heights = (height + _GAP for height in self._heights[self._stale :])
            self._tops[self._stale :] = accumulate(heights, initial=self._tops[self._stale] if self._stale else 0)
        self._stale = len(self._heights)

    def _arrange(self) -> None:
        """Make, measure and place the rows that can be seen; hold the reader's place."""
        if self._model is None or self._placing or self.viewport().width() <= 0:
            return
        self._placing = True
        bar = self.verticalScrollBar()
        self._retop()
        anchor, offset = self._anchor(bar.value())
        while True:
            visible = self._visible_rows(self._position(anchor, offset))
            fresh = [row for row in visible if not self._measured[row] or row not in self._rows]
            if not fresh:
                break
            for row in fresh:
                self._measure(row)
            self._retop()
        content = self._content_height()
        bar.setRange(0, max(0, content - self.viewport().height()))
        bar.setPageStep(self.viewport().height())
        bar.setValue(self._position(anchor, offset))
        self._drop_rows(set(self._rows) - set(visible))
        left, width = self._column()
        for row in visible:
            self._rows[row].setGeometry(left, _MARGIN + self._tops[row] - bar.value(), width, self._heights[row])
            self._rows[row].show()
        self._placing = False
        self._show_newest()

    def _content_height(self) -> int:
        return self._tops[-1] - _GAP + 2 * _MARGIN if self._heights else 0

    def _anchor(self, value: int) -> tuple[int, int]:
        """The row at the top edge of the window and how far it is scrolled past."""
        row = max(0, bisect_right(self._tops, value - _MARGIN) - 1)
        return row, value - self._tops[row]

    def _position(self, anchor: int, offset: int) -> int:
        bottom = max(0, self._content_height() - self.viewport().height())
        return bottom if self._follow else min(bottom, self._tops[min(anchor, len(self._heights))] + offset)

    def _visible_rows(self, value: int) -> range:
        first = bisect_right(self._tops, value - _MARGIN) - 1
        last = bisect_right(self._tops, value - _MARGIN + self.viewport().height())
        return range(max(0, first - _BESIDE), min(len(self._heights), last + _BESIDE))

    def _measure(self, row: int) -> None:
        assert self._model is not None
        if row not in self._rows:
            self._rows[row] = self._filled(self._model.message(row))
        height = self._rows[row].fit(self._column()[1])
        if height != self._heights[row]:
            self._heights[row] = height
            self._stale = min(self._stale, row)
        self._measured[row] = True

    def _filled(self, message: TranscriptMessage) -> MessageRow:
        """A widget that shows `message`: one that was kept, or a new one."""
        spare = self._spare["user" if message.role == "user" else "reply"]
        if spare:
            widget = spare.pop()
        else:
            widget = new_row(message.role, self.viewport())
            widget.ensurePolished()  # before there is a text, which would be laid out anew for every font it gets
            widget.wished.connect(self.wished)
        widget.show_message(message)
        if isinstance(widget, ReplyRow):
            widget.set_usual(self._usual)
        return widget

    def _drop_rows(self, rows: set[int]) -> None:
        for row in rows:
            widget = self._rows.pop(row)
            widget.hide()
            spare = self._spare["user" if isinstance(widget, UserRow) else "reply"]
            if len(spare) < _SPARE:
                spare.append(widget)
            else:
                widget.deleteLater()

    # Scrolling

    def _scrolled(self, value: int) -> None:
        if not self._placing:
            self._follow = value >= self.verticalScrollBar().maximum() - _NEAR_BOTTOM
            self._arrange()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """Rows are placed by `_arrange`; moving the viewport's pixels as well would do it twice."""

    def _show_newest(self) -> None:
        self._newest.setVisible(not self._follow)
        if not self._follow:
            self._newest.adjustSize()
            size = self._newest.size()
            self._newest.move((self.width() - size.width()) // 2, self.height() - size.height() - theme.GAP_S)
            self._newest.raise_()
