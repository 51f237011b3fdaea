"""Dialogues that are in no log, always the same: what a soul must not spoil."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Sequence

from engine.text.template import ChatMessage
from engine.train.companion.dialogues import make_life
from engine.train.companion.frames import DO_NOT_KNOW

SEED = 20_411
"""Of the dialogues by which drift is measured; lessons of deep sleep never use it."""
DIALOGUES = 64
EXCHANGES = 8
"""Of each dialogue, from its beginning."""


@functools.cache
def dialogues(seed: int = SEED, count: int = DIALOGUES, exchanges: int = EXCHANGES) -> Sequence[Sequence[ChatMessage]]:
    """The first exchanges of `count` lives in wordings and values that the companion was not trained on.

    Lives that begin with a system prompt are passed over: without it their manner would look like whim. So are
    questions about what was never told: what is right to say then depends on what the soul knows.
    """
    found: list[Sequence[ChatMessage]] = []
    for index in itertools.count():
        if len(found) == count:
            break
        talk = make_life(seed, index, "chat", wordings="test", values="test").conversations[0]
        if talk.system:
            continue
        said: list[ChatMessage] = []
        for exchange in [one for one in talk.exchanges if DO_NOT_KNOW not in one.reply][:exchanges]:
            said += [ChatMessage("user", exchange.user), ChatMessage("assistant", exchange.reply)]
        found.append(said)
    return found
