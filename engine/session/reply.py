"""What comes of saying something to a mind."""

from __future__ import annotations

from dataclasses import dataclass

from engine.llama import Stopped


@dataclass(frozen=True)
class Reply:
    """What the model answered."""

    text: str
    """The whole answer, also when it was stopped."""
    conversation: str
    """The conversation that it belongs to."""
    tokens: int
    """Tokens generated."""
    prompt_tokens: int
    """Tokens read before the answer: the message in its template, and the system prompt when it was due."""
    seconds: float
    """Time from the first token read to the last one written."""
    stopped: Stopped
    """Why it ended: the model said so, `max_tokens`, a stop sequence, or the listener wanted no more."""
    level: int
    """Tokens lived by the soul, this exchange included."""
    unsaved: str = ""
    """Why the soul could not be written afterwards; "" when it was. The exchange was lived and is in the log."""
