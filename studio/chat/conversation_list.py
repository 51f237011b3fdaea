"""The conversations at the left of the chat: found by their words, in folders, by day, the newest first."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QEvent, QPoint, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QListWidgetItem,
    QMenu,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
)

from studio import theme
from studio.chat.conversation_rows import EXCERPT, ID
from studio.chat.conversation_view import ConversationRows
from studio.chat.conversations import Conversations
from studio.widgets import wording
from studio.widgets.controls import button, label
from studio.widgets.painted import dress

_SEARCH_MS = 120
"""Typing goes on so long before the list follows it."""


class ConversationList(QFrame):
    """The side column: search, a new chat, the ones that were, and what waits for sleep."""

    chosen = Signal(str, int)
    """A conversation, and the message that was looked for in it (-1 where none was)."""
    new_chat = Signal()
    export_wanted = Signal(list)
    import_wanted = Signal()
    thrown = Signal(str)
    folder_unwanted = Signal(str)

    def __init__(self, chat: Conversations) -> None:
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
        self.list = ConversationRows(chat)
        self.list.currentItemChanged.connect(self._moved)
        self.list.itemClicked.connect(self._moved)
        self.list.menu_wanted.connect(self.open_menu)
        self.list.folder_menu_wanted.connect(self.open_folder_menu)
        self.list.itemDelegate().closeEditor.connect(lambda: QTimer.singleShot(0, self, self.refresh))
        later = Qt.ConnectionType.QueuedConnection  # the list is made anew then, and is still within a click or a drag
        self.list.folder_wanted.connect(chat.meta.close_folder, later)
        self.list.moved.connect(chat.meta.move, later)
        self.empty = label(role="small", wrap=True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.empty.setIndent(10)
        self.empty.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self.waiting = label(role="small", wrap=True)
        self.waiting.setIndent(10)  # in line with the titles
        self.more = button("", "quiet", self.tr("More about chats"))
        self.more.setFixedSize(28, 24)
        self.more.setToolTip(self.tr("Folders, import, export, trash"))
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
        if self.list.is_editing:
            return  # what is being written stays; the list follows once that is done
        query = self.search.text().strip()
        if query:
            self.list.show_found(self._chat.search(query))
        else:
            self.list.show_all()
        self.empty.setText(
            self.tr("Nothing was said with these words.")
            if query
            else self.tr("Your conversations will be listed here.")
        )
        self.empty.setVisible(self.list.count() == 0)
        self.list.setVisible(self.list.count() > 0)

    def _mark(self) -> None:
        """Go to the row of the conversation that is shown."""
        self.list.go_to(self.list.row_of(self._chat.conversation))

    def show_waiting(self, conversations: int) -> None:
        """Say how many conversations wait for sleep."""
        text = self.tr("☾ 1 chat waits for sleep") if conversations == 1 else self.tr("☾ {n} chats wait for sleep")
        self.waiting.setText(text.format(n=conversations) if conversations else "")

    def titles(self) -> list[str]:
        """The titles as listed, headings and folders left out."""
        return [item.text() for item in self.list.rows() if item.data(ID)]

    def rename(self, conversation: str) -> None:
        """Let the person write another title in its row."""
        self._edit(partial(self.list.item_of, conversation))

    def rename_folder(self, folder: str) -> None:
        """Let the person write another name in its row."""
        self._edit(partial(self.list.folder_item, folder))

    def _edit(self, find: Callable[[], QListWidgetItem | None]) -> None:
        def begin() -> None:
            if (item := find()) is not None:
                self.list.go_to(item)
                self.list.editItem(item)

        QTimer.singleShot(0, self, begin)  # once the menu has given the focus back

    def new_folder(self, conversation: str = "") -> None:
        """Make a folder, with a conversation in it where one is given, and have its name written."""
        self.search.clear()
        folder = self._chat.meta.make_folder(self.tr("New folder"))
        if conversation:
            self._chat.meta.move(conversation, folder.id)
        self.rename_folder(folder.id)

    def open_menu(self, conversation: str, place: QPoint) -> QMenu:
        """What can be done with one conversation."""
        menu, meta = self._menu(), self._chat.meta
        pinned = meta.is_pinned(conversation)
        menu.addAction(self.tr("Rename"), lambda: self.rename(conversation))
        menu.addAction(self.tr("Unpin") if pinned else self.tr("Pin"), lambda: meta.pin(conversation, not pinned))
        self._offer_places(menu.addMenu(self.tr("Move to")), conversation)
        menu.addAction(self.tr("Export…"), lambda: self.export_wanted.emit([conversation]))
        menu.addSeparator()
        menu.addAction(self.tr("Put into the trash"), lambda: self.thrown.emit(conversation))
        menu.popup(place)
        return menu

    def _offer_places(self, menu: QMenu, conversation: str) -> None:
        """The folders, the way out of the one that it is in, and a new one."""
        meta = self._chat.meta
        here = meta.folder_of(conversation)
        for folder in meta.folders():
            action = menu.addAction(_plain(folder.name), partial(meta.move, conversation, folder.id))
            action.setEnabled(folder != here)
        if here is not None:
            menu.addAction(self.tr("Out of the folder"), partial(meta.move, conversation, ""))
        menu.addSeparator()
        menu.addAction(self.tr("New folder"), partial(self.new_folder, conversation))

    def open_folder_menu(self, folder: str, place: QPoint) -> QMenu:
        """What can be done with one folder."""
        menu, chat = self._menu(), self._chat
        inside = [c for c in chat.listed() if (at := chat.meta.folder_of(c)) is not None and at.id == folder]
        menu.addAction(self.tr("Rename"), lambda: self.rename_folder(folder))
        menu.addAction(self.tr("Export…"), lambda: self.export_wanted.emit(inside)).setEnabled(bool(inside))
        menu.addSeparator()
        menu.addAction(self.tr("Delete the folder"), lambda: self.folder_unwanted.emit(folder))
        menu.popup(place)
        return menu

    def open_more(self) -> QMenu:
        """What can be done with all of them, and the trash."""
        menu, chat = self._menu(), self._chat
        menu.addAction(self.tr("New folder"), lambda: self.new_folder())
        menu.addSeparator()
        menu.addAction(self.tr("Import chats…"), self.import_wanted.emit)
        everything = menu.addAction(self.tr("Export all…"), lambda: self.export_wanted.emit(chat.listed()))
        everything.setEnabled(bool(chat.listed()))
        menu.addSeparator()
        heading = menu.addAction(self.tr("Trash") if chat.trash() else self.tr("The trash is empty"))
        heading.setEnabled(False)
        for conversation in chat.trash():
            text = self.tr("Put back “{title}”").format(title=wording.short(chat.title(conversation), 40))
            menu.addAction(text, partial(chat.meta.put_back, conversation))
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


def _plain(text: str) -> str:
    """A text for a menu, none of its letters a key."""
    return wording.short(text, 40).replace("&", "&&")
