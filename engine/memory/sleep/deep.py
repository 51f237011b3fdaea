"""Deep sleep: the soul is moved, by gradient descent through the frozen body, to where it answers what was told.

Its lessons are short dialogues that begin with the soul alone: what the person said, in context, as it was said; the
facts that could be read out of it, asked in ever other wordings, some after other talk; and against too much zeal
questions about what was never told, and everyday talk.
"""

from __future__ import annotations

import importlib.util
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.llama import Llama
from engine.memory.log import Entry
from engine.memory.sleep.facts import Statement, statements
from engine.memory.sleep.replay import Meter, Talk
from engine.memory.sleep.settings import SleepSettings
from engine.runtime.base import Cancel
from engine.text.template import Message
from engine.train.companion.dialogues import make_life
from engine.train.companion.frames import Replies
from engine.train.companion.kinds import OPEN_KINDS
from engine.train.companion.memory import Chooser, Memory
from engine.train.companion.smalltalk import SmallTalk
from engine.train.companion.wording import User

if TYPE_CHECKING:
    from engine.runtime.soul_gradient import Lesson

BATCH = 16
"""Lessons of one step."""
WINDOW = 160
"""Tokens of a lesson at most, about: longer conversations are cut between messages."""
HEARD_WEIGHT = 0.2
"""How much a token of the person's own words counts beside one of an answer."""
UNKNOWN_SHARE = 0.35
"""Questions about what was never told, for each fact."""
EVERYDAY_SHARE = 0.35
"""Stretches of everyday talk, for each fact."""
LEAST_EVERYDAY = 6
"""Stretches of everyday talk in any round: few lessons alone would pull the soul anywhere."""
LEAST_QUESTIONS = 6
"""About what was told, in any round, if anything was: otherwise the counterweights would teach to deny it."""
EVERYDAY_EXCHANGES = 5
BACKWARD_COST = 4.0
"""A token of a lesson takes about so many times the work of a token replayed."""
TYPICAL = 80
"""Tokens of a lesson, about, to foretell how long a night takes."""
LAST_RATE = 0.1
"""The learning rate falls in a straight line to this share."""


def available() -> bool:
    """Whether torch is there, which computes the gradients."""
    return importlib.util.find_spec("torch") is not None


@dataclass
class Lessons:
    """Makes the lessons of a night, each round in other words; all choices come from the seed."""

    llama: Llama
    talks: Sequence[Talk]
    seed: int

    def __post_init__(self) -> None:
        self._rng = random.Random(f"lessons {self.seed}")
        self._user, self._replies = User(self._rng, "train"), Replies(self._rng)
        self._talk = SmallTalk(self._rng, "train")
        entries: list[Entry] = [line.entry for talk in self.talks for line in talk.lines]
        self.told: list[Statement] = statements(sorted(entries, key=lambda entry: entry.id))
        memory = Memory()
        for statement in self.told:
            memory.put(statement.fact)
        self._chooser = Chooser(self._rng, memory, "train", OPEN_KINDS)
        self._heard = [lesson for talk in self.talks for lesson in self._as_heard(talk)]

    def round(self) -> list[Lesson]:
        """Every statement asked once, more often where there are few; every conversation once; the counterweights."""
        lessons = list(self._heard)
        for statement in self.told * max(1, LEAST_QUESTIONS // max(1, len(self.told))):
            fact = statement.fact
            asked = (self._user.ask(fact.kind, fact.subject), self._replies.known(fact))
            lessons.append(self._dialogue([*self._distraction(), asked]))
        for _ in range(max(1, round(UNKNOWN_SHARE * len(self.told)))):
            kind, subject = self._chooser.unknown()
            asked = (self._user.ask(kind, subject), self._replies.unknown(kind, subject))
            lessons.append(self._dialogue([*self._distraction(), asked]))
        lessons += [self._everyday() for _ in range(max(LEAST_EVERYDAY, round(EVERYDAY_SHARE * len(self.told))))]
        return lessons

    def _everyday(self) -> Lesson:
        """A stretch of another's life, in which things are told and asked: what the soul must not stand against."""
        life = make_life(self.seed, self._rng.randrange(1 << 30), "chat")
        exchanges = self._rng.choice(life.conversations).exchanges
        at = self._rng.randrange(max(1, len(exchanges) - EVERYDAY_EXCHANGES))
        return self._dialogue([(e.user, e.reply) for e in exchanges[at : at + EVERYDAY_EXCHANGES]])

    def batches(self) -> list[list[Lesson]]:
        """One round in batches of like length, in any order."""
        lessons = sorted(self.round(), key=lambda lesson: len(lesson.ids))
        batches = [lessons[at : at + BATCH] for at in range(0, len(lessons), BATCH)]
        self._rng.shuffle(batches)
        return batches

    def work(self, rounds: int) -> float:
        """What so many rounds are expected to take, in tokens replayed."""
        heard = sum(talk.tokens for talk in self.talks)
        return BACKWARD_COST * rounds * (heard + TYPICAL * (len(self.told) * 5 / 3 + 4))

    def _distraction(self) -> list[tuple[str, str]]:
        return [self._talk.exchange() for _ in range(self._rng.choice((0, 0, 1, 2, 4)))]

    def _dialogue(self, pairs: Sequence[tuple[str, str]]) -> Lesson:
        """A lesson of the last pairs that fit into the window, of the last one at least."""
        from engine.runtime.soul_gradient import Lesson

        said = [Message("user" if at == 0 else "assistant", text) for pair in pairs for at, text in enumerate(pair)]
        rendered = self.llama.template.render_masked(self.llama.tokenizer, said)
        if len(rendered.ids) > WINDOW and len(pairs) > 1:
            return self._dialogue(pairs[1:])
        before = self.llama.closing()  # a soul that has lived begins behind the end of a turn
        weights = [0.0] * len(before) + [float(own) for own in rendered.mask]
        return Lesson([*before, *rendered.ids], weights, pairs[-1][0])

    def _as_heard(self, talk: Talk) -> Iterator[Lesson]:
        """The conversation in windows of whole messages, the person's words to be foretold."""
        from engine.runtime.soul_gradient import Lesson

        special = set(self.llama.tokenizer.special_tokens.values())
        before = self.llama.closing()
        ids, weights = before, [0.0] * len(before)
        for line in talk.lines:
            if len(ids) > len(before) and len(ids) + len(line.ids) > WINDOW:
                yield Lesson(ids, weights, line.entry.text)
                ids, weights = before, [0.0] * len(before)
            ids = [*ids, *line.ids[:WINDOW]]
            counts = HEARD_WEIGHT if line.entry.role == "user" or line.raised else 0.0
            weights = [*weights, *(0.0 if i in special else counts for i in line.ids[:WINDOW])]
        if len(ids) > len(before):
            yield Lesson(ids, weights, talk.lines[-1].entry.text)


@dataclass
class Deepened:
    """What deep sleep came to."""

    layers: list[np.ndarray]
    """The fast weights after the last whole round."""
    rounds: int
    """Whole rounds."""
    tokens: int
    woken: bool


def deepen(
    llama: Llama,
    lessons: Lessons,
    settings: SleepSettings,
    rounds: int,
    cancel: Cancel | None,
    meter: Meter,
    units: float,
) -> Deepened:
    """Descend from where `llama` stands, whose state is left alone, for the first `rounds` of the settings' rounds.

    `units` of work are told to `meter` in all. Needs torch; see `available`.
    """
    from engine.runtime.soul_gradient import SoulGradient

    start = llama.runtime.read_fast()
    threads = getattr(llama.runtime, "threads", None)  # a runtime without torch has its own; torch has been told
    gradient = SoulGradient(llama.body, start, settings.learning_rate, settings.stay, threads=threads)
    came = Deepened(start, 0, 0, False)
    for number in range(rounds):
        gradient.set_learning_rate(settings.learning_rate * (1.0 + (LAST_RATE - 1.0) * number / settings.rounds))
        batches, tokens = lessons.batches(), 0
        for batch in batches:
            if cancel is not None and cancel():
                came.woken = True
                return came
            gradient.step(batch)
            size = sum(len(lesson.ids) for lesson in batch)
            tokens += size
            meter.add(units / rounds / len(batches), batch[0].line, size)
        came = Deepened(gradient.layers(), number + 1, came.tokens + tokens, False)
    return came
