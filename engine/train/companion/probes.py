"""Measures memory: facts to tell, talk to put between, and questions whose right answers are known."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from typing import Literal

from engine.errors import ConfigError
from engine.train.companion.facts import Fact
from engine.train.companion.frames import Replies
from engine.train.companion.kinds import OPEN_KINDS
from engine.train.companion.memory import Chooser, Memory
from engine.train.companion.names import Split
from engine.train.companion.smalltalk import SmallTalk
from engine.train.companion.wording import User

CHARACTERS_PER_TOKEN = 4
WordingSet = Literal["known", "unseen", "mixed"]


@dataclass(frozen=True)
class Told:
    """A message that tells a fact, the reply of a perfect companion, and whether training has the wording."""

    user: str
    reply: str
    fact: Fact
    known_wording: bool


@dataclass(frozen=True)
class Question:
    """A question and the value that a right answer contains; "" where nothing was told and the honest answer is so.

    `former` is the value that held before a correction ("" if there was none); `reply` is a perfect companion's.
    """

    user: str
    reply: str
    expected: str
    former: str
    kind: str
    subject: str
    known_wording: bool

    def is_right(self, answer: str) -> bool:
        """True if the answer holds the expected value, or admits not to know where nothing was told."""
        said = _plain(answer)
        if not self.expected:
            return _admits(said)
        return f" {_plain(self.expected)} " in f" {said} " and not _admits(said)


@dataclass(frozen=True)
class Probe:
    """Tell `told`, then `corrected`, talk `filler` (pairs of user and reply), then ask `questions`, in any order."""

    told: tuple[Told, ...]
    corrected: tuple[Told, ...]
    filler: tuple[tuple[str, str], ...]
    questions: tuple[Question, ...]


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower().replace("'", "")))


def _admits(plain: str) -> bool:
    return bool(re.search(r"\b(dont|do not) know\b|\bnot told me\b", plain))


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
        self._memory = Memory()
        self._chooser = Chooser(rng, self._memory, split, OPEN_KINDS)
        self._users = {True: User(rng, "train"), False: User(rng, "test")}
        self._replies = Replies(rng)
        self._talk = SmallTalk(rng, split)

    def _is_known(self, at: int) -> bool:
        return at % 2 == 0 if self._wordings == "mixed" else self._wordings == "known"

    def known(self) -> list[Fact]:
        return list(self._memory.facts.values())

    def tell(self, at: int) -> Told:
        fact = self._chooser.fact()
        self._memory.put(fact)
        known = self._is_known(at)
        return Told(self._users[known].tell(fact), self._replies.told(fact), fact, known)

    def correct(self, at: int, former: Fact) -> Told:
        fact = self._chooser.renewed(former)
        self._memory.put(fact)
        known = self._is_known(at)
        return Told(self._users[known].correct(fact), self._replies.corrected(fact), fact, known)

    def filler(self, tokens: int) -> list[tuple[str, str]]:
        pairs: list[tuple[str, str]] = []
        characters = 0
        while characters < tokens * CHARACTERS_PER_TOKEN:
            pairs.append(self._talk.exchange())
            characters += len(pairs[-1][0]) + len(pairs[-1][1])
        return pairs

    def ask(self, at: int, fact: Fact, former: str) -> Question:
        known = self._is_known(at)
        said = self._users[known].ask(fact.kind, fact.subject)
        return Question(said, self._replies.known(fact), fact.value, former, fact.kind.key, fact.subject, known)

    def ask_unknown(self, at: int) -> Question:
        kind, subject = self._chooser.unknown()
        known = self._is_known(at)
        said = self._users[known].ask(kind, subject)
        return Question(said, self._replies.unknown(kind, subject), "", "", kind.key, subject, known)
