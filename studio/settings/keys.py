"""The keys that hold everywhere, and the page that lists them."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QGridLayout, QWidget

from studio import theme
from studio.settings.declarations import QT_TRANSLATE_NOOP
from studio.widgets.controls import label
from studio.widgets.dialogs import Notice

KEYS = (
    (("Ctrl+N",), QT_TRANSLATE_NOOP("Keys", "New chat")),
    (("Ctrl+Shift+N",), QT_TRANSLATE_NOOP("Keys", "New folder for chats")),
    (("Ctrl+F", "Ctrl+Shift+F"), QT_TRANSLATE_NOOP("Keys", "Search all chats")),
    (("Esc",), QT_TRANSLATE_NOOP("Keys", "Stop the reply")),
    (("Ctrl+Shift+S",), QT_TRANSLATE_NOOP("Keys", "Sleep, or wake up")),
    (("Ctrl+O",), QT_TRANSLATE_NOOP("Keys", "Open a model")),
    (("Ctrl+1",), QT_TRANSLATE_NOOP("Keys", "Model Lab")),
    (("Ctrl+2",), QT_TRANSLATE_NOOP("Keys", "Chat")),
    (("Ctrl+3", "Ctrl+,"), QT_TRANSLATE_NOOP("Keys", "Settings")),
    (("Ctrl++", "Ctrl+="), QT_TRANSLATE_NOOP("Keys", "Larger text")),
    (("Ctrl+-",), QT_TRANSLATE_NOOP("Keys", "Smaller text")),
    (("Ctrl+0",), QT_TRANSLATE_NOOP("Keys", "Text as it was")),
    (("Ctrl+Q",), QT_TRANSLATE_NOOP("Keys", "Close the Studio")),
    (("F1",), QT_TRANSLATE_NOOP("Keys", "These keys")),
)
"""Keys, the first of each row the one that is told, and what they do."""

IN_PLACE = (
    ("Enter", QT_TRANSLATE_NOOP("Keys", "Send")),
    ("Shift+Enter", QT_TRANSLATE_NOOP("Keys", "New line")),
    ("F2", QT_TRANSLATE_NOOP("Keys", "Rename the chosen chat or folder")),
    ("← →", QT_TRANSLATE_NOOP("Keys", "Close and open the chosen folder")),
)
"""Keys of single controls."""


def _tr(text: str) -> str:
    return QCoreApplication.translate("Keys", text)


def show_keys(parent: QWidget) -> Notice:
    """Open the list of keys."""
    notice = Notice(parent, _tr("Keys"), "")
    notice.words.hide()
    notice.body.insertLayout(2, key_grid())
    notice.offer(_tr("Close"), "primary")
    notice.open()
    return notice


def key_grid() -> QGridLayout:
    """The keys and what they do, a row each."""
    grid = QGridLayout()
    grid.setHorizontalSpacing(theme.GAP_XL)
    grid.setVerticalSpacing(theme.GAP_S)
    rows = [(keys[0], text) for keys, text in KEYS] + list(IN_PLACE)
    for row, (keys, text) in enumerate(rows):
        grid.addWidget(label(keys.replace("+", " + ").replace("+  + ", "+ +"), "small"), row, 0)
        grid.addWidget(label(_tr(text)), row, 1)
    grid.setColumnStretch(1, 1)
    return grid
