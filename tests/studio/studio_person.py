"""Someone who sits before the window: clicks, types, drops and waits."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from studio.session import Busy
from studio.widgets.dialogs import Notice
from studio.window.main_window import MainWindow

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

    def through(self, begin: Callable[[], Any], job: Busy | None = None) -> None:
        """Do `begin`, and wait for the job that it starts (`job`, or any) to end, however short it is."""
        seen: list[Busy] = []

        def note() -> None:
            seen.append(self.session.busy)

        self.session.changed.connect(note)
        try:
            begin()
            self.wait(lambda: job in seen if job else any(busy is not Busy.NOTHING for busy in seen))
            self.wait_idle()
        finally:
            self.session.changed.disconnect(note)

    def just_begun(self, begin: Callable[[], Any], job: Busy) -> None:
        """Do `begin`, and be here again the moment that its job is under way, however short it is."""
        with self.qtbot.waitSignal(
            self.session.changed, timeout=PATIENCE_MS, check_params_cb=lambda: self.session.busy is job
        ):
            begin()

    def click(self, control: Any) -> None:
        assert control.isEnabled(), control.toolTip()
        self.qtbot.mouseClick(control, Qt.MouseButton.LeftButton)

    def open(self, path: Path) -> None:
        """Load a model and wait for it."""
        self.window.verbs.open_model(path)
        self.wait(lambda: self.session.model is not None and self.session.model.path == path)
        self.wait_idle()

    def type(self, text: str) -> None:
        self.qtbot.keyClicks(self.chat.composer.draft, text)

    def enter(self) -> None:
        self.qtbot.keyClick(self.chat.composer.draft, Qt.Key.Key_Return)

    def say(self, text: str) -> None:
        """Type, send, and wait for the whole reply."""
        self.type(text)
        self.through(self.enter, Busy.REPLYING)

    def begin_reply(self, text: str) -> None:
        """Type, send, and wait for the first words of the reply."""
        self.type(text)
        self.enter()
        self.wait(lambda: self.chat.model.rowCount() and self.chat.model.message(-1).writing)
        self.wait(lambda: self.chat.model.message(-1).text)

    def drop(self, path: Path) -> None:
        """Drag a file over the window and let it go."""
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(path))])
        copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        with warnings.catch_warnings():  # PySide6 6.12 wants a QPointF there, those before it know only QPoint
            warnings.simplefilter("ignore", DeprecationWarning)
            enter = QDragEnterEvent(QPoint(400, 300), copy, mime, left, none)
        QApplication.sendEvent(self.window, enter)
        QApplication.sendEvent(self.window, QDropEvent(QPointF(400, 300), copy, mime, left, none))

    def choose_file(self, path: Path) -> None:
        """Answer the file dialog that is open."""
        self.wait(lambda: self._dialogs())
        dialog = self._dialogs()[0]
        dialog.findChild(QLineEdit, "fileNameEdit").setText(str(path))
        dialog.accept()

    def _dialogs(self) -> list[QFileDialog]:
        return [dialog for dialog in self.window.findChildren(QFileDialog) if dialog.isVisible()]

    def notice(self, title: str = "") -> Notice:
        """The dialog that is open, the one with this title where one is given."""
        self.wait(lambda: self.notices(title))
        return self.notices(title)[-1]

    def notices(self, title: str = "") -> list[Notice]:
        found = [notice for notice in self.window.findChildren(Notice) if notice.isVisible()]
        return [notice for notice in found if title in notice.windowTitle()]

    def press(self, notice: Notice, verb: str) -> None:
        """Press one of the buttons of a dialog."""
        self.click(next(control for control in notice.findChildren(QPushButton) if control.text() == verb))

    def leave(self) -> None:
        """Close the window and wait until it and its worker are gone."""
        self.window.close()
        self.wait(lambda: not self.window.isVisible())
        assert not self.session._worker.is_alive()
