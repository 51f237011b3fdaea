"""Python's cyclic garbage is collected in the window's thread alone.

Python collects in whatever thread happens to make an object too many. A widget that is part of a cycle would then be
destroyed in the worker's thread, under the feet of Qt's event loop, which ends the program.
"""

from __future__ import annotations

import gc
import sys

from PySide6.QtCore import QObject, QTimer

LOOK_MS = 200
"""How often it is asked whether there is enough to collect."""
MANY_MODULES = 20
"""From so many new ones on, what they brought is set aside."""


class GarbageCollector(QObject):
    """Turns Python's own collector off and does its work by a timer of the thread that this object lives in.

    What imports brought lives as long as the program. It is set aside, for looking through it again and again makes
    the window stand still: a sixth of a second once torch is there. `stop` leaves all to Python again.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.disable()
        self._modules = 0
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()

    def look(self) -> None:
        """Set new imports aside, and collect the oldest generation whose threshold was passed, as Python would."""
        if len(sys.modules) >= self._modules + MANY_MODULES:
            self._modules = len(sys.modules)
            gc.freeze()
        due = [
            at for at, (count, most) in enumerate(zip(gc.get_count(), gc.get_threshold(), strict=True)) if count > most
        ]
        if due:
            gc.collect(due[-1])

    def stop(self) -> None:
        """Leave the work to Python again."""
        self._timer.stop()
        gc.unfreeze()
        gc.enable()
