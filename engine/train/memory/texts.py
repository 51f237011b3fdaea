"""What a memory is trained on, as text: the language is somebody else's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class AskedText:
    """A question about what was told, or about what nobody told."""

    wording: str
    answer: str
    value: str
    """What a right answer contains, alternatives with ``|``; "" where it is right not to know."""


@dataclass(frozen=True)
class ToldText:
    """Something that a person tells, in one message or several."""

    topics: frozenset[str]
    """What it is about; a life tells nothing twice that shares one."""
    messages: tuple[str, ...]
    questions: tuple[AskedText, ...]
    strange: tuple[tuple[str, AskedText], ...]
    """Questions for lives in which it was not told, each with its topic."""


class Texts(Protocol):
    """Where lives come from. All choices are its own."""

    def told(self, count: int) -> list[ToldText]:
        """About so many things to tell, each about something else where there are enough."""

    def chatter(self, count: int) -> list[tuple[str, str]]:
        """So many messages that tell nothing, with replies."""

    def requests(self, count: int) -> list[str]:
        """So many requests that have nothing to do with the person."""

    def acknowledgement(self) -> str:
        """What an assistant says when it was told something."""
