"""``bit-llama-studio --start-times``: the program says when it is seen and when it can be talked to, then closes.

Whoever started it holds the watch, so that the time before Python runs counts too (packaging/bundle/start_times.py).
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QWindow

from studio.ui.main_window import MainWindow

WINDOW, READY = "window", "ready"
"""The lines that are printed."""


class StartTimes(QObject):
    """Watches `window`, which is not shown yet, until a model is loaded in it; then the window closes."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window, self._seen, self._ready = window, False, False
        window.winId()  # makes the window of the system, which is what is exposed
        handle = window.windowHandle()
        assert handle is not None
        handle.installEventFilter(self)
        window.verbs.opened.connect(lambda: self._loaded())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The first exposure is answered by painting; what is posted now comes after that."""
        if event.type() == QEvent.Type.Expose and isinstance(watched, QWindow) and watched.isExposed():
            watched.removeEventFilter(self)
            QTimer.singleShot(0, self, self._painted)
        return False

    def _painted(self) -> None:
        self._seen = True
        print(WINDOW, flush=True)  # noqa: T201 (what was asked for)
        self._end()

    def _loaded(self) -> None:
        self._ready = True
        self._end()

    def _end(self) -> None:
        if self._seen and self._ready:
            print(READY, flush=True)  # noqa: T201
            self._window.close()
