"""Sleep."""

from __future__ import annotations

from studio.messages import Sleep, Slept
from studio.session.busy import Busy
from studio.session.requests import Requests


class Nights(Requests):
    """What is asked of sleep."""

    async def sleep(self, rate: float) -> Slept:
        """Replay what waits. `Session.wake` ends it early; then what the finished conversations taught is kept."""
        session = self._session
        with session.occupied(Busy.DREAMING):
            cancel = session.fresh_cancel()
            slept: Slept = await session.ask(lambda number: Sleep(number, rate, cancel))
            session.soul, session.last_sleep, session.turns = slept.soul, slept, ()
            session.speed = slept.tokens / slept.seconds if slept.seconds else 0.0
        return slept
