"""Writes lives to a file: any number of them, in bounded memory, the same for the same seed."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.curricula.companion.names import Split
from engine.errors import ConfigError
from engine.io.atomic import make_folder, writing
from tools.companion.dialogues import make_life
from tools.companion.lives import Life, Shape, messages

MIXES: dict[str, dict[Shape, float]] = {
    "plain": {"plain": 1.0},
    "recite": {"recite": 1.0},
    "parted": {"parted": 1.0},
    "crossed": {"crossed": 1.0},
    "short": {"short": 0.85, "chat": 0.15},
    "mixed": {"short": 0.3, "chat": 0.43, "dense": 0.22, "far": 0.05},
    "long": {"short": 0.08, "chat": 0.17, "dense": 0.3, "far": 0.3, "night": 0.15},
}
"""Shares of the shapes of lives: `plain` to learn to recall, `recite` to recall in any words, `parted` to do so after
much other talk, `crossed` to keep apart what is told of a few subjects, the others to talk."""


@dataclass(frozen=True)
class Written:
    """What was written: the file, and how many lives, messages and characters of text are in it."""

    path: Path
    lives: int
    messages: int
    characters: int


def lives(count: int, seed: int, split: Split = "train", mix: str = "mixed") -> Iterator[Life]:
    """`count` lives. Raises `ConfigError` for a mix that does not exist."""
    if mix not in MIXES:
        raise ConfigError(f"There is no mix '{mix}' of dialogues; choose one of {', '.join(MIXES)}.")
    shapes, weights = tuple(MIXES[mix]), tuple(MIXES[mix].values())
    choose = random.Random(f"{seed} {split} {mix}")
    for index in range(count):
        yield make_life(seed, index, choose.choices(shapes, weights)[0], split, split)


def generate(folder: Path, count: int, seed: int, split: Split = "train", mix: str = "mixed") -> Written:
    """Write `count` lives to `folder/{split}.jsonl`, one a line.

    Raises `ConfigError` for a count below 1 or an unknown mix, `FileFormatError` where the file cannot be written.
    """
    if count < 1:
        raise ConfigError(f"{count} lives cannot be written; ask for at least one.")
    path = make_folder(folder) / f"{split}.jsonl"
    said = characters = 0
    with writing(path) as file:
        for life in lives(count, seed, split, mix):
            for dialogue in life.dialogues:
                texts = [message["text"] for message in messages(dialogue)]
                said += len(texts)
                characters += sum(map(len, texts))
            file.write(json.dumps(life.to_dict(), ensure_ascii=False).encode() + b"\n")
    return Written(path, count, said, characters)
