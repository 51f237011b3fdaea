"""Endless made-up words, in several sound systems, so that no tokenizer can learn them all by heart.

Every word belongs to one split for good: a checksum of its letters decides. Training never meets a test word,
whatever the seed, and nobody has to keep lists of them apart.
"""

from __future__ import annotations

import random
import re
import zlib
from collections.abc import Callable, Sequence
from typing import Literal

from engine.curricula.companion.data import LEXICON, words

Split = Literal["train", "test"]

TEST_PERCENT = 12


def in_split(word: str, split: Split) -> bool:
    """True if the word may be used in this split; every word is in exactly one, whatever its capitals."""
    is_test = zlib.crc32(word.lower().encode()) % 100 < TEST_PERCENT
    return is_test == (split == "test")


# One row a sound system: onsets, vowels, closings of inner syllables, endings. Empty strings mean "nothing here".
_SOUNDS: tuple[tuple[Sequence[str], Sequence[str], Sequence[str], Sequence[str]], ...] = (
    (  # open and soft
        (*words("b c d f g l m n p r s t v br cl dr fl gr pl tr"), ""),
        words("a e i o u a e o ia io"),
        ["", "", "", "n", "l", "r", "s", "m"],
        words("a o e us um is ia io ella ino ara ento"),
    ),
    (  # hard and clustered
        words("b d f g h k l m n r s t w st str br kr gr sch kn fl gl pf schw tr z"),
        words("a e i o u ei au ie oo"),
        ["", "n", "r", "l", "ch", "ng", "rk", "ls", "nd", "st", "ck"],
        words("er en el t ck ng rt lf mann berg stein im ulf olt"),
    ),
    (  # northern
        words("b d f g h j k l m n r s t v sk sn sv hj bj fj kv st tr"),
        words("a e i o u y aa ei"),
        ["", "", "r", "l", "n", "g", "lm", "rd", "nd", "ll"],
        words("a e ir ar und vik dal sen stad holm gard ik o"),
    ),
    (  # one consonant, one vowel
        (*words("k s t n h m y r w g z d b p ch sh ts j ky ry ny"), ""),
        words("a i u e o"),
        ["", "", "", "", "n"],
        words("ko ka mi ri to shi na ra ku ne mo zu ki wa ya"),
    ),
    (  # eastern
        words("b d g k l m n p r s t v z vl zd br dr kr mil rad st bog pr sl dm"),
        words("a e i o u a o ya"),
        ["", "", "n", "v", "r", "l", "sh", "k", "m"],
        words("a ov in ko ik ets ina ova an ek usha mir slav"),
    ),
    (  # western isles
        words("b c d f g l m n r s t w br c ll gw tr fl gl dr kin bal"),
        words("a e i o u ae ea io y ua"),
        ["", "", "n", "r", "l", "th", "nn", "dd", "s"],
        words("an en yn wen och ach air eth more ley agh in on"),
    ),
    (  # crisp
        words("b c d f j k l m n p qu r t v w x z bl cr sp sk sw tw thr squ"),
        words("a e i o u ee oo ai"),
        ["", "", "b", "d", "g", "m", "n", "p", "t", "x", "zz", "mp", "sk", "lt", "nk"],
        words("le y o ex ix et ot um ack ick ock ip op ump iff uzz im ow"),
    ),
)
KNOWN_WORDS = LEXICON.all_words()
_LETTERS = "abcdefghiklmnoprstuvwyz"
_CONSONANTS = "bcdfghjklmnprstvwz"
_VOWELS = "aeiou"

# A made-up word must not be a rude one by accident, nor one that nobody can say.
_UNFIT = re.compile(
    "ass|fuc|fuk|shit|cunt|nig|fag|kik|rape|cock|coc|dic|dik|tit|sex|nazi|piss|cum|slut|puss|porn|twat|wank|penis|anus|anal"
    "|arse|homo|whor|negr|jew|pub|boob|fart|bitch|nude|spic|gook|turd|hitl|coon|dyke|paki|prick|semen|vag|tard|suck"
    "|lesb|gay|jap|nazi|(.)\\1\\1|[^aeiouy]{5}|^[^aeiouy]{4}|[aeiou]{4}"
)


def _syllables(rng: random.Random) -> str:
    onsets, vowels, inner, endings = rng.choice(_SOUNDS)
    pick = rng.random
    word = onsets[int(pick() * len(onsets))] + vowels[int(pick() * len(vowels))]
    for _ in range(int(pick() * 1.75)):
        word += inner[int(pick() * len(inner))] + onsets[int(pick() * len(onsets))] + vowels[int(pick() * len(vowels))]
    ending = endings[int(pick() * len(endings))]
    if word[-1] in _VOWELS and ending[0] in _VOWELS:
        word += _CONSONANTS[int(pick() * len(_CONSONANTS))]
    return word + ending


def _alternating(rng: random.Random) -> str:
    pick = rng.random
    word = "" if pick() < 0.75 else _VOWELS[int(pick() * 5)]
    for _ in range(2 + int(pick() * 1.6)):
        word += _CONSONANTS[int(pick() * len(_CONSONANTS))] + _VOWELS[int(pick() * 5)]
    if pick() < 0.55:
        word += _CONSONANTS[int(pick() * len(_CONSONANTS))]
    return word


def _bent(rng: random.Random) -> str:
    """A common word with one or two letters changed, or two halves joined: almost known, yet new."""
    word = rng.choice(LEXICON.common_nouns)
    if rng.random() < 0.5:
        other = rng.choice(LEXICON.common_nouns)
        return word[: (len(word) + 1) // 2] + other[len(other) // 2 :]
    for _ in range(2):
        at = int(rng.random() * len(word))
        letters = _VOWELS if word[at] in _VOWELS else _CONSONANTS
        word = word[:at] + letters[int(rng.random() * len(letters))] + word[at + 1 :]
    return word


_MAKERS: tuple[Callable[[random.Random], str], ...] = (*[_syllables] * 6, *[_alternating] * 2, *[_bent] * 2)


def make_word(rng: random.Random, split: Split) -> str:
    """A made-up word in small letters, 3 to 10 long, of the given split."""
    while True:
        word = rng.choice(_MAKERS)(rng)
        size = len(word)
        if size < 3 or size > 10 or not in_split(word, split):
            continue
        if not _UNFIT.search(word) and word not in KNOWN_WORDS:
            return word


def make_name(rng: random.Random, split: Split) -> str:
    """A made-up name: a made-up word with a capital, seldom of two parts."""
    name = make_word(rng, split).capitalize()
    if len(name) > 9 or rng.random() > 0.06:
        return name
    return f"{name} {make_word(rng, split).capitalize()}"


def make_digits(rng: random.Random, split: Split, length: int) -> str:
    """A code of digits of the split, the first one not 0."""
    low, high = 10 ** (length - 1), 10**length
    while True:
        digits = str(int(low + rng.random() * (high - low)))
        if in_split(digits, split):
            return digits


def make_mixed_code(rng: random.Random, split: Split) -> str:
    """A code of letters and digits, spelled with hyphens: 'K-4-T-9'."""
    while True:
        signs = [
            rng.choice("23456789") if rng.random() < 0.5 else rng.choice(_LETTERS).upper()
            for _ in range(3 + int(rng.random() * 3))
        ]
        code = "-".join(signs)
        if in_split(code, split):
            return code
