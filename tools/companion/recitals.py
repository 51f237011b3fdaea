"""Recitals: much is told in a row, and each thing asked for in another order. They teach to keep things apart."""

from __future__ import annotations

import random
from collections import defaultdict

from engine.curricula.companion.exchanges import Dialogue, Speaker
from engine.curricula.companion.facts import Fact, Kind, fill, upper_start
from engine.curricula.companion.kinds import KINDS
from engine.curricula.companion.names import Split
from engine.curricula.companion.values import MAKERS
from tools.companion.lives import Life, Shape

Slot = tuple[Kind, str]


def _by_subject() -> dict[str, list[Kind]]:
    groups: dict[str, list[Kind]] = defaultdict(list)
    for kind in KINDS:
        groups[kind.subject].append(kind)
    return dict(groups)


_GROUPS = _by_subject()
_NAMES = tuple(_GROUPS)
# The groups of many kinds are the hard ones.
_WEIGHTS = tuple(1 + min(len(kinds), 10) for kinds in _GROUPS.values())


def crossed_slots(rng: random.Random, count: int, values: Split) -> tuple[list[Slot], list[Slot]]:
    """`count` slots to tell of, in any order, and others of the same subjects and kinds that stay untold.

    Of every kind of subject that comes up, two to eight subjects are crossed with one to five kinds. Whoever keeps only
    the kind, or only the subject, answers such slots wrong.
    """
    told: list[Slot] = []
    untold: list[Slot] = []
    while len(told) < count:
        group = rng.choices(_NAMES, _WEIGHTS)[0]
        kinds = _GROUPS[group]
        if group:
            kinds = rng.sample(kinds, min(len(kinds), 1 + int(rng.random() * 5)))
            subjects = list(dict.fromkeys(MAKERS[group](rng, values) for _ in range(2 + int(rng.random() * 7))))
        else:
            kinds, subjects = rng.sample(kinds, 4 + int(rng.random() * 12)), [""]
        met = {(kind.key, subject.lower()) for kind, subject in told + untold}
        cells = [(kind, subject) for kind in kinds for subject in subjects if (kind.key, subject.lower()) not in met]
        rng.shuffle(cells)
        kept = min(count - len(told), max(1, round(len(cells) * (0.4 + 0.5 * rng.random()))))
        told += cells[:kept]
        untold += cells[kept:]
    rng.shuffle(told)
    rng.shuffle(untold)
    return told, untold


class Reciter(Speaker):
    """Makes one recital."""

    def make(self, shape: Shape) -> Life:
        """A life of one dialogue; the shape is "plain", "recite", "parted" or "crossed"."""
        self._dialogues.append(Dialogue(""))
        if shape == "crossed":
            self._crossed()
        else:
            self._recite(shape == "plain", shape == "parted")
        return Life(self._dialogues)

    def _recite(self, plain: bool, parted: bool) -> None:
        """Facts in a row, then a question about each, in another order, and some about what was never told.

        Between them is other talk, where they are `parted` up to some two thousand tokens of it.

        Plain ones are told, answered and asked in the first wording of their kind, with nothing between: what must be
        learned is to keep many things apart, and only that.
        """
        rng = self._rng
        for _ in range(2 + int(rng.random() * 27)):
            if plain:
                fact = self._chooser.fact()
                self._memory.put(fact)
                self._tell_plainly(fact)
            else:
                self._tell()
                if rng.random() < 0.08:
                    self._correct()
        if not plain:
            for _ in range(20 + int(rng.random() * 90) if parted else int(rng.random() * rng.random() * 60)):
                self._chat()
        due = list(self._memory.facts.values())
        rng.shuffle(due)
        for fact in due:
            self._ask_one(fact, plain)
            if rng.random() < 0.55:
                self._ask_unknown()

    def _crossed(self) -> None:
        """As `_recite`, of a few subjects crossed with a few kinds, in the first wordings or in any.

        In one life of three, all is told first; in the others some is asked while more is told, so that things are
        asked both near and far. What was not told of the same subjects is asked, too.
        """
        rng = self._rng
        told, untold = crossed_slots(rng, 3 + int(rng.random() * 26), self._values)
        plain, apart = rng.random() < 0.4, rng.random() < 0.33
        due: list[Fact] = []
        for kind, subject in told:
            fact = self._chooser.fact_of(kind, subject)
            self._memory.put(fact)
            due.append(fact)
            if plain:
                self._tell_plainly(fact)
            else:
                self._say(self._user.tell(fact), self._acknowledged(fact), "tell", fact)
            if not apart and rng.random() < 0.25:
                self._ask_one(due.pop(int(rng.random() * len(due))), plain)
        rng.shuffle(due)
        for fact in due:
            self._ask_one(fact, plain)
            if untold and rng.random() < 0.8:
                self._ask_slot_unknown(*untold.pop())

    def _ask_one(self, fact: Fact, plain: bool) -> None:
        if plain:
            self._ask_plainly(fact)
        else:
            self._ask_fact(fact)

    def _tell_plainly(self, fact: Fact) -> None:
        self._say(upper_start(fact.fill(fact.kind.tell.of("train")[0])), self._replies.state(fact), "tell", fact)

    def _ask_plainly(self, fact: Fact) -> None:
        asked = upper_start(fill(fact.kind.ask.of("train")[0], fact.subject))
        self._say(asked, self._replies.state(fact), "ask", fact, slot=(fact.kind, fact.subject))
