"""A pool of frozen exchanges, from which lives are drawn: who told what, what is asked, what is never told."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from engine.models.memory_config import MemoryConfig
from engine.models.transformer import Transformer
from engine.text.chat_message import ChatMessage
from engine.text.model_text import ModelText
from engine.train.memory.exchanges import EncodedExchange, encode_exchange
from engine.train.memory.frozen import FrozenMessage, FrozenReply, freeze_messages, freeze_replies
from engine.train.memory.texts import Texts, ToldText

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

    topics: frozenset[str]
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

    topic: str
    question: FrozenReply


@dataclass
class Pool:
    """Frozen exchanges."""

    told: list[Told]
    unknown: list[Unknown]
    chatter: list[FrozenMessage]
    """Messages that tell nothing."""

    def renew(self, other: Pool, most: int) -> None:
        """Take in another pool; of what is told, and of the questions about what is not, the newest `most` stay."""
        self.told = [*self.told, *other.told][-most:]
        self.unknown = [*self.unknown, *other.unknown][-most:]
        self.chatter = [*other.chatter, *self.chatter[:MOST_CHATTER]]


@dataclass(frozen=True)
class TrainingLife:
    """What one person tells, in order, and what is asked afterwards, each question in a conversation of its own."""

    messages: list[FrozenMessage]
    asked: list[tuple[FrozenReply, Told]]
    """Questions, and what they are about."""
    unknown: list[FrozenReply]
    """Questions about what was not told."""


def draw_life(
    pool: Pool, rng: random.Random, told: int, asked: int, unknown: int, crowd: Sequence[Told] = ()
) -> TrainingLife:
    """A life of at most so many tellings, with at most so many questions, at random.

    Nothing is told twice in it. Messages that tell nothing and questions stand among the tellings.

    Args:
        crowd: further things to tell, about which nothing is asked: as many are taken as `pool` lacks, and where there
            are some, at most `asked` things of the pool are told.
    """
    used: set[str] = set()
    items: list[Told] = []
    own = min(told, asked) if crowd else told
    for source, most in ((pool.told, own), (crowd, told)):
        for item in rng.sample(source, min(2 * most, len(source))):
            if len(items) < most and not item.topics & used:
                used |= item.topics
                items.append(item)
    placed = [pair for item in items for pair in zip(_times(item, rng), item.messages, strict=True)]
    for others in (pool.chatter, [q.message for item in items for q in item.questions]):
        share = int(len(items) * rng.choice(ASIDES))
        placed += [(rng.random(), message) for message in rng.sample(others, min(share, len(others)))]
    placed.sort(key=lambda pair: pair[0])
    questions = [(q, item) for item in items[:own] for q in item.questions]
    rng.shuffle(questions)
    strange = [u.question for u in pool.unknown if u.topic not in used]
    return TrainingLife(
        [message for _, message in placed], questions[:asked], rng.sample(strange, min(unknown, len(strange)))
    )


def _times(item: Told, rng: random.Random) -> list[float]:
    """When its messages are said, in their order."""
    return sorted(rng.random() for _ in item.messages)


class PoolMaker:
    """Makes pools.

    Args:
        model, text: the backbone.
        config: of the memory.
        texts: what is told and asked.
        rng: all choices but those of `texts` come from it.
    """

    def __init__(
        self, model: Transformer, text: ModelText, config: MemoryConfig, texts: Texts, rng: random.Random
    ) -> None:
        self._model, self._text, self._config, self._texts, self._rng = model, text, config, texts, rng
        self._contexts = [self._context() for _ in range(CONTEXTS)]

    def make(self, situations: int, whole: bool = True) -> Pool:
        """A pool of about so many situations; `whole` as in `freeze_replies`."""
        self._contexts = [self._context() for _ in range(CONTEXTS)]
        pool = Pool([], [], [])
        said: list[tuple[EncodedExchange, Told]] = []
        asks: list[tuple[EncodedExchange, Told, str]] = []
        strange: list[tuple[EncodedExchange, str]] = []
        for told in self._texts.told(situations):
            item = Told(told.topics)
            pool.told.append(item)
            said += [(exchange, item) for exchange in self._said(told)]
            asks += [(self._exchange(self.before(), q.wording, q.answer), item, q.value) for q in told.questions]
            strange += [(self._exchange(self.before(), q.wording, q.answer), topic) for topic, q in told.strange]
        others = [say for say, _ in self._texts.chatter(OTHERS)] + self._texts.requests(OTHERS)
        idle = [self._exchange(self.before(), text) for text in others]
        messages = freeze_messages(self._model, self._config, [*(exchange for exchange, _ in said), *idle])
        replies = freeze_replies(self._model, self._config, [*(e for e, _, _ in asks), *(e for e, _ in strange)], whole)
        for message, (_, item) in zip(messages, said, strict=False):
            item.messages.append(message)
        for reply, (_, item, value) in zip(replies, asks, strict=False):
            item.questions.append(reply)
            item.values.append(value)
        pool.unknown = [Unknown(topic, q) for q, (_, topic) in zip(replies[len(asks) :], strange, strict=True)]
        pool.chatter = messages[len(said) :]
        return pool

    def before(self) -> list[ChatMessage]:
        """What stands before an exchange, one of a few beginnings, which are computed once."""
        return self._rng.choice(self._contexts)

    def _said(self, told: ToldText) -> list[EncodedExchange]:
        """Its messages, in one conversation or several."""
        out, before = [], self.before()
        for message in told.messages:
            out.append(self._exchange(before, message))
            if len(told.messages) > 1 and self._rng.random() < CORRECTED_AT_ONCE:
                reply = self._texts.acknowledgement()
                before = [*before, ChatMessage("user", message), ChatMessage("assistant", reply)]
        return out

    def _context(self) -> list[ChatMessage]:
        """A system prompt or none, and up to two exchanges."""
        out = [ChatMessage("system", "")] if self._rng.random() < NO_SYSTEM else []
        for say, reply in self._texts.chatter(self._rng.choice((0, 0, 0, 1, 2))):
            out += [ChatMessage("user", say), ChatMessage("assistant", reply)]
        return out

    def _exchange(self, before: Sequence[ChatMessage], message: str, reply: str = "") -> EncodedExchange:
        return encode_exchange(self._text, before, message, reply)
