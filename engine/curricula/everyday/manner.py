"""How people type: without capitals, in haste, with a word before and one behind."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable

_BEFORE = (
    "btw", "oh and", "so", "fyi", "hey,", "ok so", "right,", "also", "just so you know,", "by the way,", "hi!",
    "anyway,", "guess what,", "well", "um", "one more thing:", "for the record,", "note to self:", "update:",
    "quick one:", "look,", "honestly", "ugh", "haha", "good news:", "remember this:", "before I forget,",
    "hello again,", "you know what?",
)  # fmt: skip
_BEHIND = (
    "lol", "haha", "anyway", "!!!", "...", "!", " :)", ", you know", ", just saying", ", don't ask",
    ", believe it or not", " tbh", " btw", ", thank god", ", sadly", ", as usual", ", remember that", " xD",
    ", finally", ", can you imagine", ", so yeah", ", that's all", ". Long story.", ". Just so you know.",
    ". Keep that in mind.", ", ok?", " 😊", " 🙈",
)  # fmt: skip
_ASKING = (
    "hey,", "quick question:", "wait,", "so", "hm,", "sorry,", "remind me,", "do you remember:", "ok", "tell me:",
    "hi,", "one thing:", "I forgot,", "help me out,", "um,", "by the way,",
)  # fmt: skip
_BETWEEN = (" Also, ", ". Oh and ", ", and ", ". Then again, ", "; ", ". And ", " - ", ". By the way, ", ", oh, and ")


def typed(text: str, rng: random.Random, values: Iterable[str] = ()) -> tuple[str, bool]:
    """A telling as somebody may type it; and whether it has lost its capitals. `values` stay whole."""
    if rng.random() < 0.15:
        text = f"{rng.choice(_BEFORE)} {_lower_first(text, values)}"
    if rng.random() < 0.12:
        text = text.rstrip(".!") + _spaced(rng.choice(_BEHIND))
    return _careless(text, rng, values, lower=0.25)


def asked(text: str, rng: random.Random) -> str:
    """A question as somebody may type it."""
    if rng.random() < 0.12:
        text = f"{rng.choice(_ASKING)} {_lower_first(text, ())}"
    if rng.random() < 0.25:
        text = text.rstrip("?")
    if rng.random() < 0.4:
        text = text[:1].upper() + text[1:]
    return _careless(text, rng, (), lower=0.2)[0]


def joined(first: str, second: str, rng: random.Random, values: Iterable[str] = ()) -> str:
    """Two tellings in one message."""
    between = rng.choice(_BETWEEN)
    return first.rstrip(". ") + between + (second if between.endswith(". ") else _lower_first(second, values))


def _careless(text: str, rng: random.Random, values: Iterable[str], lower: float) -> tuple[str, bool]:
    if rng.random() < 0.12:
        text = text.replace("'", "")
    if rng.random() < 0.15:
        text = _mistyped(text, rng, values)
    if rng.random() < 0.3:
        text = text.rstrip(".")
    lowered = rng.random() < lower
    return (text.lower() if lowered else text), lowered


def _mistyped(text: str, rng: random.Random, values: Iterable[str]) -> str:
    """One long word with a letter lost, doubled, or two in the wrong order."""
    parts = {part for value in values for part in re.findall(r"\w+", value.lower())}
    words = [m for m in re.finditer(r"[a-z]{5,}", text) if m[0] not in parts]
    if not words:
        return text
    match = rng.choice(words)
    word, at = match[0], rng.randrange(1, len(match[0]) - 2)
    kind = rng.randrange(3)
    if kind == 0:
        wrong = word[:at] + word[at + 1 :]
    elif kind == 1:
        wrong = word[:at] + word[at] + word[at:]
    else:
        wrong = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return text[: match.start()] + wrong + text[match.end() :]


def _lower_first(text: str, values: Iterable[str]) -> str:
    """Without the capital of a sentence, where it is not that of a name or of *I*."""
    if re.match(r"I\b", text) or any(text.startswith(value) for value in values):
        return text
    return text[:1].lower() + text[1:]


def _spaced(text: str) -> str:
    return f" {text}" if text[0].isalnum() else text
