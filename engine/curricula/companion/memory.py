"""What has been told so far in one life, and what to tell or to ask next."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from engine.curricula.companion.facts import Fact, Kind
from engine.curricula.companion.kinds import KINDS
from engine.curricula.companion.names import Split
from engine.curricula.companion.values import MAKERS, make_value


@dataclass
class FactMemory:
    """The facts that hold now, in the order told, and how often each was asked."""

    facts: dict[tuple[str, str], Fact] = field(default_factory=dict)
    asked: dict[tuple[str, str], int] = field(default_factory=dict)
    values: set[str] = field(default_factory=set)
    cast: list[str] = field(default_factory=list)

    def put(self, fact: Fact) -> None:
        """Take in a fact; one of the same slot is replaced and counts as new."""
        self.facts.pop(fact.slot, None)
        self.facts[fact.slot] = fact
        self.asked[fact.slot] = 0
        self.values.add(fact.value.lower())

    def get(self, key: str) -> str:
        """The value of a kind without a subject, or ""."""
        fact = self.facts.get((key, ""))
        return fact.value if fact else ""

    def recent(self, count: int) -> list[Fact]:
        """The last `count` facts told."""
        return list(self.facts.values())[-count:]


class Chooser:
    """Chooses facts to tell and questions to ask, so that neither kind, subject nor value can be guessed."""

    def __init__(self, rng: random.Random, memory: FactMemory, values: Split, kinds: Sequence[Kind] = KINDS) -> None:
        self._rng = rng
        self._memory = memory
        self._values = values
        self._kinds = kinds
        self._reach = _REACH if kinds is KINDS else _sums(kinds)

    def _kind(self) -> Kind:
        return self._rng.choices(self._kinds, cum_weights=self._reach)[0]

    def _subject(self, kind: Kind) -> str:
        """A subject for the kind; persons come back again and again, so that several facts are told of each."""
        if not kind.subject:
            return ""
        rng, cast = self._rng, self._memory.cast
        if kind.subject not in ("name", "name_pet"):
            return MAKERS[kind.subject](rng, self._values)
        if cast and rng.random() < 0.3 + 0.15 * len(cast):
            person = cast[int(rng.random() * len(cast))]
        else:
            person = self._fresh("name")
        if kind.subject == "name":
            return person
        return f"{person}'s {MAKERS['pet'](rng, self._values)}"

    def _fresh(self, value_kind: str, subject: str = "") -> str:
        """A value not yet used in this life, if one is found soon."""
        value = make_value(value_kind, self._rng, self._values, subject)
        for _ in range(8):
            if value.lower() not in self._memory.values and value not in self._memory.cast:
                break
            value = make_value(value_kind, self._rng, self._values, subject)
        return value

    def _slot(self) -> tuple[Kind, str]:
        """A kind and subject; often near to something told, so that keys must be told apart."""
        rng, told = self._rng, self._memory.facts
        roll = rng.random()
        if told and roll < 0.5:
            like = rng.choice(list(told.values()))
            if like.kind.subject and roll < 0.22:
                return like.kind, self._subject(like.kind)
            if like.kind.subject in ("name", "relation"):
                kind = rng.choice([kind for kind in self._kinds if kind.subject == like.kind.subject])
                return kind, like.subject
        kind = self._kind()
        return kind, self._subject(kind)

    def unknown(self) -> tuple[Kind, str]:
        """A kind and subject about which nothing was told in this life."""
        while True:
            kind, subject = self._slot()
            if (kind.key, subject.lower()) not in self._memory.facts:
                return kind, subject

    def fact(self) -> Fact:
        """A fact of a slot about which nothing was told yet."""
        kind, subject = self.unknown()
        if kind.subject in ("name", "name_pet"):
            person = subject.partition("'s ")[0]
            if person not in self._memory.cast:
                self._memory.cast.append(person)
        return self.fact_of(kind, subject)

    def fact_of(self, kind: Kind, subject: str) -> Fact:
        """A fact of this slot with a fresh value."""
        return Fact(kind, subject, self._fresh(kind.value, subject))

    def renewed(self, fact: Fact) -> Fact:
        """The same slot with another value."""
        value = self._fresh(fact.kind.value, fact.subject)
        while value.lower() == fact.value.lower():
            value = self._fresh(fact.kind.value, fact.subject)
        return Fact(fact.kind, fact.subject, value)

    def known(self) -> Fact:
        """A told fact to ask about: those never asked first, the latest ones often."""
        rng, memory = self._rng, self._memory
        pool = memory.recent(2) if rng.random() < 0.3 else list(memory.facts.values())
        weights = [1.0 / (1 + 2 * memory.asked[fact.slot]) for fact in pool]
        return rng.choices(pool, weights)[0]


def _sums(kinds: Sequence[Kind]) -> list[float]:
    return list(itertools.accumulate(kind.weight for kind in kinds))


_REACH = _sums(KINDS)
