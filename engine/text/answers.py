"""Whether an answer is right: by the words that it holds."""

from __future__ import annotations

import re


def holds(answer: str, value: str) -> bool:
    """Whether `answer` says `value`, as whole words whatever their capitals, and does not own not to know."""
    said = _plain(answer)
    return f" {_plain(value)} " in f" {said} " and not _admits(said)


def admits_not_to_know(answer: str) -> bool:
    """Whether it says that it does not know, or was not told."""
    return _admits(_plain(answer))


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower().replace("'", "")))


def _admits(plain: str) -> bool:
    return bool(re.search(r"\b(dont|do not) know\b|\bnot told me\b", plain))
