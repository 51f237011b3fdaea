"""Someone who sits before the window: clicks, types, drops and waits."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from studio.session import Busy
from studio.ui.dialogs import Notice
from studio.ui.main_window import MainWindow

PATIENCE_MS = 120_000
"""The first load brings the engine with it, and the machine may be busy."""


class Person:
    """Sits before the window."""

    def __init__(self, qtbot: QtBot, window: MainWindow) -> None:
        self.qtbot, self.window = qtbot, window
        self.session, self.settings, self.chat, self.lab = window.session, window.settings, window.chat, window.lab

    def wait(self, condition: Callable[[], Any]) -> None:
        self.qtbot.waitUntil(lambda: bool(condition()), timeout=PATIENCE_MS)

    def wait_idle(self) -> None:
        self.wait(lambda: self.session.busy is Busy.NOTHING)

    def click(self, control: Any) -> None:
        assert control.isEnabled(), control.toolTip()
        self.qtbot.mouseClick(control, Qt.MouseButton.LeftButton)

    def open(self, path: Path) -> None:
        """Load a model and wait for it."""
        self.window.verbs.open_model(path)
        self.wait(lambda: self.session.body is not None and self.session.body.path == path)
        self.wait_idle()

    def type(self, text: str) -> None:
        self.qtbot.keyClicks(self.chat.composer.draft, text)

    def enter(self) -> None:
        self.qtbot.keyClick(self.chat.composer.draft, Qt.Key.Key_Return)

    def say(self, text: str) -> None:
        """Type, send, and wait for the whole reply."""
        self.type(text)
        self.enter()
        self.wait(lambda: self.session.busy is Busy.REPLYING)
        self.wait_idle()

    def drop(self, path: Path) -> None:
        """Drag a file over the window and let it go."""
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(path))])
        copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        QApplication.sendEvent(self.window, QDragEnterEvent(QPoint(400, 300), copy, mime, left, none))
        QApplication.sendEvent(self.window, QDropEvent(QPoint(400, 300), copy, mime, left, none))

    def choose_file(self, path: Path) -> None:
        """Answer the file dialog that is open."""
        self.wait(lambda: self._dialogs())
        dialog = self._dialogs()[0]
        dialog.findChild(QLineEdit, "fileNameEdit").setText(str(path))
        dialog.accept()

    def _dialogs(self) -> list[QFileDialog]:
        return [dialog for dialog in self.window.findChildren(QFileDialog) if dialog.isVisible()]

    def notice(self) -> Notice:
        """The dialog that is open."""
        self.wait(lambda: self.notices())
        return self.notices()[-1]

    def notices(self) -> list[Notice]:
        return [notice for notice in self.window.findChildren(Notice) if notice.isVisible()]

    def press(self, notice: Notice, verb: str) -> None:
        """Press one of the buttons of a dialog."""
        self.click(next(control for control in notice.findChildren(QPushButton) if control.text() == verb))

    def leave(self) -> None:
        """Close the window and wait until it and its worker are gone."""
        self.window.close()
        self.wait(lambda: not self.window.isVisible())
        assert not self.session._worker.is_alive()
