"""What can be told: for every slot of a fact a maker of values, more than half of them made up on the spot."""

from __future__ import annotations

import functools
import random
from collections.abc import Callable, Sequence

from engine.train.companion import lexicon as lx
from engine.train.companion.names import Split, in_split, make_digits, make_mixed_code, make_name, make_word

Maker = Callable[[random.Random, Split], str]

# A lower-case article before a word that is written with a vowel but spoken with a consonant, or the other way round.
_SPOKEN_CONSONANT = ("uni", "use", "usa", "uki", "uku", "eu", "one", "once", "ute", "uti", "ura", "uro")
_SPOKEN_VOWEL = ("hour", "honest", "honour", "heir")


def with_article(word: str) -> str:
    """'dog' -> 'a dog', 'owl' -> 'an owl'."""
    low = word.lower()
    vowel = low[0] in "aeiou"
    if vowel and low.startswith(_SPOKEN_CONSONANT):
        vowel = False
    if low.startswith(_SPOKEN_VOWEL):
        vowel = True
    return ("an " if vowel else "a ") + word


@functools.cache
def pool(words: Sequence[str], split: Split) -> tuple[str, ...]:
    """The words of a tuple that belong to the split."""
    return tuple(word for word in words if in_split(word, split))


def pick(rng: random.Random, words: Sequence[str], split: Split) -> str:
    """A word of a long tuple that belongs to the split."""
    found = pool(words, split)
    return found[int(rng.random() * len(found))]


def either(rng: random.Random, words: Sequence[str]) -> str:
    """Any word of a list, whatever the split: for parts of values and for short closed lists."""
    return words[int(rng.random() * len(words))]


def _name(rng: random.Random, split: Split) -> str:
    return pick(rng, lx.FIRST_NAMES, split) if rng.random() < 0.4 else make_name(rng, split)


def _surname(rng: random.Random, split: Split) -> str:
    return make_word(rng, split).capitalize()


def _pet_name(rng: random.Random, split: Split) -> str:
    return pick(rng, lx.PET_NAMES, split) if rng.random() < 0.35 else make_name(rng, split)


def _proper(common: Sequence[str], share: float) -> Maker:
    def make(rng: random.Random, split: Split) -> str:
        return pick(rng, common, split) if rng.random() < share else make_name(rng, split)

    return make


def _plain(common: Sequence[str], share: float) -> Maker:
    def make(rng: random.Random, split: Split) -> str:
        return pick(rng, common, split) if rng.random() < share else make_word(rng, split)

    return make


def _combined(*parts: Sequence[str]) -> Maker:
    """One word of each list, the whole held apart by split."""

    def make(rng: random.Random, split: Split) -> str:
        while True:
            value = " ".join(either(rng, part) for part in parts)
            if in_split(value, split):
                return value

    return make


def _mixed(*makers: tuple[float, Maker]) -> Maker:
    weights = [weight for weight, _ in makers]
    choices = [maker for _, maker in makers]

    def make(rng: random.Random, split: Split) -> str:
        return rng.choices(choices, weights)[0](rng, split)

    return make


def _closed(words: Sequence[str]) -> Maker:
    return lambda rng, split: either(rng, words)


def _colour(rng: random.Random, split: Split) -> str:
    roll = rng.random()
    if roll < 0.35:
        return pick(rng, lx.COLOURS, split)
    if roll < 0.6:
        return _SHADED(rng, split)
    return make_word(rng, split)


_SHADED = _combined(lx.SHADES, lx.COLOURS)
_DISH = _combined(lx.FRUITS + lx.FOODS, ("with", "and"), lx.FOODS)
_FLAVOURED = _combined(lx.FRUIT_FLAVOURS, ("tea", "juice", "soda", "milk"))
_MEANING = _combined(lx.ADJECTIVES, lx.COMMON_NOUNS + lx.ANIMALS)
_JOB_PAIR = _combined(lx.JOB_NOUNS, lx.JOB_DOERS)
_CRAFT_PAIR = _combined(lx.CRAFT_VERBS, lx.CRAFT_THINGS)
_IN_PLACE = _combined(lx.INTO, ("the",), lx.PLACE_ADJECTIVES, lx.HOLDERS)
_ON_PLACE = _combined(lx.ONTO, ("the",), lx.PLACE_ADJECTIVES, lx.SUPPORTS)
_ROOM_PLACE = _combined(("in", "behind"), ("the",), lx.ROOMS, lx.HOLDERS)
_SPOT = _combined(("at the",), lx.SPOT_ADJECTIVES, lx.MEETING_SPOTS)
_TITLE_PAIR = _combined(
    ("The", "One", "No", "Every"), lx.TITLE_WORDS, tuple(noun.capitalize() for noun in lx.COMMON_NOUNS)
)


def _made_food(rng: random.Random, split: Split) -> str:
    return f"{make_word(rng, split)} {either(rng, lx.FOOD_KINDS)}"


def _street(rng: random.Random, split: Split) -> str:
    return f"{make_word(rng, split).capitalize()} {either(rng, lx.STREET_ENDS)}"


def _made_title(rng: random.Random, split: Split) -> str:
    shape = rng.random()
    first = make_word(rng, split).capitalize()
    if shape < 0.4:
        return first
    if shape < 0.7:
        return f"The {either(rng, lx.COMMON_NOUNS).capitalize()} of {first}"
    return f"{either(rng, lx.TITLE_WORDS)} {first}"


def _made_place(rng: random.Random, split: Split) -> str:
    """A place that a made-up word tells apart: 'in the Vorba box'."""
    name = make_word(rng, split)
    if rng.random() < 0.5:
        return f"{either(rng, lx.INTO)} the {name.capitalize()} {either(rng, lx.HOLDERS)}"
    return f"{either(rng, lx.ONTO)} the {name} {either(rng, lx.SUPPORTS)}"


def _team(rng: random.Random, split: Split) -> str:
    return f"the {make_word(rng, split).capitalize()} {either(rng, lx.TEAM_ENDS)}"


def _company(rng: random.Random, split: Split) -> str:
    name = make_word(rng, split).capitalize()
    return name if rng.random() < 0.6 else f"{name} {either(rng, ('Works', 'Labs', 'Foods', 'Tools', 'Media', 'Bank'))}"


def _school(rng: random.Random, split: Split) -> str:
    return f"{make_word(rng, split).capitalize()} {either(rng, ('School', 'College', 'Academy', 'High School'))}"


def _made_job(rng: random.Random, split: Split) -> str:
    return f"{make_word(rng, split)} {either(rng, lx.JOB_DOERS)}"


def _secret(rng: random.Random, split: Split) -> str:
    roll = rng.random()
    if roll < 0.55:
        return make_word(rng, split)
    if roll < 0.75:
        return make_word(rng, split) + make_digits(rng, split, 2)
    if roll < 0.9:
        return f"{make_word(rng, split)} {either(rng, lx.COMMON_NOUNS)}"
    return make_mixed_code(rng, split)


def _code(rng: random.Random, split: Split) -> str:
    roll = rng.random()
    if roll < 0.75:
        return make_digits(rng, split, 4)
    return make_digits(rng, split, 5 + int(rng.random() * 2)) if roll < 0.85 else make_mixed_code(rng, split)


def _phone(rng: random.Random, split: Split) -> str:
    return f"{make_digits(rng, split, 3)} {make_digits(rng, split, 3)}"


def _number(rng: random.Random, split: Split) -> str:
    return str(1 + int(rng.random() * 99)) if rng.random() < 0.5 else str(100 + int(rng.random() * 900))


def _age(rng: random.Random, split: Split) -> str:
    return str(4 + int(rng.random() * 90))


def _house_number(rng: random.Random, split: Split) -> str:
    return str(1 + int(rng.random() * 250))


def _date(rng: random.Random, split: Split) -> str:
    while True:
        date = f"{either(rng, lx.MONTHS)} {1 + int(rng.random() * 28)}"
        if in_split(date, split):
            return date


def _time(rng: random.Random, split: Split) -> str:
    while True:
        time = f"{6 + int(rng.random() * 16)}:{int(rng.random() * 12) * 5:02d}"
        if in_split(time, split):
            return time


def _activity(rng: random.Random, split: Split) -> str:
    """What people do, as a verb in its base form: 'sail', 'play velbo', 'visit Tamsin'."""
    if rng.random() < 0.45:
        return pick(rng, lx.VERB_PHRASES, split)
    verb = either(rng, lx.PHRASE_VERBS)
    if verb in ("visit", "go to"):
        return f"{verb} {make_word(rng, split).capitalize()}"
    return f"{verb} {make_word(rng, split)}"


def _three(rng: random.Random, split: Split) -> str:
    """Three different words: 'eggs, vorba and milk'."""
    words: list[str] = []
    while len(words) < 3:
        word = make_word(rng, split) if rng.random() < 0.5 else pick(rng, lx.FOODS + lx.FRUITS, split)
        if word not in words:
            words.append(word)
    return f"{words[0]}, {words[1]} and {words[2]}"


def _words(rng: random.Random, split: Split) -> str:
    """Two to four different words with commas: 'lamp, vorba, river'."""
    words: list[str] = []
    for _ in range(2 + int(rng.random() * 3)):
        word = make_word(rng, split) if rng.random() < 0.5 else pick(rng, lx.COMMON_NOUNS, split)
        if word not in words:
            words.append(word)
    return ", ".join(words)


MAKERS: dict[str, Maker] = {
    "name": _name,
    "surname": _surname,
    "pet_name": _pet_name,
    "thing_name": _mixed((3, make_name), (1, _proper(lx.PET_NAMES, 1.0)), (1, _made_title)),
    "city": _proper(lx.CITIES, 0.4),
    "country": _proper(lx.COUNTRIES, 0.4),
    "street": _street,
    "house_number": _house_number,
    "colour": _colour,
    "food": _mixed((3, _plain(lx.FOODS, 1.0)), (2, _DISH), (2, _made_food), (2, make_word)),
    "drink": _mixed((3, _plain(lx.DRINKS, 1.0)), (3, make_word), (1, _FLAVOURED)),
    "fruit": _plain(lx.FRUITS, 0.5),
    "flower": _plain(lx.FLOWERS + lx.TREES, 0.5),
    "animal": _plain(lx.ANIMALS, 0.5),
    "allergen": _plain(lx.ALLERGENS, 0.45),
    "dislike": _mixed((2, _plain(lx.FOODS, 0.7)), (1, _plain(lx.FRUITS, 0.8)), (1, make_word)),
    "season": _mixed((3, _closed(lx.SEASONS)), (1, _closed(lx.HALF_SEASONS))),
    "number": _number,
    "age": _age,
    "date": _date,
    "time": _time,
    "job": _mixed((4, _plain(lx.JOBS, 1.0)), (3, _JOB_PAIR), (3, _made_job)),
    "company": _company,
    "school": _school,
    "secret": _secret,
    "code": _code,
    "phone": _phone,
    "title": _mixed((3, _made_title), (2, _TITLE_PAIR)),
    "instrument": _plain(lx.INSTRUMENTS, 0.55),
    "language": _proper(lx.LANGUAGES, 0.5),
    "sport": _plain(lx.SPORTS, 0.5),
    "hobby": _mixed((3, _plain(lx.CRAFTS, 1.0)), (4, _CRAFT_PAIR), (2, _plain(lx.CRAFTS, 0.0))),
    "team": _team,
    "activity": _activity,
    "place": _mixed((2, _IN_PLACE), (2, _ON_PLACE), (1, _ROOM_PLACE), (3, _made_place)),
    "spot": _mixed((3, _SPOT), (2, lambda rng, split: f"at the {make_word(rng, split).capitalize()} cafe")),
    "meaning": _MEANING,
    "three": _three,
    "words": _words,
    # what facts are about
    "made_word": make_word,
    "made_country": make_name,
    "name_pet": lambda rng, split: f"{_name(rng, split)}'s {either(rng, lx.PETS)}",
    "pet": _closed(lx.PETS),
    "relation": _closed(lx.RELATIONS),
    "named_thing": _closed(lx.NAMED_THINGS),
    "owned": _closed(lx.OWNED),
    "owned_plural": _closed(lx.OWNED_PLURAL),
    "coloured": _closed(lx.COLOURED),
    "event": _closed(lx.EVENTS),
    "goods": _closed(lx.GOODS),
    "day": _closed(lx.DAYS),
    "plan_time": _closed(lx.PLAN_TIMES),
    "thing": _closed(lx.NAMED_THINGS + lx.OWNED + lx.COLOURED),
}

# Lists so short that the same values must serve training and test.
CLOSED = frozenset({"season", "number", "age", "house_number"})


def make_value(kind: str, rng: random.Random, split: Split) -> str:
    """A value of one of the kinds in MAKERS; of `split`, except for the kinds in CLOSED, which are too few to part."""
    return MAKERS[kind](rng, split)
