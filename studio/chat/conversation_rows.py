"""How a row of the list of conversations looks, and how its title, or the name of a folder, is edited in place."""

from __future__ import annotations

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QFocusEvent, QPainter
from PySide6.QtWidgets import QLineEdit, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from studio import theme
from studio.chat.conversations import Conversations
from studio.widgets import style
from studio.widgets.painted import icon

ID = Qt.ItemDataRole.UserRole
CLOCK = Qt.ItemDataRole.UserRole + 1
EXCERPT = Qt.ItemDataRole.UserRole + 2
"""The words around a find and the message that they stand in, as a pair."""
FOLDER = Qt.ItemDataRole.UserRole + 3
"""Of a row that is a folder: its id."""
OPEN = Qt.ItemDataRole.UserRole + 4
"""Of a folder: whether what is in it is listed."""
INSIDE = Qt.ItemDataRole.UserRole + 5
"""Of a conversation: the id of the folder under which it is listed."""
TARGET = Qt.ItemDataRole.UserRole + 6
"""Of a folder: whether a conversation is held over it."""
MORE_WIDTH = 34
"""Where the dots of a row stand, at its right."""

_INDENT = 22
"""How far the name of a folder, and what is in it, stands in."""
_PASSING = (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason)

Index = QModelIndex | QPersistentModelIndex


class RowDelegate(QStyledItemDelegate):
    """Paints a heading, a folder, or a title with its time and, where something is looked for, what was found."""

    def __init__(self, chat: Conversations, parent: QWidget) -> None:
        super().__init__(parent)
        self._chat = chat

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        line = style.text_size(theme.TEXT_BODY)
        found = index.data(EXCERPT)
        below = style.text_size(theme.TEXT_SMALL) + 6 if found and found[0] else 0
        return QSize(0, line + (22 if index.data(ID) or index.data(FOLDER) else 20) + below)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        state, rect = option.state, QRect(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        inner = rect.adjusted(10, 0, -10, 0)
        middle = Qt.AlignmentFlag.AlignVCenter
        if not index.data(ID) and not index.data(FOLDER):
            painter.setFont(style.font(theme.TEXT_SMALL))
            painter.setPen(style.colour("muted"))
            painter.drawText(inner.adjusted(0, 6, 0, 0), middle | Qt.AlignmentFlag.AlignLeft, index.data())
            painter.restore()
            return
        over = bool(state & QStyle.StateFlag.State_MouseOver)
        painter.setPen(Qt.PenStyle.NoPen)
        if state & QStyle.StateFlag.State_HasFocus or index.data(TARGET):
            painter.setPen(style.colour("soul"))
        if over or self._is_shown(index):
            painter.setBrush(style.colour("raised"))
        painter.drawRoundedRect(rect.adjusted(1, 2, -1, -2), theme.RADIUS_CONTROL, theme.RADIUS_CONTROL)
        if index.data(FOLDER):
            self._mark_open(painter, inner, index.data(OPEN))
        if index.data(FOLDER) or index.data(INSIDE):
            inner.setLeft(inner.left() + _INDENT)
        found = index.data(EXCERPT)
        if excerpt := found[0] if found else "":
            below = QRect(inner.left(), inner.center().y(), inner.width(), inner.height() // 2 - 4)
            painter.setFont(style.font(theme.TEXT_SMALL))
            painter.setPen(style.colour("muted"))
            shown = painter.fontMetrics().elidedText(excerpt, Qt.TextElideMode.ElideRight, below.width())
            painter.drawText(below, middle | Qt.AlignmentFlag.AlignLeft, shown)
            inner.setHeight(inner.height() // 2 + 6)
        room = inner.width() - self._right(painter, inner, index.data(CLOCK), over) - theme.GAP_M
        painter.setFont(style.font(bold=bool(index.data(FOLDER))))
        painter.setPen(style.colour("text"))
        title = painter.fontMetrics().elidedText(index.data(), Qt.TextElideMode.ElideRight, room)
        painter.drawText(inner, middle | Qt.AlignmentFlag.AlignLeft, title)
        painter.restore()

    def _is_shown(self, index: Index) -> bool:
        """Whether it is the row of the conversation that is shown, or of the closed folder that this one is in."""
        if folder := index.data(FOLDER):
            at = self._chat.meta.folder_of(self._chat.conversation)
            return at is not None and at.id == folder and not index.data(OPEN)
        return bool(index.data(ID) == self._chat.conversation)

    def _mark_open(self, painter: QPainter, inner: QRect, is_open: bool) -> None:
        """An arrow that points to what is in a folder, or to the side while that is not listed."""
        side = style.text_size(theme.TEXT_BODY)
        box = QRect(inner.left() - 1, inner.center().y() - side // 2 + 1, side, side)
        icon("down" if is_open else "right", "muted").paint(painter, box)

    def _right(self, painter: QPainter, inner: QRect, clock: str, over: bool) -> int:
        """The time or the count, or under the mouse the dots that open the menu; returns the width taken."""
        painter.setFont(style.font(theme.TEXT_SMALL))
        painter.setPen(style.colour("muted"))
        if not over:
            painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, clock)
            return painter.fontMetrics().horizontalAdvance(clock)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(style.colour("text"))
        for number in range(3):
            painter.drawEllipse(QRectF(inner.right() - 3 - number * 6, inner.center().y() - 1, 3, 3))
        return 20

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        field = QLineEdit(parent)
        field.setObjectName("title")
        field.setMaxLength(200)
        field.setAccessibleName(self.tr("Name of the folder") if index.data(FOLDER) else self.tr("Title"))
        return field

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        if isinstance(editor, QLineEdit):
            editor.setText(index.data())
            editor.selectAll()

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        if isinstance(editor, QLineEdit) and editor.text() != index.data():
            if folder := index.data(FOLDER):
                self._chat.meta.rename_folder(folder, editor.text())
            else:
                self._chat.meta.rename(index.data(ID), editor.text())

    def eventFilter(self, editor: QObject, event: QEvent) -> bool:
        if isinstance(event, QFocusEvent) and event.type() == QEvent.Type.FocusOut and event.reason() in _PASSING:
            return False  # a menu closes, another window is looked at: the title is still being written
        return super().eventFilter(editor, event)

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        editor.setGeometry(QRect(option.rect).adjusted(1, 2, -1, -2))
