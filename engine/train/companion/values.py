"""What can be told: for every slot of a fact a maker of values, more than half of them made up on the spot."""

from __future__ import annotations

import random

from engine.train.companion import lexicon as lx
from engine.train.companion.everyday_values import EVERYDAY_MAKERS, MEASURES
from engine.train.companion.making import Maker, apart, closed, combined, either, mixed, pick, plain, proper
from engine.train.companion.names import Split, in_split, make_digits, make_mixed_code, make_name, make_word

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


def _name(rng: random.Random, split: Split) -> str:
    return pick(rng, lx.FIRST_NAMES, split) if rng.random() < 0.4 else make_name(rng, split)


def _surname(rng: random.Random, split: Split) -> str:
    return make_word(rng, split).capitalize()


def _pet_name(rng: random.Random, split: Split) -> str:
    return pick(rng, lx.PET_NAMES, split) if rng.random() < 0.35 else make_name(rng, split)


def _colour(rng: random.Random, split: Split) -> str:
    roll = rng.random()
    if roll < 0.35:
        return pick(rng, lx.COLOURS, split)
    if roll < 0.6:
        return _SHADED(rng, split)
    return make_word(rng, split)


_SHADED = combined(lx.SHADES, lx.COLOURS)
_DISH = combined(lx.FRUITS + lx.FOODS, ("with", "and"), lx.FOODS)
_FLAVOURED = combined(lx.FRUIT_FLAVOURS, ("tea", "juice", "soda", "milk"))
_MEANING = combined(lx.ADJECTIVES, lx.COMMON_NOUNS + lx.ANIMALS)
_JOB_PAIR = combined(lx.JOB_NOUNS, lx.JOB_DOERS)
_CRAFT_PAIR = combined(lx.CRAFT_VERBS, lx.CRAFT_THINGS)
_IN_PLACE = combined(lx.INTO, ("the",), lx.PLACE_ADJECTIVES, lx.HOLDERS)
_ON_PLACE = combined(lx.ONTO, ("the",), lx.PLACE_ADJECTIVES, lx.SUPPORTS)
_ROOM_PLACE = combined(("in", "behind"), ("the",), lx.ROOMS, lx.HOLDERS)
_SPOT = combined(("at the",), lx.SPOT_ADJECTIVES, lx.MEETING_SPOTS)
_TITLE_PAIR = combined(
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


@apart
def _two_nouns(rng: random.Random, split: Split) -> str:
    """As people have them: 'bluefish77', now and then 'Riverlamp42' or 'Riverlamp!42'."""
    first = either(rng, lx.COLOURS if rng.random() < 0.2 else lx.COMMON_NOUNS)
    word = first + either(rng, lx.COMMON_NOUNS + lx.ANIMALS)
    roll = rng.random()
    mark = "!" if roll < 0.1 else ""
    return f"{word.capitalize() if roll < 0.25 else word}{mark}{10 + int(rng.random() * 90)}"


def _secret(rng: random.Random, split: Split) -> str:
    roll = rng.random()
    if roll < 0.35:
        return make_word(rng, split)
    if roll < 0.6:
        return _two_nouns(rng, split)
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
    "thing_name": mixed((3, make_name), (1, proper(lx.PET_NAMES, 1.0)), (1, _made_title)),
    "city": proper(lx.CITIES, 0.4),
    "country": proper(lx.COUNTRIES, 0.4),
    "street": _street,
    "house_number": _house_number,
    "colour": _colour,
    "food": mixed((3, plain(lx.FOODS, 1.0)), (2, _DISH), (2, _made_food), (2, make_word)),
    "drink": mixed((3, plain(lx.DRINKS, 1.0)), (3, make_word), (1, _FLAVOURED)),
    "fruit": plain(lx.FRUITS, 0.5),
    "flower": plain(lx.FLOWERS + lx.TREES, 0.5),
    "animal": plain(lx.ANIMALS, 0.5),
    "allergen": plain(lx.ALLERGENS, 0.45),
    "dislike": mixed((2, plain(lx.FOODS, 0.7)), (1, plain(lx.FRUITS, 0.8)), (1, make_word)),
    "season": mixed((3, closed(lx.SEASONS)), (1, closed(lx.HALF_SEASONS))),
    "number": _number,
    "age": _age,
    "date": _date,
    "time": _time,
    "job": mixed((4, plain(lx.JOBS, 1.0)), (3, _JOB_PAIR), (3, _made_job)),
    "company": _company,
    "school": _school,
    "secret": _secret,
    "code": _code,
    "phone": _phone,
    "title": mixed((3, _made_title), (2, _TITLE_PAIR)),
    "instrument": plain(lx.INSTRUMENTS, 0.55),
    "language": proper(lx.LANGUAGES, 0.5),
    "sport": plain(lx.SPORTS, 0.5),
    "hobby": mixed((3, plain(lx.CRAFTS, 1.0)), (4, _CRAFT_PAIR), (2, plain(lx.CRAFTS, 0.0))),
    "team": _team,
    "activity": _activity,
    "place": mixed((2, _IN_PLACE), (2, _ON_PLACE), (1, _ROOM_PLACE), (3, _made_place)),
    "spot": mixed((3, _SPOT), (2, lambda rng, split: f"at the {make_word(rng, split).capitalize()} cafe")),
    "meaning": _MEANING,
    "three": _three,
    "words": _words,
    **EVERYDAY_MAKERS,
    # what facts are about
    "made_word": make_word,
    "made_country": make_name,
    "name_pet": lambda rng, split: f"{_name(rng, split)}'s {either(rng, lx.PETS)}",
    "pet": closed(lx.PETS),
    "relation": closed(lx.RELATIONS),
    "named_thing": closed(lx.NAMED_THINGS),
    "owned": closed(lx.OWNED),
    "owned_plural": closed(lx.OWNED_PLURAL),
    "coloured": closed(lx.COLOURED),
    "event": closed(lx.EVENTS),
    "goods": closed(lx.GOODS),
    "vehicle": closed(lx.VEHICLES),
    "appointment": closed(lx.APPOINTMENTS),
    "visitor": closed(lx.VISITORS),
    "counted": closed(lx.COUNTED),
    "measure": closed(lx.MEASURES),
    "day": closed(lx.DAYS),
    "plan_time": closed(lx.PLAN_TIMES),
    "thing": closed(lx.NAMED_THINGS + lx.OWNED + lx.COLOURED),
}

# Lists so short that the same values must serve training and test.
CLOSED = frozenset({"season", "number", "age", "house_number", "pet_age", "count", "size"})


def make_value(kind: str, rng: random.Random, split: Split, subject: str = "") -> str:
    """A value of one of the kinds in MAKERS; of `split`, except for the kinds in CLOSED, which are too few to part.

    A size depends on what is measured, the `subject`: shoes have other sizes than a person's height.
    """
    if kind == "size" and subject in MEASURES:
        return MEASURES[subject](rng, split)
    return MAKERS[kind](rng, split)
