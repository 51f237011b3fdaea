"""Talking."""

from __future__ import annotations

from studio.protocol import AskNewborn, Dial, NewbornSaid, Said, Sampling, Say, Switch, Switched
from studio.session.busy import Busy
from studio.session.requests import Requests


class Talk(Requests):
    """What is said, and the ways back."""

    async def say(
        self,
        text: str,
        conversation: str,
        system: str,
        sampling: Sampling,
        max_tokens: int,
        instead_of: str = "",
        dial: Dial = "learn",
        rate: float = 1.0,
    ) -> Said:
        """Say something; the reply comes through `Session.text_arrived` and ends with what this returns.

        `instead_of` is the id of something said before: the soul goes back to before it first. `dial` is what the
        conversation leaves behind, `rate` a factor on the inner learning rate.
        """
        session = self._session
        session.learns = dial == "learn"
        with session.occupied(Busy.REPLYING):
            cancel = session.fresh_cancel()
            said: Said = await session.ask(
                lambda number: Say(
                    number,
                    text,
                    conversation,
                    system,
                    sampling,
                    max_tokens,
                    cancel,
                    instead_of,
                    dial,
                    rate,
                )
            )
            session.soul, session.speed, session.turns = said.soul, said.tokens_per_second, said.turns
        return said

    async def ask_newborn(
        self, text: str, system: str, sampling: Sampling, max_tokens: int, rate: float = 1.0
    ) -> NewbornSaid:
        """What would be answered without the soul, which is untouched; `Session.stop` ends it early."""
        session = self._session
        with session.occupied(Busy.ASIDE):
            cancel = session.fresh_cancel()
            said: NewbornSaid = await session.ask(
                lambda number: AskNewborn(number, text, system, sampling, max_tokens, cancel, rate)
            )
        return said

    async def switch(self, line: str, version: int) -> Switched:
        """Go on as another version of the exchange in which `line` was said."""
        session = self._session
        with session.occupied(Busy.SOUL):
            switched: Switched = await session.ask(lambda number: Switch(number, line, version))
            session.soul, session.turns = switched.soul, switched.turns
        return switched
