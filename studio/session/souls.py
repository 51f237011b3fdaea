"""The soul that is awake, the other souls of its body, and their timelines."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from studio.protocol import (
    Blend,
    Branch,
    Command,
    Copy,
    Delete,
    Describe,
    Keep,
    LoadSoul,
    RenameSoul,
    ResetSoul,
    Restore,
    SaveSoul,
    Undo,
    WakeSoul,
    Woken,
)
from studio.session.busy import Busy
from studio.session.requests import Requests


class Souls(Requests):
    """What is done with souls."""

    async def save(self, path: Path) -> None:
        """Write a copy of the soul to `path`."""
        await self._same(lambda number: SaveSoul(number, path))

    async def load(self, path: Path) -> None:
        """Put the soul of a file into the loaded model."""
        await self._another(lambda number: LoadSoul(number, path))

    async def reset(self) -> None:
        """Begin a fresh soul."""
        await self._another(ResetSoul)

    async def restore(self, moment: str) -> None:
        """Go on as an entry of the timeline."""
        await self._another(lambda number: Restore(number, moment))

    async def undo(self) -> None:
        """Go back to before the last event that changed the soul."""
        await self._another(Undo)

    async def blend(self, second: str, share: float) -> None:
        """Go on as the mean of the soul of now and a share of another one: an entry, or a soul by its name."""
        await self._another(lambda number: Blend(number, second, share))

    async def keep(self, note: str) -> None:
        """Keep the soul as it is in its timeline."""
        await self._same(lambda number: Keep(number, note))
        self._session.turns = ()

    async def branch(self, name: str, moment: str = "") -> None:
        """Begin another soul called `name` from an entry, or from the soul as it is; it does not wake yet."""
        await self._same(lambda number: Branch(number, name, moment))

    async def rename(self, name: str) -> None:
        """Call the soul that is awake otherwise."""
        await self._same(lambda number: RenameSoul(number, name))

    async def wake(self, name: str) -> Woken:
        """Go on as another soul of the loaded model."""
        session = self._session
        with session.occupied(Busy.SOUL):
            woken: Woken = await session.ask(lambda number: WakeSoul(number, name))
            session.soul = woken.soul
            session.begin_anew()
        return woken

    async def describe(
        self, moment: str, label: str | None = None, note: str | None = None, pinned: bool | None = None
    ) -> None:
        """Say something of an entry of the timeline; None leaves what was said."""
        with self._session.occupied(Busy.SOUL):
            await self._session.ask(lambda number: Describe(number, moment, label, note, pinned))

    async def delete(self, moment: str) -> None:
        """Delete an entry of the timeline."""
        with self._session.occupied(Busy.SOUL):
            await self._session.ask(lambda number: Delete(number, moment))

    async def copy(self, moment: str, path: Path) -> None:
        """Write an entry of the timeline to a file."""
        with self._session.occupied(Busy.SOUL):
            await self._session.ask(lambda number: Copy(number, moment, path))

    async def _same(self, command: Callable[[int], Command]) -> None:
        with self._session.occupied(Busy.SOUL):
            self._session.soul = await self._session.ask(command)

    async def _another(self, command: Callable[[int], Command]) -> None:
        with self._session.occupied(Busy.SOUL):
            self._session.soul = await self._session.ask(command)
            self._session.begin_anew()
