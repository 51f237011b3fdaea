"""The rows of the list of conversations: what is listed, their keys, and dragging them into folders and out."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from datetime import datetime

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QDrag,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QKeyEvent,
    QMouseEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListWidget, QListWidgetItem

from studio.chat.conversation_meta import ChatFolder
from studio.chat.conversation_rows import (
    CLOCK,
    EXCERPT,
    FOLDER,
    ID,
    INSIDE,
    MORE_WIDTH,
    OPEN,
    TARGET,
    RowDelegate,
)
from studio.chat.conversations import Conversations
from studio.chat.history import SearchHit
from studio.widgets import wording

MIME = "application/x-bit-llama-conversation"
"""What is dragged: the id of a conversation."""


class ConversationRows(QListWidget):
    """The list itself; it asks for the menu of a row, by right click, by its dots, or by the menu key."""

    menu_wanted = Signal(str, QPoint)
    folder_menu_wanted = Signal(str, QPoint)
    folder_wanted = Signal(str, bool)
    """A folder shall be closed, or opened."""
    moved = Signal(str, str)
    """A conversation was dragged into a folder, or out of all ("")."""

    def __init__(self, chat: Conversations) -> None:
        super().__init__()
        self._chat = chat
        self.setItemDelegate(RowDelegate(chat, self))
        self.setObjectName("conversations")
        self.setAccessibleName(self.tr("Conversations"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setMouseTracking(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragDrop)
        self.setDropIndicatorShown(False)
        self.itemClicked.connect(self._clicked)

    @property
    def is_editing(self) -> bool:
        """Whether a title or a name is being written."""
        return self.state() == QAbstractItemView.State.EditingState

    def rows(self) -> list[QListWidgetItem]:
        """The conversations and folders, headings left out."""
        items = (self.item(row) for row in range(self.count()))
        return [item for item in items if item.data(ID) or item.data(FOLDER)]

    def show_found(self, hits: Sequence[SearchHit]) -> None:
        """List what a search found, wherever it lies."""
        with self._making_anew():
            for hit in hits:
                self._add(hit.conversation, hit.excerpt, hit.row)

    def show_all(self) -> None:
        """List the folders with what is in them, then the other conversations by day."""
        meta, listed = self._chat.meta, self._chat.listed()
        of = {conversation: meta.folder_of(conversation) for conversation in listed}
        with self._making_anew():
            for folder in meta.folders():
                inside = [conversation for conversation in listed if of[conversation] == folder]
                self._add_folder(folder, len(inside))
                for conversation in () if folder.closed else inside:
                    self._add(conversation, folder=folder.id)
            self._add_days([conversation for conversation in listed if of[conversation] is None])

    @contextlib.contextmanager
    def _making_anew(self) -> Iterator[None]:
        """Silently; whoever was at a folder with the keyboard is there again, else at the conversation shown."""
        at = self.currentItem()
        folder = at.data(FOLDER) if at is not None and self.hasFocus() else None
        self.blockSignals(True)
        self.clear()
        yield
        self.blockSignals(False)
        self.go_to((self.folder_item(folder) if folder else None) or self.row_of(self._chat.conversation))

    def go_to(self, item: QListWidgetItem | None) -> None:
        """Make a row the current one without choosing what it stands for; None: none."""
        self.blockSignals(True)
        if item is None:
            self.clearSelection()
        else:
            self.setCurrentItem(item)
        self.blockSignals(False)
        self.viewport().update()

    def _add_folder(self, folder: ChatFolder, count: int) -> None:
        item = QListWidgetItem(folder.name)
        flags = Qt.ItemFlag
        item.setFlags(flags.ItemIsEnabled | flags.ItemIsSelectable | flags.ItemIsEditable | flags.ItemIsDropEnabled)
        item.setData(FOLDER, folder.id)
        item.setData(OPEN, not folder.closed)
        item.setData(CLOCK, wording.number(count) if count else "")
        words = self.tr("Folder {name}, closed, {chats}") if folder.closed else self.tr("Folder {name}, open, {chats}")
        words = words.format(name=folder.name, chats=wording.conversations(count))
        item.setData(Qt.ItemDataRole.AccessibleTextRole, words)
        item.setToolTip(folder.name)
        self.addItem(item)

    def _add_days(self, conversations: Sequence[str]) -> None:
        now, heading = datetime.now().astimezone(), ""
        for conversation in conversations:
            found = self._chat.history.get(conversation)
            assert found is not None
            pinned = self._chat.meta.is_pinned(conversation)
            day = self.tr("Pinned") if pinned else wording.day(wording.local_time(found.last), now)
            if day != heading:
                heading = day
                item = QListWidgetItem(day)
                item.setFlags(Qt.ItemFlag.NoItemFlags)
                self.addItem(item)
            self._add(conversation)

    def _add(self, conversation: str, excerpt: str = "", row: int = -1, folder: str = "") -> None:
        found = self._chat.history.get(conversation)
        assert found is not None
        title = self._chat.title(conversation)
        item = QListWidgetItem(title)
        item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
        item.setData(ID, conversation)
        item.setData(CLOCK, wording.clock(wording.local_time(found.last)))
        item.setData(EXCERPT, (excerpt, row))
        item.setData(INSIDE, folder)
        item.setToolTip(title)
        self.addItem(item)

    def item_of(self, conversation: str) -> QListWidgetItem | None:
        """The row of a conversation, None where it is not listed."""
        return next((item for item in self.rows() if item.data(ID) == conversation), None)

    def folder_item(self, folder: str) -> QListWidgetItem | None:
        """The row of a folder, None where it is not listed."""
        return next((item for item in self.rows() if item.data(FOLDER) == folder), None)

    def row_of(self, conversation: str) -> QListWidgetItem | None:
        """The row of a conversation, or of the closed folder that it is in."""
        folder = self._chat.meta.folder_of(conversation)
        return self.item_of(conversation) or (self.folder_item(folder.id) if folder else None)

    def _ask_menu(self, item: QListWidgetItem, place: QPoint) -> None:
        signal = self.menu_wanted if item.data(ID) else self.folder_menu_wanted
        signal.emit(item.data(ID) or item.data(FOLDER), self.viewport().mapToGlobal(place))

    def _clicked(self, item: QListWidgetItem) -> None:
        if item.data(FOLDER):
            self.folder_wanted.emit(item.data(FOLDER), item.data(OPEN))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        item = self.currentItem() if by_key else self.itemAt(event.pos())
        if item in self.rows():
            self._ask_menu(item, self.visualItemRect(item).bottomLeft() if by_key else event.pos())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        item = self.itemAt(event.position().toPoint())
        if item in self.rows() and event.button() == Qt.MouseButton.LeftButton:
            rect = self.visualItemRect(item)
            if event.position().x() > rect.right() - MORE_WIDTH:
                self._ask_menu(item, rect.bottomRight())
                return
        super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, item = event.key(), self.currentItem()
        folder = item.data(FOLDER) if item is not None and not self.is_editing else None  # Enter ends the editing
        if key == Qt.Key.Key_F2 and item in self.rows():
            self.editItem(item)
        elif folder and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.folder_wanted.emit(folder, item.data(OPEN))
        elif folder and key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.folder_wanted.emit(folder, key == Qt.Key.Key_Left)
        else:
            super().keyPressEvent(event)

    # Dragging

    def startDrag(self, actions: Qt.DropAction) -> None:
        item = self.currentItem()
        if item is None or not item.data(ID):
            return
        drag, mime, rect = QDrag(self), QMimeData(), self.visualItemRect(item)
        mime.setData(MIME, item.data(ID).encode())
        drag.setMimeData(mime)
        drag.setPixmap(self.viewport().grab(rect))
        drag.setHotSpot(self.viewport().mapFromGlobal(self.cursor().pos()) - rect.topLeft())
        drag.exec(Qt.DropAction.MoveAction)  # the list may be made anew meanwhile: `item` is gone then

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasFormat(MIME):
            event.acceptProposedAction()
        else:
            event.ignore()  # a file is the window's business

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        super().dragMoveEvent(event)  # scrolls the list at its ends
        place = self._place(event.position(), event.mimeData())
        self._show_target(place or "")
        if place is None:
            event.ignore()
        else:
            event.setDropAction(Qt.DropAction.MoveAction)
            event.accept()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._show_target("")
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        place = self._place(event.position(), event.mimeData())
        self._show_target("")
        self.stopAutoScroll()
        self.setState(QAbstractItemView.State.NoState)
        if place is None:
            event.ignore()
            return
        event.setDropAction(Qt.DropAction.MoveAction)
        event.accept()
        self.moved.emit(_dragged(event.mimeData()), place)

    def _place(self, position: QPointF, mime: QMimeData) -> str | None:
        """Where a drop would put what is dragged: a folder, "" for none; None where it would change nothing."""
        rows = {item.data(ID): item for item in self.rows() if item.data(ID)}
        dragged = rows.get(_dragged(mime))
        if dragged is None or not any(item.data(FOLDER) for item in self.rows()):
            return None
        under = self.itemAt(position.toPoint())
        place = (under.data(FOLDER) or under.data(INSIDE) or "") if under is not None else ""
        return None if place == (dragged.data(INSIDE) or "") else str(place)

    def _show_target(self, folder: str) -> None:
        """Mark the folder with this id, and no other one, as the one over which a conversation is held."""
        for item in self.rows():
            if item.data(FOLDER):
                item.setData(TARGET, item.data(FOLDER) == folder)


def _dragged(mime: QMimeData) -> str:
    """The conversation that is dragged; "" where something else is."""
    return bytes(mime.data(MIME).data()).decode("utf-8", "replace")
