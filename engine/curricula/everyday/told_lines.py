"""The notation in which a reader writes down what a message told: ``question | answer``, one a line."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

INSTRUCTION = "Write down what was told, as questions and answers."
"""The system prompt of the reader."""
NOTHING = "nothing"
"""What it writes of a message that tells nothing."""
MOST_LINES = 4

_BETWEEN = " | "
_SMALL = frozenset(
    [
        "a",
        "an",
        "the",
        "of",
        "to",
        "in",
        "on",
        "at",
        "by",
        "for",
        "from",
        "with",
        "and",
        "or",
        "but",
        "not",
        "no",
        "is",
        "are",
        "was",
        "were",
        "be",
        "been",
        "am",
        "do",
        "does",
        "did",
        "has",
        "have",
        "had",
        "it",
        "its",
        "i",
        "im",
        "ive",
        "you",
        "your",
        "youre",
        "youve",
        "my",
        "me",
        "mine",
        "we",
        "our",
        "us",
        "he",
        "she",
        "his",
        "her",
        "him",
        "they",
        "them",
        "their",
        "this",
        "that",
        "these",
        "those",
        "there",
        "here",
        "as",
        "so",
        "if",
        "then",
        "than",
        "too",
        "very",
        "just",
        "only",
        "will",
        "would",
        "can",
        "could",
        "should",
        "may",
        "might",
        "must",
        "up",
        "out",
        "off",
        "over",
        "about",
        "into",
        "near",
        "called",
        "named",
        "yes",
    ]
)
"""Words that carry no fact."""
_ASKING = frozenset(
    [
        "what",
        "which",
        "who",
        "whose",
        "whom",
        "when",
        "where",
        "why",
        "how",
        "many",
        "much",
        "long",
        "old",
        "often",
        "tell",
        "remember",
        "again",
    ]
)


@dataclass(frozen=True)
class ToldLine:
    """A question about what a message told, and the answer."""

    question: str
    answer: str


def write_lines(lines: Iterable[ToldLine]) -> str:
    """As the reader writes them."""
    return "\n".join(f"{line.question}{_BETWEEN}{line.answer}" for line in lines) or NOTHING


def parse_lines(text: str) -> list[ToldLine]:
    """What the reader wrote; lines that are none are passed over."""
    found = []
    for line in text.splitlines()[:MOST_LINES]:
        question, between, answer = line.partition(_BETWEEN.rstrip())
        if between and question.strip() and answer.strip():
            found.append(ToldLine(question.strip(), answer.strip()))
    return found


def words(text: str) -> list[str]:
    """The words of a text in small letters, without what is written between them."""
    return re.findall(r"\w+", text.lower().replace("'", "").replace("’", ""))


def holds_words(text: str, some: str) -> bool:
    """Whether the words of `some` stand in a text, one after the other."""
    return _within(words(some), words(text))


def content_words(text: str) -> list[str]:
    """The words of a text that carry a fact or say what is asked for."""
    return [word for word in words(text) if word not in _SMALL and word not in _ASKING]


def value_of(line: ToldLine, message: str) -> str:
    """What a right answer contains: the longest run of words of the answer, as the message has it, that the question
    does not hold and that carry a fact; "" where there is none."""
    said, asked = words(message), set(words(line.question))
    parts = [part for part in re.split(r"(\w+(?:['’.,:-]\w+)*)", line.answer) if part.strip() and re.match(r"\w", part)]
    best: list[str] = []
    run: list[str] = []
    for part in [*parts, ""]:
        if part and _within(words(" ".join([*run, part])), said):
            run.append(part)
            continue
        best = max(best, _trimmed(run, asked), key=len)
        run = [part] if part and _within(words(part), said) else []
    return " ".join(best)


def is_sound(line: ToldLine, message: str) -> bool:
    """Whether a line may be taught: a question that does not hold its answer and is not the message again, and an
    answer whose names, numbers and most of whose words stand in the message."""
    value = value_of(line, message)
    asked, said = words(line.question), words(message)
    if not value or "?" not in line.question or not 2 <= len(asked) <= 30 or len(words(line.answer)) > 20:
        return False
    if asked == said or _within(words(value), asked):
        return False
    known = {*said, *asked, *_SMALL}
    strange = [word for word in words(line.answer) if word not in known]
    return len(strange) <= 2 and not any(_is_name(word, line.answer) for word in strange)


def _is_name(word: str, text: str) -> bool:
    """Whether a word is a number, or a name that does not begin the text."""
    return any(c.isdigit() for c in word) or bool(re.search(rf"\w\W+{re.escape(word.capitalize())}\b", text))


def _trimmed(run: list[str], asked: set[str]) -> list[str]:
    """Without the small words, and those of the question, at its ends."""

    def empty(part: str) -> bool:
        return all(word in _SMALL or word in asked for word in words(part))

    while run and empty(run[0]):
        run = run[1:]
    while run and empty(run[-1]):
        run = run[:-1]
    return run


def _within(some: list[str], of: list[str]) -> bool:
    return any(of[at : at + len(some)] == some for at in range(len(of) - len(some) + 1))
