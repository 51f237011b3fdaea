"""The conversations at the left of the chat: found by their words, by day, the newest first."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from PySide6.QtCore import QEvent, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
)

from studio import theme
from studio.chat import Chat
from studio.ui import wording
from studio.ui.conversation_rows import CLOCK, EXCERPT, ID, MORE_WIDTH, RowDelegate
from studio.ui.icons import dress
from studio.ui.widgets import button, label

_SEARCH_MS = 120
"""Typing goes on so long before the list follows it."""


class Rows(QListWidget):
    """The list itself; it asks for the menu of a row, by right click, by its dots, or by the menu key."""

    menu_wanted = Signal(str, QPoint)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        item = self.currentItem() if by_key else self.itemAt(event.pos())
        if item is not None and item.data(ID):
            place = self.visualItemRect(item).bottomLeft() if by_key else event.pos()
            self.menu_wanted.emit(item.data(ID), self.viewport().mapToGlobal(place))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        item = self.itemAt(event.position().toPoint())
        if item is not None and item.data(ID) and event.button() == Qt.MouseButton.LeftButton:
            rect = self.visualItemRect(item)
            if event.position().x() > rect.right() - MORE_WIDTH:
                self.menu_wanted.emit(item.data(ID), self.viewport().mapToGlobal(rect.bottomRight()))
                return
        super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        item = self.currentItem()
        if event.key() == Qt.Key.Key_F2 and item is not None and item.data(ID):
            self.editItem(item)
            return
        super().keyPressEvent(event)


class ConversationList(QFrame):
    """The side column: search, a new chat, the ones that were, and what waits for sleep."""

    chosen = Signal(str, int)
    """A conversation, and the message that was looked for in it (-1 where none was)."""
    new_chat = Signal()
    export_wanted = Signal(list)
    import_wanted = Signal()
    thrown = Signal(str)

    def __init__(self, chat: Chat) -> None:
        super().__init__()
        self.setObjectName("side")
        self.setFixedWidth(theme.SIDE_WIDTH)
        self._chat = chat
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Search all chats"))
        self.search.setAccessibleName(self.tr("Search all chats"))
        self.search.setToolTip(self.tr("In titles and in all that was said (Ctrl+F)"))
        self.search.setClearButtonEnabled(True)
        for clear in self.search.findChildren(QToolButton):
            clear.setAccessibleName(self.tr("Clear the search"))
        self.new_button = button("", name=self.tr("New chat"))
        self.new_button.setFixedSize(35, 35)
        self.new_button.setToolTip(self.tr("Begin another conversation; what was learned stays (Ctrl+N)"))
        self.new_button.clicked.connect(self.new_chat)
        self.list = Rows()
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setObjectName("conversations")
        self.list.setAccessibleName(self.tr("Conversations"))
        self.list.setItemDelegate(RowDelegate(chat, self.list))
        self.list.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.list.setMouseTracking(True)
        self.list.currentItemChanged.connect(self._moved)
        self.list.itemClicked.connect(self._moved)
        self.list.menu_wanted.connect(self.open_menu)
        self.empty = label(role="small", wrap=True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.empty.setIndent(10)
        self.empty.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self.waiting = label(role="small", wrap=True)
        self.waiting.setIndent(10)  # in line with the titles
        self.more = button("", "quiet", self.tr("More about chats"))
        self.more.setFixedSize(28, 24)
        self.more.setToolTip(self.tr("Import, export, trash"))
        self.more.clicked.connect(self.open_more)
        top, foot = QHBoxLayout(), QHBoxLayout()
        top.setSpacing(theme.GAP_S)
        top.addWidget(self.search, 1)
        top.addWidget(self.new_button)
        foot.addWidget(self.waiting, 1)
        foot.addWidget(self.more)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 10)
        column.setSpacing(theme.GAP_S)
        column.addLayout(top)
        column.addWidget(self.empty)
        column.addWidget(self.list, 1)
        column.addLayout(foot)
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(_SEARCH_MS)
        self._typing.timeout.connect(self.refresh)
        self.search.textChanged.connect(self._typing.start)
        chat.listed_changed.connect(self.refresh)
        chat.shown_changed.connect(self._mark)
        self._dress()
        self.refresh()

    def refresh(self) -> None:
        """List the conversations of the soul, those found where something is looked for."""
        self.list.blockSignals(True)
        self.list.clear()
        query = self.search.text().strip()
        if query:
            for hit in self._chat.search(query):
                self._add(hit.conversation, hit.excerpt, hit.row)
        else:
            self._list_days()
        self.empty.setText(
            self.tr("Nothing was said with these words.")
            if query
            else self.tr("Your conversations will be listed here.")
        )
        self.empty.setVisible(self.list.count() == 0)
        self.list.setVisible(self.list.count() > 0)
        self.list.blockSignals(False)

    def _mark(self) -> None:
        """Choose the row of the conversation that is shown."""
        item = self.item(self._chat.conversation)
        self.list.blockSignals(True)
        if item is None:
            self.list.clearSelection()
        else:
            self.list.setCurrentItem(item)
        self.list.blockSignals(False)

    def _list_days(self) -> None:
        now, heading = datetime.now().astimezone(), ""
        for conversation in self._chat.listed():
            found = self._chat.history.get(conversation)
            assert found is not None
            pinned = self._chat.shelf.is_pinned(conversation)
            day = self.tr("Pinned") if pinned else wording.day(wording.local_time(found.last), now)
            if day != heading:
                heading = day
                item = QListWidgetItem(day)
                item.setFlags(Qt.ItemFlag.NoItemFlags)
                self.list.addItem(item)
            self._add(conversation)

    def _add(self, conversation: str, excerpt: str = "", row: int = -1) -> None:
        found = self._chat.history.get(conversation)
        assert found is not None
        title = self._chat.title(conversation)
        item = QListWidgetItem(title)
        item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
        item.setData(ID, conversation)
        item.setData(CLOCK, wording.clock(wording.local_time(found.last)))
        item.setData(EXCERPT, (excerpt, row))
        item.setToolTip(title)
        self.list.addItem(item)
        if conversation == self._chat.conversation:
            self.list.setCurrentItem(item)

    def show_waiting(self, conversations: int) -> None:
        """Say how many conversations wait for sleep."""
        text = self.tr("☾ 1 chat waits for sleep") if conversations == 1 else self.tr("☾ {n} chats wait for sleep")
        self.waiting.setText(text.format(n=conversations) if conversations else "")

    def titles(self) -> list[str]:
        """The titles as listed, headings left out."""
        return [item.text() for item in self._items()]

    def item(self, conversation: str) -> QListWidgetItem | None:
        """The row of a conversation, None where it is not listed."""
        return next((item for item in self._items() if item.data(ID) == conversation), None)

    def _items(self) -> list[QListWidgetItem]:
        items = (self.list.item(row) for row in range(self.list.count()))
        return [item for item in items if item.data(ID)]

    def rename(self, conversation: str) -> None:
        """Let the person write another title in its row."""
        QTimer.singleShot(0, self, partial(self._edit, conversation))  # once the menu has given the focus back

    def _edit(self, conversation: str) -> None:
        item = self.item(conversation)
        if item is not None:
            self.list.blockSignals(True)
            self.list.setCurrentItem(item)
            self.list.blockSignals(False)
            self.list.editItem(item)

    def open_menu(self, conversation: str, place: QPoint) -> QMenu:
        """What can be done with one conversation."""
        menu, shelf = self._menu(), self._chat.shelf
        pinned = shelf.is_pinned(conversation)
        menu.addAction(self.tr("Rename"), lambda: self.rename(conversation))
        menu.addAction(self.tr("Unpin") if pinned else self.tr("Pin"), lambda: shelf.pin(conversation, not pinned))
        menu.addAction(self.tr("Export…"), lambda: self.export_wanted.emit([conversation]))
        menu.addSeparator()
        menu.addAction(self.tr("Put into the trash"), lambda: self.thrown.emit(conversation))
        menu.popup(place)
        return menu

    def open_more(self) -> QMenu:
        """What can be done with all of them, and the trash."""
        menu, chat = self._menu(), self._chat
        menu.addAction(self.tr("Import chats…"), self.import_wanted.emit)
        everything = menu.addAction(self.tr("Export all…"), lambda: self.export_wanted.emit(chat.listed()))
        everything.setEnabled(bool(chat.listed()))
        menu.addSeparator()
        heading = menu.addAction(self.tr("Trash") if chat.trash() else self.tr("The trash is empty"))
        heading.setEnabled(False)
        for conversation in chat.trash():
            text = self.tr("Put back “{title}”").format(title=wording.short(chat.title(conversation), 40))
            menu.addAction(text, partial(chat.shelf.put_back, conversation))
        size = menu.sizeHint()
        menu.popup(self.more.mapToGlobal(QPoint(0, -size.height() - 4)))
        return menu

    def _menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return menu

    def _moved(self, item: QListWidgetItem | None) -> None:
        if item is not None and item.data(ID):
            self.chosen.emit(item.data(ID), item.data(EXCERPT)[1])

    def _dress(self) -> None:
        dress(self.new_button, "plus")
        dress(self.more, "more", "muted")

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "more"):
            self._dress()
