"""Files that the system hands over while the program runs: on macOS a double-click comes as an event."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QFileOpenEvent


class Documents(QObject):
    """An event filter on the application that passes such files on.

    Args:
        take: called with each file.
        parent: the application.
    """

    def __init__(self, take: Callable[[list[Path]], object], parent: QObject) -> None:
        super().__init__(parent)
        self._take = take
        parent.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """True for an event that was a file, which is then taken."""
        if isinstance(event, QFileOpenEvent) and event.file():
            self._take([Path(event.file())])
            return True
        return False
