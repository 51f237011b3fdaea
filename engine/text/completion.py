"""What a generation hands out while it goes on, and what it was when it has ended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Stopped = Literal["end", "length", "stop", "callback"]
"""Why text ended: the model said so, the token limit, a stop sequence, or the listener wanted no more."""

Callback = Callable[[str], bool | None]
"""Called with each new piece of text; returning False stops the generation before another token is computed."""

Progress = Callable[[int, int], None]
"""Called with the tokens read so far and the tokens in all."""


@dataclass(frozen=True)
class Completion:
    """Generated text and how it came about."""

    text: str
    """All that was generated, without the stop sequence that ended it."""
    tokens: int
    """Tokens generated."""
    prompt_tokens: int
    """Tokens read before the first one was generated."""
    seconds: float
    """Time in all."""
    stopped: Stopped
    """Why it ended."""
    ids: tuple[int, ...] = ()
    """The tokens generated, one that ended the turn included: with the prompt, all that `Llama.replay` needs."""
