"""A pool of frozen exchanges, from which lives are drawn: who told what, what is asked, what is never told."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from engine.curricula.everyday.frames import Frame, Situation, fill, read_lines
from engine.curricula.everyday.manner import asked, joined, typed
from engine.models.memory_config import MemoryConfig
from engine.models.transformer import Transformer
from engine.text.chat_message import ChatMessage
from engine.text.model_text import ModelText
from engine.train.memory.exchanges import Exchange, encode_exchange
from engine.train.memory.frozen import FrozenMessage, FrozenReply, freeze_messages, freeze_replies

JOINED = 0.12
"""How often two situations are told in one message."""
UNKNOWN = 0.35
"""Share of situations of which one question is asked also where nothing was told."""
NO_SYSTEM = 0.2
"""Share of conversations that begin with an empty system prompt, where the template allows it."""
ASIDES = (0.0, 0.2, 0.4)
"""Messages that tell nothing, and questions, for each telling of a life: one of these."""
CORRECTED_AT_ONCE = 0.5
"""How often the second of two messages stands in the same conversation as the first."""
MOST_CHATTER = 300
"""Messages that tell nothing, kept when a pool grows."""
OTHERS = 60
"""Of the messages that tell nothing, and of the requests, how many a pool has."""
CONTEXTS = 10
"""Beginnings of conversations in a pool."""


@dataclass
class Told:
    """One or two situations, told in the same messages."""

    frames: frozenset[str]
    messages: list[FrozenMessage] = field(default_factory=list)
    questions: list[FrozenReply] = field(default_factory=list)
    values: list[str] = field(default_factory=list)
    """Of the questions: what a right answer contains; alternatives with ``|``."""

    def value_of(self, question: FrozenReply) -> str:
        """The value of one of its questions."""
        return next(value for q, value in zip(self.questions, self.values, strict=True) if q is question)


@dataclass
class Unknown:
    """A question about what nobody told, with the answer that it is not known."""

    frame: str
    question: FrozenReply


@dataclass
class Pool:
    """Frozen exchanges."""

    told: list[Told]
    unknown: list[Unknown]
    chatter: list[FrozenMessage]
    """Messages that tell nothing."""

    def add(self, other: Pool) -> None:
        """Take in another pool."""
        self.told += other.told
        self.unknown += other.unknown
        self.chatter = [*other.chatter, *self.chatter[:MOST_CHATTER]]


@dataclass(frozen=True)
class Life:
    """What one person tells, in order, and what is asked afterwards, each question in a conversation of its own."""

    messages: list[FrozenMessage]
    asked: list[tuple[FrozenReply, Told]]
    """Questions, and what they are about."""
    unknown: list[FrozenReply]
    """Questions about what was not told."""


def draw_life(pool: Pool, rng: random.Random, told: int, asked: int, unknown: int, crowd: Sequence[Told] = ()) -> Life:
    """A life of at most so many tellings, with at most so many questions, at random.

    No frame is told twice in it. Messages that tell nothing and questions stand among the tellings.

    Args:
        crowd: further things to tell, about which nothing is asked: as many are taken as `pool` lacks, and where there
            are some, at most `asked` things of the pool are told.
    """
    used: set[str] = set()
    items: list[Told] = []
    own = min(told, asked) if crowd else told
    for source, most in ((pool.told, own), (crowd, told)):
        for item in rng.sample(source, min(2 * most, len(source))):
            if len(items) < most and not item.frames & used:
                used |= item.frames
                items.append(item)
    placed = [pair for item in items for pair in zip(_times(item, rng), item.messages, strict=True)]
    for others in (pool.chatter, [q.message for item in items for q in item.questions]):
        share = int(len(items) * rng.choice(ASIDES))
        placed += [(rng.random(), message) for message in rng.sample(others, min(share, len(others)))]
    placed.sort(key=lambda pair: pair[0])
    questions = [(q, item) for item in items[:own] for q in item.questions]
    rng.shuffle(questions)
    strange = [u.question for u in pool.unknown if u.frame not in used]
    return Life([message for _, message in placed], questions[:asked], rng.sample(strange, min(unknown, len(strange))))


def _times(item: Told, rng: random.Random) -> list[float]:
    """When its messages are said, in their order."""
    return sorted(rng.random() for _ in item.messages)


class PoolMaker:
    """Makes pools of frames.

    Args:
        model, text: the backbone.
        config: of the memory.
        frames: that are told.
        rng: all choices come from it.
    """

    def __init__(
        self, model: Transformer, text: ModelText, config: MemoryConfig, frames: Sequence[Frame], rng: random.Random
    ) -> None:
        self._model, self._text, self._config, self._frames, self._rng = model, text, config, frames, rng
        self._chatter = [(line["say"], line["reply"]) for line in read_lines("chatter.jsonl")]
        lines = read_lines("replies.jsonl")
        self._acknowledged = [line["reply"] for line in lines if "reply" in line]
        self._unknown = [line["unknown"] for line in lines if "unknown" in line]
        self._prompts = [line["prompt"] for line in read_lines("ordinary.jsonl")]
        self._contexts = [self._context() for _ in range(CONTEXTS)]

    def make(self, situations: int, whole: bool = True) -> Pool:
        """A pool of about so many situations; `whole` as in `freeze_replies`."""
        rng = self._rng
        self._contexts = [self._context() for _ in range(CONTEXTS)]
        told: list[Told] = []
        said: list[tuple[Exchange, Told | None]] = []
        asks: list[tuple[Exchange, Told | str, str]] = []
        frames = [self._frames[i % len(self._frames)] for i in range(situations)]
        rng.shuffle(frames)
        while frames:
            made = [fill(frames.pop(), rng)]
            if frames and rng.random() < JOINED and frames[-1].key != made[0].frame.key:
                made.append(fill(frames.pop(), rng))
            item = Told(frozenset(s.frame.key for s in made))
            told.append(item)
            messages, lowered = self._typed(made)
            before = self.before()
            for message in messages:
                said.append((self._exchange(before, message), item))
                if len(messages) > 1 and rng.random() < CORRECTED_AT_ONCE:
                    reply = rng.choice(self._acknowledged)
                    before = [*before, ChatMessage("user", message), ChatMessage("assistant", reply)]
            for situation in made:
                for question in rng.sample(situation.questions, min(2, len(situation.questions))):
                    answer = rng.choice(question.answers)
                    wording = asked(rng.choice(question.wordings), rng)
                    answer = _as_told(answer, situation) if lowered else answer
                    asks.append((self._exchange(self.before(), wording, answer), item, question.value))
                if rng.random() < UNKNOWN:
                    wording = asked(rng.choice(rng.choice(situation.questions).wordings), rng)
                    reply = rng.choice(self._unknown)
                    asks.append((self._exchange(self.before(), wording, reply), situation.frame.key, ""))
        others = [say for say, _ in rng.sample(self._chatter, OTHERS)] + rng.sample(self._prompts, OTHERS)
        others_said = [self._exchange(self.before(), text) for text in others]
        messages_made = freeze_messages(self._model, self._config, [e for e, _ in said] + others_said)
        replies = freeze_replies(self._model, self._config, [e for e, _, _ in asks], whole)
        pool = Pool(told, [], messages_made[len(said) :])
        for frozen, (_, owner) in zip(messages_made, said, strict=False):
            assert owner is not None
            owner.messages.append(frozen)
        for reply, (_, where, value) in zip(replies, asks, strict=True):
            if isinstance(where, Told):
                where.questions.append(reply)
                where.values.append(value)
            else:
                pool.unknown.append(Unknown(where, reply))
        return pool

    def _typed(self, situations: Sequence[Situation]) -> tuple[list[str], bool]:
        """The messages of one or two situations as somebody types them, and whether they lost their capitals."""
        rng, values = self._rng, [v for s in situations for v in s.values]
        lists = [list(s.messages) for s in situations]
        if len(lists) == 2:
            if len(lists[0]) == 1:
                lists = [[joined(lists[0][0], lists[1][0], rng, values), *lists[1][1:]]]
            else:
                lists = [[*lists[0][:-1], joined(lists[0][-1], lists[1][0], rng, values), *lists[1][1:]]]
        made = [typed(text, rng, values) for text in lists[0]]
        return [text for text, _ in made], all(lowered for _, lowered in made)

    def before(self) -> list[ChatMessage]:
        """What stands before an exchange, one of a few beginnings, which are computed once."""
        return self._rng.choice(self._contexts)

    def _context(self) -> list[ChatMessage]:
        """A system prompt or none, and up to two exchanges."""
        rng = self._rng
        out = [ChatMessage("system", "")] if rng.random() < NO_SYSTEM else []
        for _ in range(rng.choice((0, 0, 0, 1, 2))):
            say, reply = rng.choice(self._chatter)
            out += [ChatMessage("user", say), ChatMessage("assistant", reply)]
        return out

    def _exchange(self, before: Sequence[ChatMessage], message: str, reply: str = "") -> Exchange:
        return encode_exchange(self._text, before, message, reply)


def _as_told(answer: str, situation: Situation) -> str:
    """The answer with its values in small letters, as they were told."""
    for value in sorted(situation.values, key=len, reverse=True):
        answer = answer.replace(value, value.lower())
    return answer
