"""What can be told: for every slot of a fact a maker of values, more than half of them made up on the spot."""

from __future__ import annotations

import random

from engine.curricula.companion.data import LEXICON as lx
from engine.curricula.companion.everyday_values import EVERYDAY_MAKERS, MEASURES
from engine.curricula.companion.making import Maker, apart, closed, combined, either, mixed, pick, plain, proper
from engine.curricula.companion.names import Split, in_split, make_digits, make_mixed_code, make_name, make_word

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
    return pick(rng, lx.first_names, split) if rng.random() < 0.4 else make_name(rng, split)


def _surname(rng: random.Random, split: Split) -> str:
    return make_word(rng, split).capitalize()


def _pet_name(rng: random.Random, split: Split) -> str:
    return pick(rng, lx.pet_names, split) if rng.random() < 0.35 else make_name(rng, split)


def _colour(rng: random.Random, split: Split) -> str:
    roll = rng.random()
    if roll < 0.35:
        return pick(rng, lx.colours, split)
    if roll < 0.6:
        return _SHADED(rng, split)
    return make_word(rng, split)


_SHADED = combined(lx.shades, lx.colours)
_DISH = combined(lx.fruits + lx.foods, ("with", "and"), lx.foods)
_FLAVOURED = combined(lx.fruit_flavours, ("tea", "juice", "soda", "milk"))
_MEANING = combined(lx.adjectives, lx.common_nouns + lx.animals)
_JOB_PAIR = combined(lx.job_nouns, lx.job_doers)
_CRAFT_PAIR = combined(lx.craft_verbs, lx.craft_things)
_IN_PLACE = combined(lx.into, ("the",), lx.place_adjectives, lx.holders)
_ON_PLACE = combined(lx.onto, ("the",), lx.place_adjectives, lx.supports)
_ROOM_PLACE = combined(("in", "behind"), ("the",), lx.rooms, lx.holders)
_SPOT = combined(("at the",), lx.spot_adjectives, lx.meeting_spots)
_TITLE_PAIR = combined(
    ("The", "One", "No", "Every"), lx.title_words, tuple(noun.capitalize() for noun in lx.common_nouns)
)


def _made_food(rng: random.Random, split: Split) -> str:
    return f"{make_word(rng, split)} {either(rng, lx.food_kinds)}"


def _street(rng: random.Random, split: Split) -> str:
    return f"{make_word(rng, split).capitalize()} {either(rng, lx.street_ends)}"


def _made_title(rng: random.Random, split: Split) -> str:
    shape = rng.random()
    first = make_word(rng, split).capitalize()
    if shape < 0.4:
        return first
    if shape < 0.7:
        return f"The {either(rng, lx.common_nouns).capitalize()} of {first}"
    return f"{either(rng, lx.title_words)} {first}"


def _made_place(rng: random.Random, split: Split) -> str:
    """A place that a made-up word tells apart: 'in the Vorba box'."""
    name = make_word(rng, split)
    if rng.random() < 0.5:
        return f"{either(rng, lx.into)} the {name.capitalize()} {either(rng, lx.holders)}"
    return f"{either(rng, lx.onto)} the {name} {either(rng, lx.supports)}"


def _team(rng: random.Random, split: Split) -> str:
    return f"the {make_word(rng, split).capitalize()} {either(rng, lx.team_ends)}"


def _company(rng: random.Random, split: Split) -> str:
    name = make_word(rng, split).capitalize()
    return name if rng.random() < 0.6 else f"{name} {either(rng, ('Works', 'Labs', 'Foods', 'Tools', 'Media', 'Bank'))}"


def _school(rng: random.Random, split: Split) -> str:
    return f"{make_word(rng, split).capitalize()} {either(rng, ('School', 'College', 'Academy', 'High School'))}"


def _made_job(rng: random.Random, split: Split) -> str:
    return f"{make_word(rng, split)} {either(rng, lx.job_doers)}"


@apart
def _two_nouns(rng: random.Random, split: Split) -> str:
    """As people have them: 'bluefish77', now and then 'Riverlamp42' or 'Riverlamp!42'."""
    first = either(rng, lx.colours if rng.random() < 0.2 else lx.common_nouns)
    word = first + either(rng, lx.common_nouns + lx.animals)
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
        return f"{make_word(rng, split)} {either(rng, lx.common_nouns)}"
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
        date = f"{either(rng, lx.months)} {1 + int(rng.random() * 28)}"
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
        return pick(rng, lx.verb_phrases, split)
    verb = either(rng, lx.phrase_verbs)
    if verb in ("visit", "go to"):
        return f"{verb} {make_word(rng, split).capitalize()}"
    return f"{verb} {make_word(rng, split)}"


def _three(rng: random.Random, split: Split) -> str:
    """Three different words: 'eggs, vorba and milk'."""
    words: list[str] = []
    while len(words) < 3:
        word = make_word(rng, split) if rng.random() < 0.5 else pick(rng, lx.foods + lx.fruits, split)
        if word not in words:
            words.append(word)
    return f"{words[0]}, {words[1]} and {words[2]}"


def _words(rng: random.Random, split: Split) -> str:
    """Two to four different words with commas: 'lamp, vorba, river'."""
    words: list[str] = []
    for _ in range(2 + int(rng.random() * 3)):
        word = make_word(rng, split) if rng.random() < 0.5 else pick(rng, lx.common_nouns, split)
        if word not in words:
            words.append(word)
    return ", ".join(words)


MAKERS: dict[str, Maker] = {
    "name": _name,
    "surname": _surname,
    "pet_name": _pet_name,
    "thing_name": mixed((3, make_name), (1, proper(lx.pet_names, 1.0)), (1, _made_title)),
    "city": proper(lx.cities, 0.4),
    "country": proper(lx.countries, 0.4),
    "street": _street,
    "house_number": _house_number,
    "colour": _colour,
    "food": mixed((3, plain(lx.foods, 1.0)), (2, _DISH), (2, _made_food), (2, make_word)),
    "drink": mixed((3, plain(lx.drinks, 1.0)), (3, make_word), (1, _FLAVOURED)),
    "fruit": plain(lx.fruits, 0.5),
    "flower": plain(lx.flowers + lx.trees, 0.5),
    "animal": plain(lx.animals, 0.5),
    "allergen": plain(lx.allergens, 0.45),
    "dislike": mixed((2, plain(lx.foods, 0.7)), (1, plain(lx.fruits, 0.8)), (1, make_word)),
    "season": mixed((3, closed(lx.seasons)), (1, closed(lx.half_seasons))),
    "number": _number,
    "age": _age,
    "date": _date,
    "time": _time,
    "job": mixed((4, plain(lx.jobs, 1.0)), (3, _JOB_PAIR), (3, _made_job)),
    "company": _company,
    "school": _school,
    "secret": _secret,
    "code": _code,
    "phone": _phone,
    "title": mixed((3, _made_title), (2, _TITLE_PAIR)),
    "instrument": plain(lx.instruments, 0.55),
    "language": proper(lx.languages, 0.5),
    "sport": plain(lx.sports, 0.5),
    "hobby": mixed((3, plain(lx.crafts, 1.0)), (4, _CRAFT_PAIR), (2, plain(lx.crafts, 0.0))),
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
    "name_pet": lambda rng, split: f"{_name(rng, split)}'s {either(rng, lx.pets)}",
    "pet": closed(lx.pets),
    "relation": closed(lx.relations),
    "named_thing": closed(lx.named_things),
    "owned": closed(lx.owned),
    "owned_plural": closed(lx.owned_plural),
    "coloured": closed(lx.coloured),
    "event": closed(lx.events),
    "goods": closed(lx.goods),
    "vehicle": closed(lx.vehicles),
    "appointment": closed(lx.appointments),
    "visitor": closed(lx.visitors),
    "counted": closed(lx.counted),
    "measure": closed(lx.measures),
    "day": closed(lx.days),
    "plan_time": closed(lx.plan_times),
    "thing": closed(lx.named_things + lx.owned + lx.coloured),
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
