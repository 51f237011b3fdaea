"""Values of everyday facts: ages, numbers, sizes, times, parking places, plates, what people like and wish for."""

from __future__ import annotations

import random

from engine.curricula.companion.data import LEXICON as lx
from engine.curricula.companion.data import words
from engine.curricula.companion.making import Maker, apart, closed, combined, either, mixed, pick, plain
from engine.curricula.companion.names import Split, make_word

_ONES = words("one two three four five six seven eight nine")
_TEENS = words("ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen")
NUMBER_WORDS: tuple[str, ...] = (*_ONES, *_TEENS, "twenty", *(f"twenty-{word}" for word in _ONES), "thirty")
"""From one to thirty."""
_MOST_OFTEN = 12
_PLATE_LETTERS = "ABCDEFGHKLMNPRTVWX"
_MARKS = "ABCDENSXR"
_CLOCK_WORDS = ("noon", "midnight", "lunchtime")
_DAY_PARTS = ("morning", "afternoon", "evening")
_RELATIVE = ("next week", "this weekend", "next weekend", "next month", "the day after tomorrow", "on the weekend")


def _counted(rng: random.Random, most: int) -> str:
    """A number from two to `most`, mostly a small one, in digits or as a word."""
    high = _MOST_OFTEN if rng.random() < 0.7 else most
    number = 2 + int(rng.random() * (high - 1))
    return NUMBER_WORDS[number - 1] if rng.random() < 0.35 else str(number)


def _clock(rng: random.Random, first: int, last: int) -> str:
    """A time of the day as it stands after 'at': '10:30', '7', '4 pm', 'half past six'."""
    hour, roll = first + int(rng.random() * (last - first + 1)), rng.random()
    if roll < 0.6:
        return f"{hour}:{int(rng.random() * 12) * 5:02d}"
    short = (hour - 1) % 12 + 1
    if roll < 0.75:
        return str(short)
    if roll < 0.85:
        return f"{short} {'am' if hour < 12 else 'pm'}"
    if roll < 0.93:
        return f"{rng.choice(('half past', 'quarter past', 'quarter to'))} {NUMBER_WORDS[short - 1]}"
    return f"{short} o'clock"


def _when(rng: random.Random, split: Split) -> str:
    """When something is, with its preposition: 'on Friday at 10:30', 'next Tuesday', 'on June 3'."""
    roll = rng.random()
    at = f" at {_clock(rng, 8, 20) if rng.random() < 0.9 else either(rng, _CLOCK_WORDS)}"
    if roll < 0.3:
        return f"on {either(rng, lx.days)}{at if rng.random() < 0.7 else ''}"
    if roll < 0.42:
        return f"on {either(rng, lx.days)} {either(rng, _DAY_PARTS)}"
    if roll < 0.54:
        return f"{rng.choice(('next', 'this'))} {either(rng, lx.days)}{at if rng.random() < 0.4 else ''}"
    if roll < 0.76:
        day = f"on {either(rng, lx.months)} {1 + int(rng.random() * 28)}"
        return f"{day}{at if rng.random() < 0.35 else ''}"
    if roll < 0.86:
        return f"{rng.choice(('tomorrow', 'tomorrow', 'today'))}{at}"
    if roll < 0.9:
        return f"tomorrow {either(rng, _DAY_PARTS)}"
    if roll < 0.93:
        return either(rng, _RELATIVE)
    if roll < 0.96:
        return f"in {NUMBER_WORDS[1 + int(rng.random() * 9)]} {rng.choice(('days', 'weeks'))}"
    return at.strip()


def _parking(rng: random.Random, split: Split) -> str:
    """Where something is parked, with its preposition; half of them with a made-up word."""
    roll = rng.random()
    if roll < 0.2:
        return f"in {make_word(rng, split).capitalize()} {either(rng, lx.street_ends)}"
    if roll < 0.45:
        place = rng.choice(("cafe", "hotel", "market", "school", "bank", "building"))
        return f"{rng.choice(('near', 'behind', 'next to'))} the {make_word(rng, split).capitalize()} {place}"
    return _PLAIN_PARKING(rng, split)


def _numbered_spot(rng: random.Random, split: Split) -> str:
    roll, number = rng.random(), 1 + int(rng.random() * 300)
    if roll < 0.35:
        return f"on {rng.choice(('level', 'level', 'floor', 'deck'))} {1 + number % 9}"
    if roll < 0.55:
        return f"in row {chr(65 + number % 20)}"
    if roll < 0.8:
        return f"{rng.choice(('at', 'in'))} {rng.choice(('spot', 'bay', 'space'))} {number}"
    return f"on level {1 + number % 6}, row {chr(65 + number % 8)}"


_PLAIN_PARKING = mixed(
    (3, apart(_numbered_spot)),
    (2, combined(("behind", "near", "in front of", "next to", "opposite", "by"), ("the",), lx.parking_spots)),
)


def _plate(rng: random.Random, split: Split) -> str:
    """A licence plate: 'HH AB 123', 'AB12 CDE', 'KLM 482', 'B-KX 914'."""

    def letters(count: int) -> str:
        return "".join(rng.choice(_PLATE_LETTERS[1:] if at else _PLATE_LETTERS) for at in range(count))

    def digits(count: int) -> str:
        return str(10 ** (count - 1) + int(rng.random() * 9 * 10 ** (count - 1)))

    roll = rng.random()
    if roll < 0.45:
        return f"{letters(1 + int(rng.random() * 2))} {letters(2)} {digits(2 + int(rng.random() * 3))}"
    if roll < 0.65:
        return f"{letters(2)}{digits(2)} {letters(3)}"
    if roll < 0.85:
        return f"{letters(3)} {digits(3 + int(rng.random() * 2))}"
    return f"{letters(1)}-{letters(2)} {digits(3)}"


def _bus_line(rng: random.Random, split: Split) -> str:
    number, roll = 1 + int(rng.random() * (99 if rng.random() < 0.6 else 400)), rng.random()
    if roll < 0.7:
        return str(number)
    return f"{number}{either(rng, _MARKS)}" if roll < 0.9 else f"{either(rng, _MARKS)} {number % 30 + 1}"


def _made_gift(rng: random.Random, split: Split) -> str:
    if rng.random() < 0.5:
        return f"{either(rng, lx.gift_adjectives)} {make_word(rng, split)}"
    return f"{make_word(rng, split)} {either(rng, lx.gifts)}"


def _made_food(rng: random.Random, split: Split) -> str:
    return f"{make_word(rng, split)} {either(rng, lx.food_kinds)}"


def _number(low: int, high: int, unit: str = "") -> Maker:
    return lambda rng, split: f"{low + int(rng.random() * (high - low + 1))}{unit}"


_LETTER_SIZE = closed(("XS", "S", "M", "L", "XL", "XXL"))
_CLOTHES = mixed((2, _number(34, 60)), (2, _LETTER_SIZE))
MEASURES: dict[str, Maker] = {
    "shoe size": _number(34, 49),
    "jacket size": _CLOTHES,
    "shirt size": _CLOTHES,
    "trouser size": _CLOTHES,
    "glove size": mixed((2, _number(6, 12)), (1, _LETTER_SIZE)),
    "hat size": _number(50, 64),
    "ring size": _number(44, 70),
    "height": _number(145, 205, " cm"),
    "weight": _number(42, 120, " kg"),
}
"""By what is measured."""

EVERYDAY_MAKERS: dict[str, Maker] = {
    "pet_age": lambda rng, split: _counted(rng, 20),
    "count": lambda rng, split: _counted(rng, len(NUMBER_WORDS)),
    "size": _number(34, 60),
    "when": apart(_when),
    "wake_time": apart(lambda rng, split: _clock(rng, 4, 10)),
    "parking": _parking,
    "plate": apart(_plate),
    "bus_line": apart(_bus_line),
    "liked": mixed(
        (3, lambda rng, split: pick(rng, lx.liked, split)),
        (2, plain(lx.foods, 1.0)),
        (1, plain(lx.crafts, 1.0)),
        (1, plain(lx.sports, 1.0)),
        (2, combined(lx.liked_adjectives, lx.liked_things)),
        (2, _made_food),
        (3, make_word),
    ),
    "gift": mixed((1, combined(lx.gift_adjectives, lx.gifts)), (1, _made_gift)),
}
