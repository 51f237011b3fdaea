"""Exchanges as tokens: what stands before a message, the message, and the reply to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.text.chat_message import ChatMessage
from engine.text.model_text import ModelText


@dataclass(frozen=True)
class EncodedExchange:
    """One exchange at the end of a conversation: ``context + message + opening + reply``."""

    context: tuple[int, ...]
    """All that stands before the message's content."""
    message: tuple[int, ...]
    """Content of the person's message."""
    opening: tuple[int, ...]
    """What the template writes between the message and the reply; the memory is read from here on."""
    reply: tuple[int, ...]
    """Content of the reply and the token that ends it."""

    @property
    def ids(self) -> tuple[int, ...]:
        """All of it."""
        return self.context + self.message + self.opening + self.reply


def encode_exchange(text: ModelText, before: Sequence[ChatMessage], message: str, reply: str) -> EncodedExchange:
    """The last exchange of a conversation. Raises `ConfigError` where the template fails on it."""
    messages = [*before, ChatMessage("user", message), ChatMessage("assistant", reply)]
    runs = text.template.render_runs(text.tokenizer, messages, reply=False)
    asked, answered = len(messages) - 2, len(messages) - 1
    parts: list[list[int]] = [[], [], [], []]
    place = 0
    for ids, owner in runs:
        if owner == asked:
            place = 1
        elif owner == answered:
            place = 3
        elif place == 1:
            place = 2
        elif place == 3:
            end = next((n for n, i in enumerate(ids) if i in text.turn_ends), -1)
            parts[3] += ids[: end + 1]
            break
        parts[place] += ids
    return EncodedExchange(*map(tuple, parts))
