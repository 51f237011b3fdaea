"""The companion's words: JSON tables, and among them the lexicon, lists of common words by what they can stand for."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass, fields
from typing import Any

from engine.resources import resource_path

FOLDER = "curricula/companion"


@functools.cache
def table(name: str) -> Any:
    """The content of one file, ``NAME.json``. Raises `OSError` or `ValueError` where the installation is damaged."""
    return json.loads((resource_path(FOLDER) / f"{name}.json").read_text(encoding="utf-8"))


def words(text: str) -> tuple[str, ...]:
    """The words of a text, apart at spaces."""
    return tuple(text.split())


Words = tuple[str, ...]


@dataclass(frozen=True)
class Lexicon:
    """The word lists of ``lexicon.json``, each under its name there; in small letters unless they are names."""

    first_names: Words
    pet_names: Words
    cities: Words
    countries: Words
    colours: Words
    shades: Words
    animals: Words
    pets: Words
    foods: Words
    food_kinds: Words
    fruit_flavours: Words
    fruits: Words
    drinks: Words
    allergens: Words
    flowers: Words
    trees: Words
    jobs: Words
    job_nouns: Words
    job_doers: Words
    instruments: Words
    languages: Words
    sports: Words
    crafts: Words
    craft_verbs: Words
    craft_things: Words
    relations: Words
    named_things: Words
    owned: Words
    owned_plural: Words
    coloured: Words
    events: Words
    appointments: Words
    visitors: Words
    vehicles: Words
    counted: Words
    measures: Words
    parking_spots: Words
    liked: Words
    liked_adjectives: Words
    liked_things: Words
    gifts: Words
    gift_adjectives: Words
    goods: Words
    rooms: Words
    holders: Words
    supports: Words
    into: Words
    onto: Words
    place_adjectives: Words
    meeting_spots: Words
    adjectives: Words
    common_nouns: Words
    verb_phrases: Words
    phrase_verbs: Words
    days: Words
    months: Words
    seasons: Words
    half_seasons: Words
    plan_times: Words
    spot_adjectives: Words
    street_ends: Words
    team_ends: Words
    title_words: Words
    plain_words: Words
    """Short words that syllables happen to make; made-up words must be none of them."""

    def all_words(self) -> frozenset[str]:
        """Every word of every list, in small letters."""
        lists = (getattr(self, field.name) for field in fields(self))
        return frozenset(word for items in lists for word in " ".join(items).lower().split())


LEXICON = Lexicon(**{name: tuple(items) for name, items in table("lexicon").items()})
