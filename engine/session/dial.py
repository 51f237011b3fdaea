"""The learning dial of a conversation: what it leaves in the soul and on the disk."""

from __future__ import annotations

from typing import Literal, get_args

from engine.errors import ConfigError
from engine.llama import Llama

Dial = Literal["learn", "use", "temporary"]
"""``learn``: the soul lives the conversation, and it is in the log.

``use``: the soul is there and follows the conversation, but keeps nothing: afterwards it is, bit for bit, the one of
before, and nothing of the conversation was written.

``temporary``: the same without the soul: a newborn talks, and nothing is written.
"""

DIALS: tuple[Dial, ...] = get_args(Dial)


def checked(value: str) -> Dial:
    """`value` where it is a dial, else `ConfigError`."""
    for dial in DIALS:
        if value == dial:
            return dial
    raise ConfigError(f"The dial cannot be set to {value!r}; it is one of {', '.join(DIALS)}.")


class Suspended:
    """A soul that stands aside while its body holds a conversation that shall leave no trace.

    Args:
        llama: its live state is set aside; a conversation begins in it.
        dial: ``use`` lets the conversation begin with the soul's fast weights, ``temporary`` with none.
    """

    def __init__(self, llama: Llama, dial: Dial) -> None:
        self.dial = dial
        self.meta = llama.meta
        self._llama, self._before = llama, llama.snapshot()
        if dial == "temporary":
            llama.reset_state()
        else:
            llama.new_conversation()

    def end(self) -> None:
        """Put the soul back, bit for bit."""
        self._llama.restore(self._before)
