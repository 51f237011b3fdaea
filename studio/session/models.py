"""Loading models."""

from __future__ import annotations

from pathlib import Path

from studio.messages import Open, Opened
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
