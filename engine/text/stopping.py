"""Where generated text ends, and what a generation hands out while it goes on and when it has ended."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from engine.errors import ConfigError

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


class StopMatcher:
    """Lets text through until one of `stops` is complete; what could become a stop sequence is withheld until known.

    The sequence that is complete first ends the text (the longest of several that end together), so the outcome does
    not depend on how the text is cut into parts. Raises `ConfigError` for an empty stop sequence.
    """

    def __init__(self, stops: Sequence[str] = ()) -> None:
        if isinstance(stops, str):
            stops = (stops,)
        if not all(stops):
            raise ConfigError("A stop sequence is empty; every reply would end at once.")
        self._stops = tuple(stops)
        self._beginnings = frozenset(stop[:n] for stop in stops for n in range(1, len(stop)))
        self._longest = max(map(len, stops), default=0)
        self._withheld = ""
        self._stopped = False

    def push(self, text: str) -> tuple[str, bool]:
        """Add text; returns what may be shown, and whether a stop sequence was met (it is not shown)."""
        if not self._stops:
            return text, False
        if self._stopped:
            return "", True
        text = self._withheld + text
        ends = [(at + len(stop), at) for stop in self._stops if (at := text.find(stop)) >= 0]
        if ends:
            self._stopped, self._withheld = True, ""
            return text[: min(ends)[1]], True
        keep = next((n for n in range(min(len(text), self._longest - 1), 0, -1) if text[-n:] in self._beginnings), 0)
        self._withheld = text[len(text) - keep :]
        return text[: len(text) - keep], False

    def flush(self) -> str:
        """The reply is over: what was withheld after all belongs to it."""
        out, self._withheld = self._withheld, ""
        return out
