"""Two souls side by side."""

from __future__ import annotations

from studio.protocol import Answered, AskBoth, Compare, Compared
from studio.session.busy import Busy
from studio.session.requests import Requests


class Comparing(Requests):
    """What is asked of two entries of the timeline; "" stands for the soul as it lives."""

    async def differ(self, first: str, second: str) -> Compared:
        """What changed from the first to the second."""
        with self._session.occupied(Busy.SOUL):
            compared: Compared = await self._session.ask(lambda number: Compare(number, first, second))
        return compared

    async def ask_both(self, first: str, second: str, words: str, max_tokens: int) -> Answered:
        """Put the same words to both. `Session.stop` ends it; then what was said until then is returned."""
        session = self._session
        with session.occupied(Busy.COMPARING):
            cancel = session.fresh_cancel()
            answered: Answered = await session.ask(
                lambda number: AskBoth(number, first, second, words, max_tokens, cancel)
            )
        return answered
