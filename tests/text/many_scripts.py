"""Text in many scripts to train and try tokenizers on."""

from __future__ import annotations

import random

_LINES = """the cat sat on a mat and I don't know why it's 1984 or 27 dogs; naïve café résumé über straße
私 は 猫 です。 今日は いい 天気 ですね、 魂 を 読む 한국어 😀 👍🏽 👨‍👩‍👧‍👦
שלום עולם مرحبا بالعالم हिन्दी भाषा привет мир"""
WORDS = _LINES.split()


def sentences(count: int, seed: int = 0) -> str:
    """Lines of random words."""
    rng = random.Random(seed)
    return "\n".join(" ".join(rng.choices(WORDS, k=rng.randint(1, 12))) for _ in range(count))
