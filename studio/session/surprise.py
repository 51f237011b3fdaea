"""How surprising the newest tokens were to a soul, measured against what is usual for it.

The engine tells the inner loss of a token: how wrong the fast weights were before they learned it. Its size depends on
the model (some are near 1, some near 50), so that the figure alone says nothing. Divided by the mean over all tokens
since the soul was woken it does: 1 is as usual, below 1 is familiar, above 1 is new.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from PySide6.QtCore import QObject, QTimer, Signal

SPAN = 256
"""Tokens kept, and drawn."""
RECENT = 16
"""Tokens whose mean is the figure."""
SHOWN_MS = 100
"""What watches is told at most so often: ten times a second is as live as an eye can follow."""


class Surprise(QObject):
    """The inner losses of the newest tokens, and the running mean that they are compared with."""

    moved = Signal()
    """There are other tokens; at most every `SHOWN_MS`, and the last word always comes."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._losses: deque[float] = deque(maxlen=SPAN)
        self._sum, self._seen = 0.0, 0
        self._untold = False
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(SHOWN_MS)
        self._rest.timeout.connect(self._tell_rest)

    def add(self, losses: Sequence[float]) -> None:
        """Take the inner losses of new tokens, oldest first."""
        self._losses.extend(losses)
        self._sum += sum(losses)
        self._seen += len(losses)
        self._untold = True
        if not self._rest.isActive():
            self._tell_rest()

    def _tell_rest(self) -> None:
        if self._untold:
            self._untold = False
            self._rest.start()
            self.moved.emit()

    def clear(self) -> None:
        """Begin anew: another model or another soul."""
        self._losses.clear()
        self._sum, self._seen = 0.0, 0
        self._untold = False
        self.moved.emit()

    @property
    def count(self) -> int:
        """How many tokens are kept."""
        return len(self._losses)

    @property
    def usual(self) -> float:
        """The mean inner loss over all tokens since `clear`; 0 where there were none."""
        return self._sum / self._seen if self._seen else 0.0

    @property
    def relative(self) -> list[float]:
        """The tokens kept, oldest first, as multiples of `usual`."""
        usual = self.usual
        return [loss / usual if usual > 0 else 0.0 for loss in self._losses]

    @property
    def recent(self) -> float:
        """Mean of the newest `RECENT` tokens as a multiple of `usual`; 0 where there are none."""
        newest = self.relative[-RECENT:]
        return sum(newest) / len(newest) if newest else 0.0
