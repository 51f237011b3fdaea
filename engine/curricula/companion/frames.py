"""How people wrap what they say: openings, questions in other shapes, sloppy typing."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from engine.curricula.companion.data import table
from engine.curricula.companion.facts import Wordings, upper_start


def _frames(name: str) -> Wordings:
    return Wordings.parted(tuple(_TABLE[name]["lines"])).widened(tuple(_TABLE[name]["more"]))


_TABLE = table("frames")
TELL_FRAMES, ASK_FRAMES, CORRECT_FRAMES = _frames("tell"), _frames("ask"), _frames("correct")
LOWER_STARTS = frozenset(_TABLE["lower_starts"])
"""Words that stand with a capital only where they begin a sentence."""
_CONTRACTIONS: list[tuple[str, str]] = _TABLE["contractions"]


def lower_start(sentence: str, keep: str = "") -> str:
    """The sentence as it stands inside another one: 'My dog' -> 'my dog', but 'I live', 'Anna' and a sentence that
    begins with `keep` as they are."""
    if keep and sentence.startswith(keep):
        return sentence
    first = sentence.partition(" ")[0].rstrip(",:.").partition("'")[0]
    return sentence[0].lower() + sentence[1:] if first in LOWER_STARTS else sentence


def framed(frame: str, sentence: str, value: str = "") -> str:
    """A telling put into a frame with {t} or {T}; a value with which it begins stays as it is."""
    said = frame.replace("{t}", lower_start(sentence, value)).replace("{T}", sentence)
    return said if value and said.startswith(value) else upper_start(said)


def framed_question(frame: str, question: str, clause: str, noun: str) -> str:
    """A question put into a frame with {q} or {Q}, its clause ('what my name is') into one with {c}, or the
    noun that it asks for ('my name') into one with {n}."""
    asked = frame.replace("{c}", clause).replace("{n}", noun)
    return upper_start(asked.replace("{q}", lower_start(question)).replace("{Q}", question))


def sloppy(rng: random.Random, text: str, keep: Sequence[str]) -> str:
    """The text as some people type it: contracted, without capitals or full stops, but for the words in `keep`."""
    roll = rng.random()
    if roll < 0.55:
        return text
    if roll < 0.72:
        for long, contracted in _CONTRACTIONS:
            text = text.replace(long, contracted)
        return text
    if roll < 0.84:
        return text[:-1] if text[-1] in ".?" else text
    if roll < 0.88:
        return text[:-1] + "!" if text[-1] == "." else text
    if roll < 0.90:
        return _mistyped(rng, text, keep)
    lowered = text.lower()
    for word in keep:
        low = word.lower()
        if low != word:
            lowered = re.sub(rf"\b{re.escape(low)}\b", word, lowered)
    if roll < 0.96:
        for mark in ".?,'":
            if not any(mark in word for word in keep):
                lowered = lowered.replace(mark, "")
    return lowered


def _mistyped(rng: random.Random, text: str, keep: Sequence[str]) -> str:
    """The text with one letter left out or two changed round, in a longer word that is not in `keep`."""
    parts = text.split(" ")
    at = int(rng.random() * len(parts))
    word = parts[at]
    if len(word) > 4 and word.isalpha() and word.islower() and not any(word in kept for kept in keep):
        cut = 1 + int(rng.random() * (len(word) - 2))
        swapped = word[:cut] + word[cut + 1] + word[cut] + word[cut + 2 :]
        parts[at] = word[:cut] + word[cut + 1 :] if rng.random() < 0.5 else swapped
    return " ".join(parts)


def join_two(first: str, second: str, value: str = "") -> str:
    """Two tellings in one sentence; `value` is what the second one tells."""
    return f"{first.rstrip('.')} and {lower_start(second, value)}"
