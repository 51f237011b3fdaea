"""Notes until the night: what was said since the last sleep stands at the beginning of a new conversation.

A model that looks back on tokens reads them word for word, as a part of its system prompt that no memory layer learns
from (`engine.text.notes`). In the log a conversation names its notes by the ids of their messages and holds no copy, so
that a message that is forgotten is gone from all notes, too. A night takes away the notes of what it was about, but for
messages that told what the soul does not answer after it: they stay until the next one.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.io.conversation_log import Entry
from engine.llama import Llama
from engine.session.active_soul import ActiveSoul, Dial

BUDGET = 1000
"""Tokens that all notes may have."""
_SHARE = 0.25
"""Of the context, what they may take at most."""
_AROUND = 2
"""Tokens of the template around each."""
_CHARACTERS = 32
"""Of a token at most, for texts so long that they are not worth counting."""


class Notes:
    """Chooses the notes of the conversations with the soul that is awake.

    Attributes:
        wanted: the switch: whether conversations that begin from now on have any.
        budget: tokens that they may have.
    """

    def __init__(self, soul: ActiveSoul, budget: int = BUDGET) -> None:
        self._soul = soul
        self.wanted = True
        self.budget = budget

    @property
    def possible(self) -> bool:
        """Whether the model looks back on words, and has a soul that will learn them."""
        return self._soul.llama.learns and self._soul.llama.context is not None

    def due(self, dial: Dial) -> list[Entry]:
        """The notes of a conversation that would begin now, the newest first. One without the soul has none."""
        return self.choose() if self.wanted and dial != "temporary" else []

    def choose(self) -> list[Entry]:
        """What there is to note now, whether it is wanted or not; the newest first."""
        if not self.possible:
            return []
        return _chosen(self._soul.llama, [*self._soul.not_learned(), *self._soul.waiting()], self.budget)


def _chosen(llama: Llama, waiting: Sequence[Entry], budget: int) -> list[Entry]:
    """The newest messages that fit; a long one is passed over for older ones."""
    assert llama.context is not None
    left, found = min(budget, int(_SHARE * llama.context.size)), []
    for entry in reversed(waiting):
        if left <= _AROUND:
            break
        if entry.role != "user" or not entry.text.strip() or len(entry.text) > _CHARACTERS * left:
            continue
        cost = len(llama.tokenizer.encode(entry.text)) + _AROUND
        if cost <= left:
            found.append(entry)
            left -= cost
    return found
