"""The conversations at the left of the chat, by day, the newest first."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QFrame,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
)

from studio import theme
from studio.history import History
from studio.ui import style, wording
from studio.ui.icons import dress
from studio.ui.widgets import button, label

_ID = Qt.ItemDataRole.UserRole
_CLOCK = Qt.ItemDataRole.UserRole + 1
_TITLE_LENGTH = 80


class _RowDelegate(QStyledItemDelegate):
    """Paints a heading, or a title with its time."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        line = style.text_size(theme.TEXT_BODY)
        return QSize(0, line + (22 if index.data(_ID) else 20))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        state, rect = option.state, QRect(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        inner = rect.adjusted(10, 0, -10, 0)
        middle = Qt.AlignmentFlag.AlignVCenter
        if not index.data(_ID):
            painter.setFont(style.font(theme.TEXT_SMALL))
            painter.setPen(style.colour("muted"))
            painter.drawText(inner.adjusted(0, 6, 0, 0), middle | Qt.AlignmentFlag.AlignLeft, index.data())
            painter.restore()
            return
        painter.setPen(Qt.PenStyle.NoPen)
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(style.colour("soul"))
        if state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver):
            painter.setBrush(style.colour("raised"))
        box = rect.adjusted(1, 2, -1, -2)
        painter.drawRoundedRect(box, theme.RADIUS_CONTROL, theme.RADIUS_CONTROL)
        painter.setFont(style.font(theme.TEXT_SMALL))
        painter.setPen(style.colour("muted"))
        clock = index.data(_CLOCK)
        painter.drawText(inner, middle | Qt.AlignmentFlag.AlignRight, clock)
        room = inner.width() - painter.fontMetrics().horizontalAdvance(clock) - theme.GAP_M
        painter.setFont(style.font())
        painter.setPen(style.colour("text"))
        title = painter.fontMetrics().elidedText(index.data(), Qt.TextElideMode.ElideRight, room)
        painter.drawText(inner, middle | Qt.AlignmentFlag.AlignLeft, title)
        painter.restore()


class ConversationList(QFrame):
    """The side column: a new chat, the ones that were, and what waits for sleep."""

    chosen = Signal(str)
    new_chat = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("side")
        self.setFixedWidth(theme.SIDE_WIDTH)
        self.new_button = button(self.tr("New chat"))
        self.new_button.setToolTip(self.tr("Begin another conversation; what was learned stays (Ctrl+N)"))
        self.new_button.clicked.connect(self.new_chat)
        self.list = QListWidget()
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setObjectName("conversations")
        self.list.setAccessibleName(self.tr("Conversations"))
        self.list.setItemDelegate(_RowDelegate(self.list))
        self.list.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setMouseTracking(True)
        self.list.setUniformItemSizes(False)
        self.list.currentItemChanged.connect(self._moved)
        self.empty = label(self.tr("Your conversations will be listed here."), "small", wrap=True)
        self.waiting = label(role="small")
        self.waiting.setIndent(10)  # in line with the titles
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(theme.GAP_S)
        column.addWidget(self.new_button)
        column.addWidget(self.empty)
        column.addWidget(self.list, 1)
        column.addWidget(self.waiting)
        self._dress()

    def show_history(self, history: History, current: str) -> None:
        """List the conversations of a soul; `current` is the one that is shown."""
        self.list.blockSignals(True)
        self.list.clear()
        now, heading = datetime.now().astimezone(), ""
        for conversation in history.newest_first():
            moment = wording.local_time(conversation.last)
            day = wording.day(moment, now)
            if day != heading:
                heading = day
                item = QListWidgetItem(day)
                item.setFlags(Qt.ItemFlag.NoItemFlags)
                self.list.addItem(item)
            item = QListWidgetItem(wording.short(conversation.title, _TITLE_LENGTH))
            item.setData(_ID, conversation.id)
            item.setData(_CLOCK, wording.clock(moment))
            item.setToolTip(wording.short(conversation.title, 200))
            self.list.addItem(item)
            if conversation.id == current:
                self.list.setCurrentItem(item)
        self.empty.setVisible(self.list.count() == 0)
        self.list.setVisible(self.list.count() > 0)
        self.list.blockSignals(False)

    def show_waiting(self, conversations: int) -> None:
        """Say how many conversations wait for sleep."""
        text = self.tr("☾ 1 chat waits for sleep") if conversations == 1 else self.tr("☾ {n} chats wait for sleep")
        self.waiting.setText(text.format(n=conversations) if conversations else "")

    def titles(self) -> list[str]:
        """The titles as listed, headings left out."""
        items = (self.list.item(row) for row in range(self.list.count()))
        return [item.text() for item in items if item.data(_ID)]

    def _moved(self, item: QListWidgetItem | None, former: QListWidgetItem | None) -> None:
        if item is not None and item.data(_ID):
            self.chosen.emit(item.data(_ID))

    def _dress(self) -> None:
        dress(self.new_button, "plus")

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "new_button"):
            self._dress()
