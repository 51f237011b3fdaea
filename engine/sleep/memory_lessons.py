"""What a night teaches a transformer with a memory, and what it asks: facts in several wordings, what was never told,
and ordinary talk."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np

from engine.runtime.base import Cancel, Cancelled
from engine.runtime.batched_replies import write_replies
from engine.sleep.backbone import Backbone
from engine.sleep.curriculum import MemoryCurriculum, Question, Statement, TaughtExchange, WordedFact
from engine.sleep.lessons import KNOWN_LOSS
from engine.train.memory.exchanges import EncodedExchange, encode_exchange
from engine.train.memory.frozen import FrozenReply, freeze_replies

MOST_TAUGHT = 3
"""Wordings in which a fact is taught; one more examines it."""
LEAST_ASKED = 8
"""Questions about what was told in a round, if there is any."""
UNKNOWN_SHARE, LEAST_UNKNOWN = 0.3, 6
"""Questions about what was never told in a round, for each about what was."""
ORDINARY_SHARE, LEAST_ORDINARY = 0.4, 10
"""Ordinary replies in a round, for each question."""
ALL_UNKNOWN, ALL_ORDINARY, HELDOUT = 40, 36, 12
"""Of a night: questions about what was never told, ordinary replies, and those by which drift is measured."""
REPLY_TOKENS = 16
"""Of an ordinary reply."""
BATCH = 28
"""Replies of a step, about."""
FROZEN_AT_ONCE = 24
"""Lessons between two questions whether to stop."""


@dataclass(frozen=True)
class NightExam:
    """What is asked before a night and after it."""

    questions: Sequence[Question]
    """One for each new fact, in their order, then those for facts of former nights."""
    ordinary: Sequence[FrozenReply]
    """Ordinary talk that is in no lesson."""


@dataclass(frozen=True)
class NightBatch:
    """What one step is made of."""

    taught: Sequence[FrozenReply]
    numbers: Sequence[int]
    """Which fact each of the taught asks for; -1: what was never told."""
    ordinary: Sequence[FrozenReply]
    line: str
    """One of the questions, for a person."""


class NightLessons:
    """The lessons of a night, all of them made and frozen once; rounds draw from them.

    Args:
        backbone: whose they are.
        curriculum: what words them.
        told: facts of this night.
        older: facts of former nights.
        seed: of all choices.
        cancel: asked again and again; raises `Cancelled`.
        progress: told how many further lessons are made.
    """

    def __init__(
        self,
        backbone: Backbone,
        curriculum: MemoryCurriculum,
        told: Sequence[Statement],
        older: Sequence[Statement],
        seed: int,
        cancel: Cancel | None = None,
        progress: Callable[[int], None] = lambda _: None,
    ) -> None:
        self._progress = progress
        self._rng = rng = random.Random(f"memory lessons {seed}")
        self._backbone, self._cancel = backbone, cancel
        statements = [*told, *older]
        facts = [cast(WordedFact, statement.fact) for statement in statements]
        asked = [_taught_and_asked(fact) for fact in facts]
        messages = [statement.entry.text for statement in statements]
        unknown = curriculum.never_told(rng, facts, messages, ALL_UNKNOWN)
        self._questions = [fact_asked.user for _, fact_asked in asked]
        owners = [number for number, (taught, _) in enumerate(asked) for _ in taught]
        exchanges = [exchange for taught, _ in asked for exchange in taught] + unknown
        frozen = self._frozen([self._encoded(e.user, e.reply) for e in exchanges])
        self._taught: list[list[FrozenReply]] = [[] for _ in facts]
        for number, reply in zip(owners, frozen, strict=False):
            self._taught[number].append(reply)
        self._unknown = frozen[len(owners) :]
        talk = self._ordinary(curriculum.ordinary())
        self._talk = talk[: len(talk) - HELDOUT] or talk
        self._surprise = [np.inf] * len(told) + [0.0] * len(older)
        self.exam = NightExam(
            [Question(e.user, fact.value) for fact, (_, e) in zip(facts, asked, strict=True)], talk[-HELDOUT:]
        )

    @property
    def tokens(self) -> int:
        """Tokens that read in a round, about."""
        sizes = [sum(len(r.streams) for r in taught) / max(1, len(taught)) for taught in self._taught]
        each = float(np.mean(sizes)) if sizes else 12.0
        count = max(LEAST_ASKED, len(self._taught))
        unknown = max(LEAST_UNKNOWN, UNKNOWN_SHARE * count)
        ordinary = max(LEAST_ORDINARY, ORDINARY_SHARE * count)
        return int(each * (count + unknown) + (REPLY_TOKENS + 5) * ordinary)

    @property
    def learned(self) -> bool:
        """Whether no answer surprised when it was given last."""
        return all(surprise <= KNOWN_LOSS for surprise in self._surprise)

    def batches(self) -> Iterator[NightBatch]:
        """One round: every fact that is not known and half of the others, what was never told, and ordinary talk."""
        rng = self._rng
        due = [n for n, surprise in enumerate(self._surprise) if surprise > KNOWN_LOSS or rng.random() < 0.5]
        due *= max(1, -(-LEAST_ASKED // len(due))) if due else 1
        said = [(rng.choice(self._taught[n]), n) for n in due]
        unknown = min(len(self._unknown), max(LEAST_UNKNOWN, round(UNKNOWN_SHARE * len(due))))
        said += [(reply, -1) for reply in rng.sample(self._unknown, unknown)]
        rng.shuffle(said)
        talk = rng.sample(self._talk, min(len(self._talk), max(LEAST_ORDINARY, round(ORDINARY_SHARE * len(due)))))
        count = max(1, round((len(said) + len(talk)) / BATCH))
        for at in range(count):
            part = said[at::count]
            numbers = [number for _, number in part]
            line = next((self._questions[number] for number in numbers if number >= 0), "")
            yield NightBatch([reply for reply, _ in part], numbers, talk[at::count], line)

    def observe(self, batch: NightBatch, losses: Sequence[float]) -> None:
        """Take note of how surprising the answers of a batch were."""
        for number, loss in zip(batch.numbers, losses, strict=True):
            if number >= 0:
                self._surprise[number] = loss

    def _encoded(self, message: str, reply: str) -> EncodedExchange:
        return encode_exchange(self._backbone.text, [], message, reply)

    def _frozen(self, exchanges: Sequence[EncodedExchange], plain: bool = False) -> list[FrozenReply]:
        found: dict[int, FrozenReply] = {}
        order = sorted(range(len(exchanges)), key=lambda i: len(exchanges[i].ids))
        for start in range(0, len(order), FROZEN_AT_ONCE):
            if self._cancel is not None and self._cancel():
                raise Cancelled(0)
            part = order[start : start + FROZEN_AT_ONCE]
            some = [exchanges[i] for i in part]
            made = freeze_replies(self._backbone.model, self._backbone.memory.config, some, plain=plain)
            found |= dict(zip(part, made, strict=True))
            self._progress(len(part))
        return [found[i] for i in range(len(exchanges))]

    def _ordinary(self, requests: Sequence[str]) -> list[FrozenReply]:
        """Replies of the untouched model to some of these requests, always the same ones."""
        chosen = list(requests)
        random.Random("ordinary").shuffle(chosen)
        chosen = chosen[: ALL_ORDINARY + HELDOUT]
        backbone = self._backbone
        prompts = [backbone.prompt(request) for request in chosen]
        written = write_replies(backbone.model, prompts, backbone.text.turn_ends, REPLY_TOKENS, cancel=self._cancel)
        exchanges = [
            EncodedExchange(p.context, p.message, p.opening, reply)
            for p, (reply,) in zip(prompts, written, strict=True)
            if reply
        ]
        return self._frozen(exchanges, plain=True)


def _taught_and_asked(fact: WordedFact) -> tuple[Sequence[TaughtExchange], TaughtExchange]:
    """The wordings in which a fact is taught, and the one that examines it, which is none of them where there are
    several."""
    *taught, asked = fact.exchanges
    return (taught or [asked])[:MOST_TAUGHT], asked
