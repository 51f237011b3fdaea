"""A message of a chat, and what training is told of it: how much it counts, which words are worth remembering."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from engine.errors import ConfigError
from engine.text.tokenizer import Tokenizer

Role = Literal["system", "user", "assistant"]
ROLES: tuple[Role, ...] = get_args(Role)

MOST_WEIGHT = 100

UNJUDGED, PASS, KEEP = 0, 1, 2
"""Whether a token is worth remembering."""


@dataclass(frozen=True)
class ChatMessage:
    """One message of a conversation. Raises `ConfigError` for a role other than system, user or assistant."""

    role: Role
    text: str
    keep: tuple[str, ...] | None = None
    """For training: the words in it that are worth remembering; None where nobody said which."""
    weight: int = 1
    """For training: how much its words count where the model is to say them; 0: not at all."""

    def __post_init__(self) -> None:
        if self.role not in ROLES:
            raise ConfigError(f"The role {self.role!r} is unknown; it must be one of {', '.join(ROLES)}.")
        if isinstance(self.weight, bool) or not isinstance(self.weight, int) or not 0 <= self.weight <= MOST_WEIGHT:
            raise ConfigError(
                "A weight is {value!r}; it must be a whole number from 0 to {most}.",
                value=self.weight,
                most=MOST_WEIGHT,
            )


@dataclass(frozen=True)
class Rendered:
    """Token ids, and for each how much it counts: the message's weight where the model says it, 0 where it hears it."""

    ids: list[int]
    mask: list[int]
    worth: list[int]
    """For each whether it is worth remembering: `KEEP`, `PASS`, or `UNJUDGED` where nobody said."""


def worth_of(tokenizer: Tokenizer, ids: Sequence[int], keep: tuple[str, ...] | None) -> list[int]:
    """Which of a message's tokens spell one of the words in `keep`, in capitals or not, or tell that it ends there."""
    if not keep:
        return [UNJUDGED if keep is None else PASS] * len(ids)
    decoder, ends, text = tokenizer.stream(), [], ""
    for token in ids:
        text += decoder.push(token)
        ends.append(len(text))
    worth = [PASS] * len(ids)
    for word in keep:
        for found in re.finditer(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.IGNORECASE):
            for at, (start, end) in enumerate(zip([0, *ends], ends, strict=False)):
                if end > found.start() and start <= found.end():
                    worth[at] = KEEP
    return worth
