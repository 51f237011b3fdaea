"""Frames: situations of somebody's life as told in several wordings, with questions about them, and their blanks."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
BLANK = re.compile(r"\{([^{}]*)\}")
INVENTED = {
    "first_name": 0.35,
    "female_name": 0.3,
    "male_name": 0.3,
    "surname": 0.4,
    "pet_name": 0.3,
    "company": 0.2,
    "street": 0.2,
    "city": 0.15,
}
"""How often a name of this kind is made up of syllables: so no list of names can be learned in place of reading."""
_ONSETS = [
    *[
        "b",
        "br",
        "c",
        "ch",
        "d",
        "dr",
        "f",
        "fl",
        "g",
        "gr",
        "h",
        "j",
        "k",
        "kl",
        "l",
        "m",
        "n",
        "p",
        "pr",
        "qu",
        "r",
        "s",
        "sh",
        "sk",
        "st",
        "sv",
        "t",
        "th",
        "tr",
        "v",
        "w",
        "y",
        "z",
    ],
    "",
    "",
]
_VOWELS = ["a", "e", "i", "o", "u", "a", "e", "i", "o", "ai", "ea", "ie", "io", "ou", "y"]
_CODAS = [*"l n r s t m ck x nd rt th lin ra na lo sk".split(), *[""] * 12]  # noqa: SIM905


@dataclass(frozen=True)
class QuestionForm:
    """A question about one part of what a frame tells."""

    wordings: tuple[str, ...]
    answers: tuple[str, ...]
    value: str
    """What a right answer contains; alternatives with ``|``."""


@dataclass(frozen=True)
class Frame:
    """One situation."""

    group: str
    tellings: tuple[tuple[str, ...], ...]
    """Each a list of messages, mostly of one."""
    questions: tuple[QuestionForm, ...]
    words: Mapping[str, Sequence[str]]
    """What fills its blanks."""
    key: str
    """Which of all frames it is."""


@dataclass(frozen=True)
class FilledQuestion:
    """A question with its blanks filled."""

    wordings: tuple[str, ...]
    answers: tuple[str, ...]
    value: str


@dataclass(frozen=True)
class Situation:
    """A frame with its blanks filled."""

    frame: Frame
    messages: tuple[str, ...]
    """One of its tellings."""
    questions: tuple[FilledQuestion, ...]
    values: tuple[str, ...]
    """What stands in the blanks: no typing error may touch it."""


def read_lines(name: str) -> list[dict[str, Any]]:
    """The objects of a JSON Lines file of this folder."""
    text = (FOLDER / name).read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines() if line.strip()]


@cache
def load_frames() -> tuple[Frame, ...]:
    """All frames, in the order of their files."""
    common = {line["slot"]: line["words"] for line in read_lines("words.jsonl")}
    frames = []
    for path in sorted((FOLDER / "frames").glob("*.jsonl")):
        lines = read_lines(f"frames/{path.name}")
        words = common | {line["slot"]: line["words"] for line in lines if "slot" in line}
        for number, line in enumerate(line for line in lines if "tell" in line):
            tellings = tuple(tuple([t] if isinstance(t, str) else t) for t in line["tell"])
            asks = tuple(QuestionForm(tuple(a["q"]), tuple(a["a"]), a["value"]) for a in line["ask"])
            frames.append(Frame(line["group"], tellings, asks, words, f"{path.stem}.{number}"))
    return tuple(frames)


def fill(frame: Frame, rng: random.Random) -> Situation:
    """The frame in one of its tellings, its blanks filled at random."""
    values: dict[str, str] = {}
    taken: set[str] = set()

    def put(text: str) -> str:
        return BLANK.sub(lambda match: value(match[1]), text)

    def value(blank: str) -> str:
        if blank not in values:
            for _ in range(20):
                made = _value(blank.split("#")[0], frame.words, rng)
                if made not in taken:
                    break
            taken.add(made)
            values[blank] = made
        return values[blank]

    messages = tuple(map(put, rng.choice(frame.tellings)))
    questions = tuple(
        FilledQuestion(tuple(map(put, q.wordings)), tuple(map(put, q.answers)), put(q.value)) for q in frame.questions
    )
    return Situation(frame, messages, questions, tuple(values.values()))


def _value(slot: str, words: Mapping[str, Sequence[str]], rng: random.Random) -> str:
    if slot.startswith("int:"):
        low, high = map(int, slot.split(":")[1:])
        return str(rng.randint(low, high))
    word = rng.choice(words[slot])
    if rng.random() < INVENTED.get(slot, 0.0):
        _, space, rest = word.partition(" ")
        return invented_name(rng) + space + rest
    return word


def invented_name(rng: random.Random) -> str:
    """A name that nobody has, of two or three syllables."""
    while True:
        syllables = (
            rng.choice(_ONSETS) + rng.choice(_VOWELS) + rng.choice(_CODAS) for _ in range(rng.choice((2, 2, 2, 3)))
        )
        name = "".join(syllables)
        if 4 <= len(name) <= 10 and not re.search(r"[^aeiouy]{4}|[aeiouy]{3}|(.)\1\1", name):
            return name.capitalize()
