"""The lessons of deep sleep: short dialogues from an empty conversation, with the answers that the soul must learn.

A round asks every fact that is not known yet more often than one that is, and a sample of the facts of former nights,
to find those that were lost; the losses of a round decide what the next one asks. Beside the questions stand the
person's messages as text to predict, questions about what was never told, and everyday talk, against invention and
drift.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from engine.llama import Llama
from engine.runtime.lesson import Lesson
from engine.sleep.curriculum import Curriculum, Statement, TaughtExchange
from engine.sleep.replay import ReplayDialogue, ReplayMessage
from engine.text.template import ChatMessage

BATCH_TOKENS = 2048
"""Tokens of one step, about."""
WINDOW = 240
"""Tokens of a lesson at most, about."""
QUESTIONS = (1, 1, 2, 3, 5)
"""How many questions a lesson has."""
KNOWN_LOSS = 0.3
"""A fact is known where no token of its answer surprised by more, in nats."""
UNLEARNED_TIMES = 2
"""How often a fact that is not known is asked in a round; one that is, once."""
OLDER_SHARE = 0.3
"""How many of the facts of former nights that are still known are asked in a round."""
MOST_OLDER = 64
"""But no more of them than this: a long life must not make long nights."""
TALK_BEFORE = (0, 0, 1, 3, 6)
"""How many exchanges of small talk stand before the questions of a lesson: what is known must outlast them."""
UNKNOWN_SHARE = 0.4
"""Questions about what was never told, for each about what was."""
LEAST_UNKNOWN = 10
"""In any round: with fewer, a soul that learns little answers everything with it."""
RENEWED_SHARE = 0.5
"""Facts that are told anew and then asked, for each question: the soul must not stand against what is said later."""
EVERYDAY_SHARE = 0.8
"""Stretches of everyday talk, for each question."""
BACKWARD_COST = 4.0
"""A token of a lesson takes about so many times the work of a token replayed."""
TYPICAL, BESIDE = 250, 5000
"""Tokens that a question brings into a round with all that stands beside it, and those of any round, about."""
LEAST_QUESTIONS = 8
"""In any round, if there is anything to ask: few lessons alone would pull the soul anywhere."""
LEAST_EVERYDAY = 40
"""In any round: small nights drift most, since little else stands beside what they learn."""
MARKS = 6
"""Tokens of an exchange that are no words."""
HEARD_SHARE = 0.5
"""Of the conversations that are read in a round."""
ANSWER_WEIGHT = 4.0
"""How much a token of an answer about what was told, or never told, counts beside one of other talk."""
HEARD_WEIGHT = 0.2
"""How much a token of the person's own words counts beside one of other talk."""
UNREAD_WEIGHT = 0.6
"""The same where no fact could be read: the words themselves are then all that there is to learn."""


_Part = tuple[TaughtExchange, int | None]
"""An exchange of a lesson, and the number of the fact that it asks for, if any."""


@dataclass(frozen=True)
class AnnotatedLesson:
    """A lesson, and where the answers about facts stand in it."""

    lesson: Lesson
    answers: Sequence[tuple[int, slice]] = ()
    """Number of a fact, and the tokens of the answer."""
    log_tokens: int = 0
    """How many of its tokens come from the log."""


class Lessons:
    """Makes the lessons of a night, each round in other words; all choices come from the seed.

    Args:
        llama: whose template and tokenizer they are for.
        curriculum: what words them.
        talks: conversations that are read as they were.
        told: what is to be known.
        older: what was learned in former nights, and is asked so that it stays.
        seed: of all choices.
    """

    def __init__(
        self,
        llama: Llama,
        curriculum: Curriculum,
        talks: Sequence[ReplayDialogue],
        told: Sequence[Statement],
        older: Sequence[Statement],
        seed: int,
    ) -> None:
        self._llama, self._rng = llama, random.Random(f"lessons {seed}")
        self.facts = [statement.fact for statement in (*told, *older)]
        self._tutor = curriculum.tutor(self._rng, seed, self.facts)
        self._new = len(told)
        self._surprise = [np.inf] * len(told) + [0.0] * len(older)
        read = {statement.entry.id for statement in (*told, *older)}
        self._heard = [[*self._as_heard(talk, read)] for talk in talks]

    @property
    def work(self) -> float:
        """What a round is expected to take, in tokens replayed."""
        read = HEARD_SHARE * sum(asked.log_tokens for heard in self._heard for asked in heard)
        older = min(OLDER_SHARE * (len(self.facts) - self._new), MOST_OLDER)
        return BACKWARD_COST * (read + BESIDE + TYPICAL * max(LEAST_QUESTIONS, 1.5 * self._new + older))

    @property
    def unlearned(self) -> int:
        """Facts that were not known when they were asked last, or were never asked."""
        return sum(surprise > KNOWN_LOSS for surprise in self._surprise)

    def batches(self) -> Iterator[list[AnnotatedLesson]]:
        """One round in batches of about the same size, each with something of everything."""
        lessons = list(self._round())
        self._rng.shuffle(lessons)
        count = max(1, round(sum(len(asked.lesson.ids) for asked in lessons) / BATCH_TOKENS))
        for number in range(count):
            yield lessons[number::count]

    def observe(self, batch: Sequence[AnnotatedLesson], losses: Sequence[np.ndarray]) -> None:
        """Take note of how surprising the tokens of a batch were: what is not known is asked more from now on."""
        for asked, loss in zip(batch, losses, strict=True):
            for number, tokens in asked.answers:
                self._surprise[number] = float(loss[tokens].max())

    def _round(self) -> Iterator[AnnotatedLesson]:
        rng = self._rng
        due = [number for number, surprise in enumerate(self._surprise) if surprise > KNOWN_LOSS] * UNLEARNED_TIMES
        known = [number for number, surprise in enumerate(self._surprise) if surprise <= KNOWN_LOSS]
        older = [number for number in known if number >= self._new]
        due += [number for number in known if number < self._new]
        due += rng.sample(older, min(_part(rng, OLDER_SHARE, len(older)), MOST_OLDER))
        if due:
            due *= max(1, -(-LEAST_QUESTIONS // len(due)))
        said: list[_Part] = [(self._tutor.lesson(self.facts[n]), n) for n in due]
        unknown = max(LEAST_UNKNOWN, _part(rng, UNKNOWN_SHARE, len(due)))
        said += [(self._tutor.never_told(), None) for _ in range(unknown)]
        rng.shuffle(said)
        for some in self._parted(said):
            yield self._dialogue(some)
        for _ in range(_part(rng, RENEWED_SHARE, len(due))):
            yield self._dialogue(_about_nothing(self._tutor.told_anew(self.facts[rng.choice(due)])))
        for _ in range(max(LEAST_EVERYDAY, _part(rng, EVERYDAY_SHARE, len(due)))):
            yield self._dialogue(_about_nothing(self._tutor.everyday()))
        for heard in self._heard:
            if rng.random() < HEARD_SHARE:
                yield from heard

    def _parted(self, questions: Sequence[_Part]) -> Iterator[list[_Part]]:
        """Questions in dialogues of some number, often after other talk, as far as the window goes."""
        some: list[_Part] = []
        wanted = room = 0
        for question in questions:
            size = self._size(question)
            if len(some) >= wanted or size > room:
                if some:
                    yield some
                some = _about_nothing(self._tutor.small_talk() for _ in range(self._rng.choice(TALK_BEFORE)))
                wanted = len(some) + self._rng.choice(QUESTIONS)
                room = WINDOW - sum(map(self._size, some))
            some.append(question)
            room -= size
        if some:
            yield some

    def _size(self, part: _Part) -> int:
        return len(self._llama.tokenizer.encode(f"{part[0].user} {part[0].reply}")) + MARKS

    def _dialogue(self, said: Sequence[_Part]) -> AnnotatedLesson:
        """A lesson of the exchanges."""
        ids = self._llama.closing()  # a conversation with a used soul starts after the end of a turn
        weights = [0.0] * len(ids)
        answers = []
        for exchange, fact in said:
            messages = [ChatMessage("user", exchange.user), ChatMessage("assistant", exchange.reply)]
            rendered = self._llama.template.render_masked(self._llama.tokenizer, messages)
            if fact is not None:
                answers.append((fact, slice(len(ids), len(ids) + len(rendered.ids))))
            ids += rendered.ids
            counts = ANSWER_WEIGHT if exchange.asks else 1.0
            weights += [counts * own for own in rendered.mask]
        return AnnotatedLesson(Lesson(ids, weights, said[-1][0].user), answers)

    def _as_heard(self, talk: ReplayDialogue, read: Iterable[str]) -> Iterator[AnnotatedLesson]:
        """The conversation in windows of whole messages, the person's words to be foretold."""
        special = set(self._llama.tokenizer.special_tokens.values())
        before = self._llama.closing()
        ids, weights, text = [*before], [0.0] * len(before), ""
        for line in talk.lines:
            if len(ids) > len(before) and len(ids) + len(line.ids) > WINDOW:
                yield AnnotatedLesson(Lesson(ids, weights, text), log_tokens=len(ids) - len(before))
                ids, weights = [*before], [0.0] * len(before)
            counts = _weight(line, read)
            ids += line.ids[:WINDOW]
            weights += [0.0 if i in special else counts for i in line.ids[:WINDOW]]
            text = line.entry.text
        if len(ids) > len(before):
            yield AnnotatedLesson(Lesson(ids, weights, text), log_tokens=len(ids) - len(before))


def _about_nothing(said: Iterable[TaughtExchange]) -> list[_Part]:
    return [(exchange, None) for exchange in said]


def _weight(line: ReplayMessage, read: Iterable[str]) -> float:
    if line.entry.role != "user":
        return HEARD_WEIGHT if line.raised else 0.0
    return HEARD_WEIGHT if line.entry.id in read else UNREAD_WEIGHT


def _part(rng: random.Random, share: float, of: int) -> int:
    """`share` of a number, whole, right on average."""
    return int(share * of + rng.random())
