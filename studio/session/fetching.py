"""Fetching the model of the first run when the person asks for it, in a thread of its own, so that all else goes on."""

from __future__ import annotations

import threading
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from engine.errors import BitLlamaError
from engine.fetch import SMOLLM2, FetchedModel, fetch
from engine.resources import first_model
from studio.protocol import EngineFailure
from studio.translation import sentence

_LOOK_MS = 100


class Fetching(QObject):
    """One download at a time. Belongs to the window's thread; closed with the session.

    Attributes:
        model: what is fetched.
        folder: where to; None for the folder of models.
        share: how much of it is there, 0 to 1.
    """

    changed = Signal()
    """`running` or `share` is another."""
    fetched = Signal(Path)
    """The model is there."""
    failed = Signal(EngineFailure)

    def __init__(self, parent: QObject, model: FetchedModel = SMOLLM2, folder: Path | None = None) -> None:
        super().__init__(parent)
        self.model, self.folder = model, folder
        self.share = 0.0
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._outcome: Path | BitLlamaError | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MS)
        self._timer.timeout.connect(self._look)

    @property
    def running(self) -> bool:
        """Whether it is being fetched."""
        return self._thread is not None

    @property
    def there(self) -> bool:
        """Whether the model is on this machine."""
        return first_model() is not None if self.folder is None else (self.folder / self.model.file).is_file()

    def start(self) -> None:
        """Begin; harmless while it is running."""
        if self._thread is None:
            self._stop, self.share, self._outcome = threading.Event(), 0.0, None
            self._thread = threading.Thread(target=self._work, name="fetch", daemon=True)
            self._thread.start()
            self._timer.start()
            self.changed.emit()

    def stop(self) -> None:
        """Let it be; nothing of it is kept."""
        self._stop.set()

    def close(self) -> None:
        """`stop`, and wait for the end."""
        self.stop()
        if self._thread is not None:
            self._thread.join()
        self._timer.stop()
        self._thread = None

    def _work(self) -> None:
        def note(share: float) -> None:
            self.share = share

        try:
            self._outcome = fetch(self.model, self.folder, note, self._stop.is_set)
        except BitLlamaError as error:
            self._outcome = error

    def _look(self) -> None:
        if self._thread is not None and self._thread.is_alive():
            self.changed.emit()
            return
        self._thread = None
        self._timer.stop()
        self.changed.emit()
        if isinstance(self._outcome, Path):
            self.fetched.emit(self._outcome)
        elif self._outcome is not None:
            self.failed.emit(EngineFailure(sentence(self._outcome.message)))
