"""Measures memory: facts to tell, talk to put between, and questions whose right answers are known."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Literal

from engine.curricula.companion.facts import Fact
from engine.curricula.companion.kinds import OPEN_KINDS
from engine.curricula.companion.memory import Chooser, FactMemory
from engine.curricula.companion.names import Split
from engine.curricula.companion.smalltalk import SmallTalk
from engine.curricula.companion.wording import Replies, User
from engine.errors import ConfigError
from engine.sleep.curriculum import Question

CHARACTERS_PER_TOKEN = 4
WordingSet = Literal["known", "unseen", "mixed"]


@dataclass(frozen=True)
class ToldFact:
    """A message that tells a fact, the reply of a perfect companion, and whether training has the wording."""

    user: str
    reply: str
    fact: Fact
    known_wording: bool


@dataclass(frozen=True)
class ProbeQuestion(Question):
    """A question about one slot.

    `former` is the value that held before a correction ("" if there was none); `reply` is a perfect companion's.
    """

    reply: str
    former: str
    kind: str
    subject: str
    known_wording: bool


@dataclass(frozen=True)
class Probe:
    """Tell `told`, then `corrected`, talk `filler` (pairs of user and reply), then ask `questions`, in any order."""

    told: tuple[ToldFact, ...]
    corrected: tuple[ToldFact, ...]
    filler: tuple[tuple[str, str], ...]
    questions: tuple[ProbeQuestion, ...]


def make_probe(
    seed: int,
    facts: int = 20,
    filler_tokens: int = 1500,
    split: Split = "test",
    wordings: WordingSet = "known",
    corrections: int = 0,
    never_told: int = 5,
) -> Probe:
    """A probe that is the same for the same arguments.

    `split` gives the values ("test": never met in training, for every kind that is used here), `wordings` the ways of
    telling and asking: of training, held out of it, or of either by turns. The first `corrections` facts are told once
    more with another value. `filler_tokens` is estimated at four characters a token.

    Raises `ConfigError` for counts that cannot be.
    """
    if facts < 1 or not 0 <= corrections <= facts or filler_tokens < 0 or never_told < 0:
        raise ConfigError(
            f"A probe of {facts} facts, {corrections} corrections, {filler_tokens} tokens of other talk and "
            f"{never_told} questions about nothing cannot be made; use at least one fact and no negative numbers."
        )
    rng = random.Random(f"probe {seed} {facts} {filler_tokens} {split} {wordings} {corrections} {never_told}")
    maker = _ProbeMaker(rng, split, wordings)
    told = [maker.tell(at) for at in range(facts)]
    corrected = [maker.correct(at, told[at].fact) for at in range(corrections)]
    filler = maker.filler(filler_tokens)
    former = {item.fact.slot: told[at].fact.value for at, item in enumerate(corrected)}
    questions = [maker.ask(at, fact, former.get(fact.slot, "")) for at, fact in enumerate(maker.known())]
    questions += [maker.ask_unknown(at) for at in range(never_told)]
    rng.shuffle(questions)
    return Probe(tuple(told), tuple(corrected), tuple(filler), tuple(questions))


class _ProbeMaker:
    def __init__(self, rng: random.Random, split: Split, wordings: WordingSet) -> None:
        self._wordings = wordings
        self._memory = FactMemory()
        self._chooser = Chooser(rng, self._memory, split, OPEN_KINDS)
        self._users = {True: User(rng, "train"), False: User(rng, "test")}
        self._replies = Replies(rng)
        self._talk = SmallTalk(rng, split)

    def _is_known(self, at: int) -> bool:
        return at % 2 == 0 if self._wordings == "mixed" else self._wordings == "known"

    def known(self) -> list[Fact]:
        return list(self._memory.facts.values())

    def tell(self, at: int) -> ToldFact:
        fact = self._chooser.fact()
        self._memory.put(fact)
        known = self._is_known(at)
        return ToldFact(self._users[known].tell(fact), self._replies.told(fact), fact, known)

    def correct(self, at: int, former: Fact) -> ToldFact:
        fact = self._chooser.renewed(former)
        self._memory.put(fact)
        known = self._is_known(at)
        return ToldFact(self._users[known].correct(fact), self._replies.corrected(fact), fact, known)

    def filler(self, tokens: int) -> list[tuple[str, str]]:
        pairs: list[tuple[str, str]] = []
        characters = 0
        while characters < tokens * CHARACTERS_PER_TOKEN:
            pairs.append(self._talk.exchange())
            characters += len(pairs[-1][0]) + len(pairs[-1][1])
        return pairs

    def ask(self, at: int, fact: Fact, former: str) -> ProbeQuestion:
        known = self._is_known(at)
        said = self._users[known].ask(fact.kind, fact.subject)
        return ProbeQuestion(said, fact.value, self._replies.known(fact), former, fact.kind.key, fact.subject, known)

    def ask_unknown(self, at: int) -> ProbeQuestion:
        kind, subject = self._chooser.unknown()
        known = self._is_known(at)
        said = self._users[known].ask(kind, subject)
        return ProbeQuestion(said, "", self._replies.unknown(kind, subject), "", kind.key, subject, known)
