"""Tokens as words, and lives in which the words that answers take from what was told are others.

A pool holds each situation with the same values in every life, and a memory would learn these by heart: which question
is answered by which word. So the words are exchanged. What a message writes at a word is a function of what was seen
before it and of the word's embedding, so another word in its place needs no pass through the backbone.
"""

from __future__ import annotations

import dataclasses
import random
from collections import Counter
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from engine.train.memory.frozen import FrozenMessage, FrozenReply
from engine.train.memory.pool import Told, TrainingLife

COMMON = 0.03
"""Share of messages above which a word is no value."""
EXCHANGED = 0.75
"""How often the values of something told are exchanged."""
FIRST, OTHER = 2.5, 0.7
"""What the first token of a value counts in the loss, and a token that is of none; a further one of a value counts 1,
or nothing where the value was exchanged: what was seen there belongs to the former."""


class Vocabulary:
    """Which tokens are the same word, equal where only capitals or a space before them differ, and which are rare.

    Args:
        decode: the text of a token.
        size: number of tokens.
        rng: chooses words.
        share: words that stand in a larger share of messages are no values.
    """

    def __init__(self, decode: Callable[[int], str], size: int, rng: random.Random, share: float = COMMON) -> None:
        self.words = ["".join(c for c in decode(i).lower() if c.isalnum()) for i in range(size)]
        self.common: frozenset[str] = frozenset([""])
        self._rng, self._share = rng, share
        self._values: list[int] = []

    def count(self, told: Sequence[Told]) -> None:
        """Note which words are common in these messages, and which tokens are values."""
        messages = [m for item in told for m in item.messages]
        seen = Counter(word for m in messages for word in {self.words[i] for i in m.ids.tolist()})
        self.common = frozenset(word for word, n in seen.items() if n > self._share * len(messages)) | {""}
        found = {i for item in told for q in item.questions for i in self.values_in(q, item.messages)}
        self._values = sorted(found)

    def values_in(self, reply: FrozenReply, told: Sequence[FrozenMessage]) -> list[int]:
        """The tokens of a reply that repeat a rare word of what was told."""
        own = {self.words[i] for m in told for i in m.ids.tolist()} - self.common
        return [i for i in reply.targets.tolist() if self.words[i] in own]

    def exchanged(self, life: TrainingLife) -> TrainingLife:
        """The same life with other values in most of what is asked about, and what each token counts in the loss."""
        items = {id(item): item for _, item in life.asked}
        others = {key: self._others(item) for key, item in items.items()}
        messages: dict[int, FrozenMessage] = {}
        told: dict[int, Told] = {}
        for key, item in items.items():
            told[key] = dataclasses.replace(item, messages=[self._said(m, others[key]) for m in item.messages])
            messages |= {id(m): new for m, new in zip(item.messages, told[key].messages, strict=True)}
        asked = [(self._asked(q, item, others[id(item)]), told[id(item)]) for q, item in life.asked]
        return TrainingLife([messages.get(id(m), m) for m in life.messages], asked, life.unknown)

    def _others(self, item: Told) -> dict[str, int]:
        """Another token for each value of the item, by its word; none where it stays as it is."""
        if not self._values or self._rng.random() >= EXCHANGED:
            return {}
        words = {self.words[i] for q in item.questions for i in self.values_in(q, item.messages)}
        return {word: self._rng.choice(self._values) for word in sorted(words)}

    def _said(self, message: FrozenMessage, others: dict[str, int]) -> FrozenMessage:
        return dataclasses.replace(message, ids=self._put(message.ids, others))

    def _asked(self, reply: FrozenReply, item: Told, others: dict[str, int]) -> FrozenReply:
        values = set(self.values_in(reply, item.messages))
        weights, inside = [], False
        for i in reply.targets.tolist():
            weights.append(OTHER if i not in values else FIRST if not inside else 0.0 if others else 1.0)
            inside = i in values
        return dataclasses.replace(reply, targets=self._put(reply.targets, others), weights=torch.tensor(weights))

    def _put(self, ids: Tensor, others: dict[str, int]) -> Tensor:
        return torch.tensor([others.get(self.words[i], i) for i in ids.tolist()], dtype=torch.int64)
