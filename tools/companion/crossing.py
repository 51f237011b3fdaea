"""Slots that are hard to tell apart: a few subjects, crossed with the kinds that all of them can have."""

from __future__ import annotations

import random
from collections import defaultdict

from engine.curricula.companion.facts import Kind
from engine.curricula.companion.kinds import KINDS
from engine.curricula.companion.names import Split
from engine.curricula.companion.values import MAKERS

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
