"""Loading models, looking into them, letting them go."""

from __future__ import annotations

from pathlib import Path

from studio.protocol import Convert, Converted, Inspect, ModelCard, Open, Opened, Unload
from studio.session.busy import Busy
from studio.session.requests import Requests


class Models(Requests):
    """What is asked of models."""

    async def open(self, path: Path, device: str = "auto", threads: int | None = None) -> Opened:
        """Load a model with its soul. Where that fails the model before it stays where that is possible.

        Args:
            path: the file or folder.
            device: who shall compute; ``auto`` chooses.
            threads: processor threads, None for as many as help.
        """
        session = self._session
        with session.occupied(Busy.OPENING):
            opened: Opened = await session.ask(lambda number: Open(number, path, device, threads))
            session.body, session.soul = opened.body, opened.soul
            session.speed = 0.0
            session.begin_anew()
        return opened

    async def unload(self) -> None:
        """Save the soul and let the model go."""
        session = self._session
        with session.occupied(Busy.SOUL):
            await session.ask(Unload)
            session.body = session.soul = session.timeline = None
            session.speed = 0.0
            session.begin_anew()
            session.timeline_moved.emit()

    async def inspect(self, path: Path) -> ModelCard:
        """Look into a model without loading it. Takes its turn between other requests and locks nothing."""
        card: ModelCard = await self._session.ask(lambda number: Inspect(number, path))
        return card

    async def convert(self, source: Path, target: Path, packed: bool) -> Converted | None:
        """Write a model as a .bitt, read back and checked; None where `Session.stop` ended it."""
        session = self._session
        with session.occupied(Busy.CONVERTING):
            cancel = session.fresh_cancel()
            converted: Converted | None = await session.ask(
                lambda number: Convert(number, source, target, packed, cancel)
            )
        return converted
