"""A curriculum of one kind of fact, "X is Y", in one wording: all that a night needs."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from engine.llama import Llama
from engine.runtime.base import Cancel
from engine.sleep.curriculum import FactLike, Question, TaughtExchange
from engine.text.template import ChatMessage


@dataclass(frozen=True)
class PlainFact:
    slot: str
    value: str


class PlainTutor:
    def __init__(self, rng: random.Random, facts: Sequence[FactLike]) -> None:
        self._rng, self._facts = rng, facts

    def question(self, fact: FactLike) -> Question:
        return Question(f"What is {fact.slot}?", fact.value)

    def lesson(self, fact: FactLike) -> TaughtExchange:
        return TaughtExchange(f"What is {fact.slot}?", f"It is {fact.value}.", True)

    def never_told(self) -> TaughtExchange:
        return TaughtExchange(f"What is x{self._rng.randrange(99)}?", "I don't know.", True)

    def told_anew(self, fact: FactLike) -> list[TaughtExchange]:
        value = str(self._rng.randrange(99))
        return [TaughtExchange(f"{fact.slot} is {value}.", "Okay."), self.lesson(PlainFact(str(fact.slot), value))]

    def small_talk(self) -> TaughtExchange:
        return TaughtExchange("Hello.", "Hello.")

    def everyday(self) -> list[TaughtExchange]:
        return [self.small_talk()]


class PlainCurriculum:
    def reader(self, llama: Llama, cancel: Cancel | None = None) -> Callable[[str], Sequence[FactLike]]:
        return lambda message: [PlainFact(*pair) for pair in re.findall(r"(\w+) is (\w+)", message)]

    def tutor(self, rng: random.Random, seed: int, facts: Sequence[FactLike] = ()) -> PlainTutor:
        return PlainTutor(rng, facts)

    def heldout(self) -> Sequence[Sequence[ChatMessage]]:
        return [[ChatMessage("user", "Good evening."), ChatMessage("assistant", "Good evening to you.")]]
