"""Copying drills: say this, repeat after me, what did I just say."""

from __future__ import annotations

import random

from engine.curricula.companion.data import LEXICON as lx
from engine.curricula.companion.data import table
from engine.curricula.companion.facts import fill, upper_start
from engine.curricula.companion.names import Split, make_digits, make_mixed_code, make_name, make_word

_TABLE = table("talk")["drills"]
_SAY = tuple(_TABLE["say"])
_SAY_OPEN = tuple(wording for wording in _SAY if wording.endswith("{x}"))
_TWICE = tuple(_TABLE["twice"])
_JUST_SAID = tuple(_TABLE["just_said"])
_SUBJECTS, _VERBS = tuple(_TABLE["subjects"]), tuple(_TABLE["verbs"])


class Drills:
    """Exchanges in which the reply copies what was said; all choices come from `rng`."""

    def __init__(self, rng: random.Random, split: Split) -> None:
        self._rng = rng
        self._split = split

    def _sentence(self) -> str:
        rng = self._rng
        noun, other = rng.choice(lx.common_nouns), rng.choice(lx.animals)
        roll = rng.random()
        if roll < 0.4:
            noun = make_word(rng, self._split)
        elif roll < 0.7:
            other = make_word(rng, self._split)
        return f"{rng.choice(_SUBJECTS)} {rng.choice(lx.adjectives)} {other} {rng.choice(_VERBS)} the {noun}."

    def _phrase(self) -> str:
        rng, split = self._rng, self._split
        roll = rng.random()
        if roll < 0.3:
            return make_word(rng, split)
        if roll < 0.45:
            return make_name(rng, split)
        if roll < 0.6:
            return make_digits(rng, split, 3 + int(rng.random() * 5))
        if roll < 0.7:
            return make_mixed_code(rng, split)
        if roll < 0.85:
            return " ".join(make_word(rng, split) for _ in range(2 + int(rng.random() * 3)))
        return self._sentence()

    def say(self) -> tuple[str, str]:
        """The user wants something said; the reply is just that."""
        rng = self._rng
        if rng.random() < 0.15:
            word = make_word(rng, self._split)
            return rng.choice(_TWICE).replace("{x}", word), f"{upper_start(word)} {word}."
        phrase = self._phrase()
        wordings = _SAY_OPEN if phrase.endswith(".") else _SAY
        return rng.choice(wordings).replace("{x}", phrase), phrase

    def just_said(self) -> list[tuple[str, str]]:
        """Something is said, and the user asks what it was."""
        rng = self._rng
        said = self._sentence()
        first = rng.choice(("I see.", "Is that so?", "Aha.", "How nice.", "Really?"))
        return [(said, first), (rng.choice(_JUST_SAID), f"You said: {said}")]

    def last_word(self) -> tuple[str, str]:
        """A row of words, of which one is asked for at once."""
        rng = self._rng
        words = [make_word(rng, self._split) for _ in range(3)]
        which = int(rng.random() * 3)
        order = ("first", "second", "last")[which]
        row = ", ".join(words)
        return f"Look at {row}. What was the {order} word?", fill("The {s} word was {v}.", order, words[which])

    def exchanges(self) -> list[tuple[str, str]]:
        """One drill, of one or two exchanges."""
        roll = self._rng.random()
        if roll < 0.6:
            return [self.say()]
        return self.just_said() if roll < 0.85 else [self.last_word()]
