"""Small corpora to prepare, and what came of them."""

from __future__ import annotations

import itertools
import json
import random
from pathlib import Path
from typing import Any

from engine.train.data import Split, TokenData

_LINE = "the cat saw a dog near 3 old trees; 猫 sat, naïve and warm. Yes! 魂"
WORDS = _LINE.split()


def prose(words: int, seed: int = 0) -> str:
    rng = random.Random(seed)
    return "".join(rng.choice(WORDS) + rng.choice([" ", " ", " ", "\n", "\n\n"]) for _ in range(words))


def dialogue(seed: int, turns: int = 2) -> dict[str, Any]:
    rng = random.Random(seed)
    messages = []
    for _ in range(turns):
        messages.append({"role": "user", "content": f"question {seed} {' '.join(rng.choices(WORDS, k=6))}"})
        messages.append({"role": "assistant", "text": f"answer {' '.join(rng.choices(WORDS, k=6))}"})
    return {"messages": messages}


def write_lines(path: Path, lines: list[Any]) -> Path:
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    return path


def text_of(data: TokenData, split: Split, special: bool = True) -> str:
    return data.tokenizer.decode(split.tokens.tolist(), special)


def documents_of(data: TokenData, split: Split) -> list[str]:
    bounds = [*split.docs.tolist(), len(split.tokens)]
    return [data.tokenizer.decode(split.tokens[a:b].tolist(), True) for a, b in itertools.pairwise(bounds)]


def files_in(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in folder.iterdir()} if folder.exists() else {}
