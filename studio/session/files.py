"""What comes from files of others."""

from __future__ import annotations

from collections.abc import Sequence

from studio.protocol import Line, TakeIn, TakenIn
from studio.session.busy import Busy
from studio.session.requests import Requests


class Files(Requests):
    """What is taken in from files."""

    async def take_in(self, lines: Sequence[Line]) -> tuple[Line, ...]:
        """Add messages from elsewhere to the log; returns them as logged."""
        with self._session.occupied(Busy.SOUL):
            taken: TakenIn = await self._session.ask(lambda number: TakeIn(number, tuple(lines)))
            self._session.soul = taken.soul
        return taken.lines
