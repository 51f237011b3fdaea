"""Dialogues that are in no log, always the same: what a soul must not spoil."""

from __future__ import annotations

import functools
from collections.abc import Sequence

from engine.text.template import Message
from engine.train.companion.dialogues import make_life

SEED = 20_411
"""Of the dialogues by which drift is measured; lessons of deep sleep never use it."""
DIALOGUES = 6
EXCHANGES = 8
"""Of each dialogue, from its beginning."""


@functools.cache
def dialogues(seed: int = SEED, count: int = DIALOGUES, exchanges: int = EXCHANGES) -> Sequence[Sequence[Message]]:
    """The first exchanges of `count` lives in wordings and values that the companion was not trained on."""
    found = []
    for index in range(count):
        talk = make_life(seed, index, "chat", wordings="test", values="test").conversations[0]
        said: list[Message] = []
        for exchange in talk.exchanges[:exchanges]:
            said += [Message("user", exchange.user), Message("assistant", exchange.reply)]
        found.append(said)
    return found
