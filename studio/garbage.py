"""Python's cyclic garbage is collected in the window's thread alone.

Python collects in whatever thread happens to make an object too many. A widget that is part of a cycle would then be
destroyed in the worker's thread, under the feet of Qt's event loop, which ends the program.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

LOOK_MS = 200
"""How often it is asked whether there is enough to collect."""


class GarbageCollector(QObject):
    """Turns Python's own collector off and does its work by a timer of the thread that this object lives in.

    `stop` turns it on again.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.disable()
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()

    def look(self) -> None:
        """Collect the oldest generation whose threshold was passed, as Python would have."""
        due = [
            at for at, (count, most) in enumerate(zip(gc.get_count(), gc.get_threshold(), strict=True)) if count > most
        ]
        if due:
            gc.collect(due[-1])

    def stop(self) -> None:
        """Leave the work to Python again."""
        self._timer.stop()
        gc.enable()
