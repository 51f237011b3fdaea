"""A second start on the same workspace raises the first window and hands it the files, then ends.

Who has the workspace is decided by its lock alone. This is only how the one who came second reaches the first: a socket
of this machine and this user, named after the workspace.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtNetwork import QLocalServer, QLocalSocket

_PATIENCE_MS = 2000
_LONGEST = 1 << 20
_ANSWER = b"here\n"


def socket_name(workspace: Path) -> str:
    """What the socket of a workspace is called."""
    return "bit-llama-studio-" + hashlib.sha256(str(workspace.resolve()).encode()).hexdigest()[:16]


def hand_over(workspace: Path, files: Sequence[Path]) -> bool:
    """Ask the window that has a workspace to come forward and open files; False where none answers."""
    socket = QLocalSocket()
    socket.connectToServer(socket_name(workspace))
    if not socket.waitForConnected(_PATIENCE_MS):
        return False
    socket.write(json.dumps([str(path.absolute()) for path in files]).encode() + b"\n")
    socket.flush()
    while not socket.canReadLine():
        if not socket.waitForReadyRead(_PATIENCE_MS):
            return False
    return socket.readLine().data() == _ANSWER


class SingleInstance(QObject):
    """Listens for a second start. Have one only while holding the lock of the workspace."""

    started_again = Signal(list)
    """Somebody started the Studio again, with these files (paths)."""

    def __init__(self, workspace: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        name = socket_name(workspace)
        self._server = QLocalServer(self)
        self._clients: list[QLocalSocket] = []
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        QLocalServer.removeServer(name)  # of a program that was killed: the lock says that it is gone
        self._server.newConnection.connect(self._connected)
        self.problem = "" if self._server.listen(name) else self._server.errorString()
        """Why a second start cannot reach this window; empty where it can."""

    def close(self) -> None:
        """Listen no more."""
        self._server.close()

    def _connected(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            self._clients.append(socket)  # kept to the end: they are few, and must not go while they speak
            socket.readyRead.connect(self._read)
        self._read()

    def _read(self) -> None:
        for socket in self._clients:
            if socket.bytesAvailable() > _LONGEST:
                socket.abort()
            elif socket.canReadLine():
                self._answer(socket)

    def _answer(self, socket: QLocalSocket) -> None:
        try:
            files = json.loads(bytes(socket.readLine().data()))
        except ValueError:
            files = None
        if not isinstance(files, list) or not all(isinstance(file, str) for file in files):
            socket.abort()
            return
        socket.write(_ANSWER)
        socket.flush()
        self.started_again.emit([Path(file) for file in files])


class FileOpenEvents(QObject):
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
