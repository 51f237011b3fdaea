"""The soul that is awake and its file."""

from __future__ import annotations

from pathlib import Path

from studio.messages import LoadSoul, ResetSoul, SaveSoul
from studio.session.busy import Busy
from studio.session.requests import Requests


class Souls(Requests):
    """What is done with souls."""

    async def save(self, path: Path) -> None:
        """Write a copy of the soul to `path`."""
        with self._session.occupied(Busy.SOUL):
            self._session.soul = await self._session.ask(lambda number: SaveSoul(number, path))

    async def load(self, path: Path) -> None:
        """Put the soul of a file into the loaded model."""
        with self._session.occupied(Busy.SOUL):
            self._session.soul = await self._session.ask(lambda number: LoadSoul(number, path))
            self._session.begin_anew()

    async def reset(self) -> None:
        """Begin a fresh soul."""
        with self._session.occupied(Busy.SOUL):
            self._session.soul = await self._session.ask(ResetSoul)
            self._session.begin_anew()
