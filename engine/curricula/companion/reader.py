"""Reads facts out of messages: by patterns, and where they find nothing by listening to what the body makes of it.

Told something, the companion says it once more in its own words: "Your dog is called Bramble." It has one wording for
each kind of fact, so what it says can be read where what was said to it cannot. It is believed only where value and
subject stand in the person's own words.
"""

from __future__ import annotations

from engine.curricula.companion.facts import Fact
from engine.curricula.companion.patterns import confirmed, read, stated
from engine.llama import Llama
from engine.runtime.base import Cancel
from engine.sleep.probes import reply

MOST_LISTENED = 300
"""Messages that the body is asked to make sense of: what is beyond is read by patterns alone."""


class Reader:
    """Finds the facts of one message after the other; the state of `llama` is afterwards as it was.

    Args:
        llama: whose body listens, as a newborn.
        cancel: asked before every message that it listens to; from True on it reads by patterns alone.
    """

    def __init__(self, llama: Llama, cancel: Cancel | None = None) -> None:
        self._llama, self._cancel = llama, cancel
        self._left = MOST_LISTENED

    def __call__(self, message: str) -> list[Fact]:
        """The facts that a person's message tells."""
        if found := read(message, own_words=False):
            return found
        if self._cancel is not None and self._cancel():
            self._left = 0
        if self._left:
            self._left -= 1
            heard = (confirmed(message, fact) for fact in stated(self._retold(message)))
            found = [fact for fact in heard if fact is not None]
        return found or read(message)

    def _retold(self, message: str) -> str:
        before = self._llama.snapshot()
        try:
            self._llama.reset_state()
            return reply(self._llama, message)
        finally:
            self._llama.restore(before)
