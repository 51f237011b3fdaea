"""What the window says of itself: its keys, its version, and the licences of all that it is made of."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QGridLayout, QWidget

from engine.version import __version__
from studio import licences, theme
from studio.settings.declarations import QT_TRANSLATE_NOOP
from studio.widgets.controls import Card, label
from studio.widgets.dialogs import Notice

KEYS = (
    (("Ctrl+N",), QT_TRANSLATE_NOOP("Help", "New chat")),
    (("Ctrl+Shift+N",), QT_TRANSLATE_NOOP("Help", "New folder for chats")),
    (("Ctrl+F", "Ctrl+Shift+F"), QT_TRANSLATE_NOOP("Help", "Search all chats")),
    (("Esc",), QT_TRANSLATE_NOOP("Help", "Stop the reply")),
    (("Ctrl+Shift+S",), QT_TRANSLATE_NOOP("Help", "Sleep, or wake up")),
    (("Ctrl+O",), QT_TRANSLATE_NOOP("Help", "Open a model")),
    (("Ctrl+1",), QT_TRANSLATE_NOOP("Help", "Model Lab")),
    (("Ctrl+2",), QT_TRANSLATE_NOOP("Help", "Chat")),
    (("Ctrl+3", "Ctrl+,"), QT_TRANSLATE_NOOP("Help", "Settings")),
    (("Ctrl++", "Ctrl+="), QT_TRANSLATE_NOOP("Help", "Larger text")),
    (("Ctrl+-",), QT_TRANSLATE_NOOP("Help", "Smaller text")),
    (("Ctrl+0",), QT_TRANSLATE_NOOP("Help", "Text as it was")),
    (("Ctrl+Q",), QT_TRANSLATE_NOOP("Help", "Close the Studio")),
    (("F1",), QT_TRANSLATE_NOOP("Help", "These keys")),
)
"""Keys, the first of each row the one that is told, and what they do."""

IN_PLACE = (
    ("Enter", QT_TRANSLATE_NOOP("Help", "Send")),
    ("Shift+Enter", QT_TRANSLATE_NOOP("Help", "New line")),
    ("F2", QT_TRANSLATE_NOOP("Help", "Rename the chosen chat or folder")),
    ("← →", QT_TRANSLATE_NOOP("Help", "Close and open the chosen folder")),
)
"""Keys of single controls."""


def _tr(text: str) -> str:
    return QCoreApplication.translate("Help", text)


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


class KeysCard(Card):
    """The keys, where one looks for them."""

    def __init__(self) -> None:
        super().__init__(self.tr("Keys"))
        self.column.addLayout(key_grid())


def show_about(parent: QWidget) -> Notice:
    """Open the box that names the version and every licence."""
    words = _tr(
        "Version {version}. A small language model that learns while it runs and remembers after it sleeps. "
        "Everything stays on this machine. Below is what it is made of, with every licence."
    )
    notice = Notice(parent, _tr("About Bit-Llama Studio"), words.format(version=__version__), licences.text())
    notice.offer(_tr("Close"), "primary")
    notice.open()
    return notice
