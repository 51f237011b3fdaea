"""The conversations of a soul, grouped from the lines of its log."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from engine.text.folding import find_folded, fold
from studio.protocol import LogLine


def new_conversation() -> str:
    """A fresh name for a conversation."""
    return secrets.token_hex(8)


@dataclass
class ChatThread:
    """One conversation, its lines oldest first; the system prompt is not among them."""

    id: str
    lines: list[LogLine] = field(default_factory=list)
    _folded: list[str] = field(default_factory=list)

    @property
    def first_words(self) -> str:
        """What the person said first."""
        return next((line.text for line in self.lines if line.role == "user"), self.lines[0].text)

    @property
    def last(self) -> str:
        """When something was said last, ISO 8601 in UTC."""
        return self.lines[-1].timestamp

    @property
    def folded(self) -> list[str]:
        """The texts as a search compares them; made once for each line."""
        self._folded += [fold(line.text) for line in self.lines[len(self._folded) :]]
        return self._folded

    def begins(self, lines: Sequence[LogLine]) -> bool:
        """Whether `lines`, without a system prompt, are this conversation, or this one and what followed."""
        return len(lines) >= len(self.lines) and all(
            (mine.role, mine.text) == (theirs.role, theirs.text)
            for mine, theirs in zip(self.lines, lines, strict=False)
        )

    def replace(self, lines: list[LogLine]) -> None:
        """Have other lines."""
        self.lines = lines
        self._folded = []


class ChatHistory:
    """All conversations of one soul."""

    def __init__(self, lines: Iterable[LogLine] = ()) -> None:
        self._conversations: dict[str, ChatThread] = {}
        self.add(lines)

    def add(self, lines: Iterable[LogLine]) -> None:
        """Take over lines of the log."""
        for line in lines:
            if line.role != "system":
                found = self._conversations.setdefault(line.conversation, ChatThread(line.conversation))
                found.lines.append(line)

    def __len__(self) -> int:
        return len(self._conversations)

    def newest_first(self) -> list[ChatThread]:
        """The conversations, the one that was spoken in last first."""
        return sorted(self._conversations.values(), key=lambda conversation: conversation.last, reverse=True)

    def by_first_words(self) -> dict[str, list[ChatThread]]:
        """The conversations by the text that each begins with."""
        found: dict[str, list[ChatThread]] = {}
        for conversation in self._conversations.values():
            found.setdefault(conversation.lines[0].text, []).append(conversation)
        return found

    def get(self, conversation: str) -> ChatThread | None:
        """A conversation by its name, None where nothing was said in it."""
        return self._conversations.get(conversation)


_BEFORE, _AFTER = 24, 80


@dataclass(frozen=True)
class SearchHit:
    """A conversation in which all of the words stand."""

    conversation: str
    row: int
    """The message that has them (or the first of them), counted from 0; -1 where only the title does."""
    excerpt: str
    """The words around the first find, on one line; empty where only the title has them."""


def find(conversations: Iterable[tuple[ChatThread, str]], query: str) -> list[SearchHit]:
    """The conversations (each with its title) that hold every word of `query`, in the order given.

    Case, accents and widths make no difference (`engine.text.folding`). A message that has all words comes before one
    that has the first of them.
    """
    words = fold(query).split()
    hits = []
    for conversation, title in conversations:
        texts = conversation.folded
        everything = [fold(title), *texts]
        if not words or not all(any(word in text for text in everything) for word in words):
            continue
        row = next((i for i, text in enumerate(texts) if all(word in text for word in words)), -1)
        if row < 0:
            row = next((i for i, text in enumerate(texts) if words[0] in text), -1)
        hits.append(SearchHit(conversation.id, row, _excerpt(conversation.lines[row].text, words) if row >= 0 else ""))
    return hits


def _excerpt(text: str, words: list[str]) -> str:
    line = " ".join(text.split())
    at = max(0, find_folded(line, words))
    begin = max(0, at - _BEFORE)
    end = at + _AFTER
    return ("…" if begin else "") + line[begin:end] + ("…" if end < len(line) else "")
