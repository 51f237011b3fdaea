"""What the soul was told, conversation by conversation, and the way to make it really forget some of it."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QLineEdit, QTreeWidget, QTreeWidgetItem

from engine.text.folding import fold
from studio import theme
from studio.actions import Actions
from studio.chat.conversations import Conversations
from studio.lab.forget_dialog import ForgetDialog
from studio.protocol import EngineFailure, FindLived, TimelineEntry
from studio.widgets import wording
from studio.widgets.controls import Card, button, prose, set_locked

_ID = Qt.ItemDataRole.UserRole
_HEIGHT = 320


class LearnedCard(Card):
    """A list with a box before each message; what is ticked can be forgotten."""

    def __init__(self, actions: Actions, conversations: Conversations) -> None:
        super().__init__()
        self._actions, self._session, self._conversations = actions, actions.session, conversations
        self.title.setText(self.tr("What it was told"))
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Search"))
        self.search.setAccessibleName(self.tr("Search in what it was told"))
        self.search.setMaximumWidth(240)
        self.search.textChanged.connect(self._filter)
        self.head.addStretch(1)
        self.head.addWidget(self.search)
        self.note = prose()
        self.tree = QTreeWidget()
        self.tree.setObjectName("learned")
        self.tree.setColumnCount(2)
        self.tree.setHeaderHidden(True)
        self.tree.setAccessibleName(self.tr("What it was told"))
        self.tree.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.tree.setMinimumHeight(_HEIGHT)
        self.tree.header().setAccessibleName(self.tr("What it was told"))
        self.tree.header().setStretchLastSection(False)
        self.tree.header().setSectionResizeMode(0, self.tree.header().ResizeMode.Stretch)
        self.tree.header().setSectionResizeMode(1, self.tree.header().ResizeMode.ResizeToContents)
        self.tree.itemChanged.connect(lambda *_: self.refresh())
        self.forget_button = button(self.tr("Forget…"))
        self.forget_button.clicked.connect(self.forget)
        self.none_button = button(self.tr("Untick all"), "quiet")
        self.none_button.clicked.connect(lambda: self.tick(()))
        row = QHBoxLayout()
        row.setSpacing(theme.GAP_S)
        row.addWidget(self.forget_button)
        row.addWidget(self.none_button)
        row.addStretch(1)
        self.column.addWidget(self.note)
        self.column.addWidget(self.tree, 1)
        self.column.addLayout(row)
        self._stale = True
        conversations.listed_changed.connect(self._listed)
        self._session.changed.connect(self.refresh)

    @property
    def ticked(self) -> list[str]:
        """The ids of the messages that are ticked."""
        return [item.data(0, _ID) for item in self.items() if item.checkState(0) == Qt.CheckState.Checked]

    def fill(self) -> None:
        """Show what the soul that is awake has heard."""
        self._stale = False
        ticked = set(self.ticked)
        self.tree.blockSignals(True)
        self.tree.clear()
        for conversation in self._conversations.history.newest_first():
            heard = [line for line in conversation.lines if line.role == "user" and line.id]
            if not heard:
                continue
            head = QTreeWidgetItem(self.tree, [wording.short(self._conversations.title(conversation.id), 120), ""])
            head.setFlags(head.flags() | Qt.ItemFlag.ItemIsAutoTristate | Qt.ItemFlag.ItemIsUserCheckable)
            head.setCheckState(0, Qt.CheckState.Unchecked)
            for line in heard:
                when = wording.local_time(line.timestamp)
                item = QTreeWidgetItem(head, [wording.short(line.text, 300), f"{when:%Y-%m-%d %H:%M}"])
                item.setData(0, _ID, line.id)
                item.setToolTip(0, line.text)
                item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
                item.setCheckState(0, Qt.CheckState.Checked if line.id in ticked else Qt.CheckState.Unchecked)
        self.tree.expandAll()
        self.tree.blockSignals(False)
        self._filter(self.search.text())
        self.refresh()

    def refresh(self) -> None:
        """Show the session's state."""
        if self._stale:
            return  # until somebody looks
        count, there = len(self.ticked), any(True for _ in self.items())
        text = self.tr("Forget {messages}…").format(messages=wording.messages(count)) if count else self.tr("Forget…")
        self.forget_button.setText(text)
        nothing = "" if count else self.tr("Tick what shall be forgotten.")
        set_locked(self.forget_button, self._session.why_silent() or nothing, self.tr("What it costs is shown first"))
        set_locked(self.none_button, "" if count else self.tr("Nothing is ticked."))
        self.note.set_plain(
            self.tr(
                "Forgetting is real: the message and its reply leave the log, and the soul is made anew as one that "
                "never heard them. What it costs is shown before anything happens."
            )
            if there
            else self.tr("Nothing was told yet. What you say in a chat that learns is listed here.")
        )

    def tick(self, ids: Collection[str]) -> None:
        """Tick these messages and no others."""
        self.search.clear()
        for item in self.items():
            item.setCheckState(0, Qt.CheckState.Checked if item.data(0, _ID) in ids else Qt.CheckState.Unchecked)
            if item.data(0, _ID) in ids:
                self.tree.scrollToItem(item)

    async def tick_lived_in(self, moment: TimelineEntry | None) -> int:
        """Tick what was lived since the entry before `moment` (None: the soul of now); returns how much that was."""
        timeline = self._session.timeline
        start = moment.grew_from if moment else timeline.now if timeline else ""
        found = await self._session.call(FindLived(moment=moment.id if moment else "", grew_from=start))
        self.tick(found)
        return len(self.ticked)

    def forget(self) -> ForgetDialog | None:
        """Show what it costs to forget what is ticked."""
        if why := self._session.why_silent():
            self._actions.fail(EngineFailure(why))
            return None
        dialog = ForgetDialog(self.window(), self._actions, tuple(self.ticked))
        dialog.open()
        return dialog

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._freshen()

    def _listed(self) -> None:
        """A reply came, or a conversation went: the whole log is listed anew, but not behind another page."""
        self._stale = True
        if self.isVisible():
            self.fill()

    def _freshen(self) -> None:
        if self._stale:
            self.fill()

    def _filter(self, query: str) -> None:
        wanted = fold(query).split()
        for head in self._heads():
            some = False
            for item in _children(head):
                text = fold(item.toolTip(0))
                item.setHidden(not all(word in text for word in wanted))
                some = some or not item.isHidden()
            head.setHidden(not some)

    def _heads(self) -> list[QTreeWidgetItem]:
        return _children(self.tree.invisibleRootItem())

    def items(self) -> list[QTreeWidgetItem]:
        """The rows of the messages."""
        self._freshen()
        return [item for head in self._heads() for item in _children(head)]


def _children(item: QTreeWidgetItem) -> list[QTreeWidgetItem]:
    found = (item.child(place) for place in range(item.childCount()))
    return [child for child in found if child is not None]
