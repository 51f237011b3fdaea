"""Sleep."""

from __future__ import annotations

from dataclasses import replace

from studio.protocol import Accept, Reject, Sleep, Slept
from studio.session.busy import Busy
from studio.session.requests import Requests


class Nights(Requests):
    """What is asked of sleep."""

    async def sleep(self, rate: float, passes: int = 0, method: str = "", ask: bool = False) -> Slept:
        """Sleep on what waits; see `studio.protocol.Sleep` for what the arguments mean.

        `Session.wake` ends it early; then what the finished conversations taught is kept.
        """
        session = self._session
        with session.occupied(Busy.DREAMING):
            cancel = session.fresh_cancel()
            slept: Slept = await session.ask(lambda number: Sleep(number, rate, passes, method, ask, cancel))
            session.soul, session.last_sleep, session.turns = slept.soul, slept, ()
        return slept

    async def accept(self) -> None:
        """Go on as the soul of the night that waits for a decision."""
        session = self._session
        with session.occupied(Busy.SOUL):
            session.soul = await session.ask(Accept)
            session.turns = ()
            if session.last_sleep is not None:
                session.last_sleep = replace(session.last_sleep, kept=True)

    async def reject(self) -> None:
        """Let that night go; what it was about goes on waiting."""
        session = self._session
        with session.occupied(Busy.SOUL):
            session.soul = await session.ask(Reject)
            session.last_sleep = None
