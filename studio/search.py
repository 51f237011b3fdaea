"""Finding words in all that was said, titles included."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from studio.history import Conversation

_BEFORE, _AFTER = 24, 80


@dataclass(frozen=True)
class Hit:
    """A conversation in which all of the words stand."""

    conversation: str
    row: int
    """The message that has them (or the first of them), counted from 0; -1 where only the title does."""
    excerpt: str
    """The words around the first find, on one line; empty where only the title has them."""


def find(conversations: Iterable[tuple[Conversation, str]], query: str) -> list[Hit]:
    """The conversations (each with its title) that hold every word of `query`, in the order given.

    Upper and lower case are the same. A message that has all words comes before one that has the first of them.
    """
    words = query.casefold().split()
    hits = []
    for conversation, title in conversations:
        texts = conversation.folded
        everything = [title.casefold(), *texts]
        if not words or not all(any(word in text for text in everything) for word in words):
            continue
        row = next((i for i, text in enumerate(texts) if all(word in text for word in words)), -1)
        if row < 0:
            row = next((i for i, text in enumerate(texts) if words[0] in text), -1)
        hits.append(Hit(conversation.id, row, _excerpt(conversation.lines[row].text, words) if row >= 0 else ""))
    return hits


def _excerpt(text: str, words: list[str]) -> str:
    line = " ".join(text.split())
    folded = line.casefold()
    at = min((place for word in words if (place := folded.find(word)) >= 0), default=0)
    begin = max(0, at - _BEFORE)
    end = at + _AFTER
    return ("…" if begin else "") + line[begin:end] + ("…" if end < len(line) else "")
