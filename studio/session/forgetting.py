"""Real forgetting."""

from __future__ import annotations

from collections.abc import Sequence

from studio.protocol import Forget, ForgetCost, Forgot, LivedIn, PlanForgetting
from studio.session.busy import Busy
from studio.session.requests import Requests


class Forgetting(Requests):
    """What is asked of forgetting."""

    async def lived_in(self, moment: str, grew_from: str) -> tuple[str, ...]:
        """The ids of what was said to the soul between two entries of its timeline."""
        with self._session.occupied(Busy.SOUL):
            found: tuple[str, ...] = await self._session.ask(lambda number: LivedIn(number, moment, grew_from))
        return found

    async def plan(self, ids: Sequence[str], pinned_too: bool = False) -> ForgetCost:
        """What it would take to forget messages."""
        with self._session.occupied(Busy.SOUL):
            cost: ForgetCost = await self._session.ask(lambda number: PlanForgetting(number, tuple(ids), pinned_too))
        return cost

    async def forget(self, ids: Sequence[str], pinned_too: bool = False) -> Forgot:
        """Forget messages. `Session.stop` ends it; then everything is as before."""
        session = self._session
        with session.occupied(Busy.FORGETTING):
            cancel = session.fresh_cancel()
            forgot: Forgot = await session.ask(lambda number: Forget(number, tuple(ids), pinned_too, cancel))
            session.soul = forgot.soul
            session.begin_anew()
        return forgot
