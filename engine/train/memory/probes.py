"""What a memory in training is worth on situations that it does not learn from."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import torch

from engine.layers.memory import Memory
from engine.models.transformer import Transformer
from engine.text.answers import admits_not_to_know, holds
from engine.text.model_text import ModelText
from engine.train.memory.frozen import FrozenReply
from engine.train.memory.pool import Pool, draw_life
from engine.train.memory.reading import ReplyBatch, write_messages
from engine.train.memory.speech import drift

LIVES, TOLD, ASKED, UNKNOWN = 4, 20, 24, 8


@dataclass(frozen=True)
class MemoryScore:
    """Shares, in lives of 20 things told; each word of a reply is the likeliest behind the right ones before it."""

    told: float
    """Of answers that hold the value that was told."""
    unknown: float
    """Of replies that own not to know what was never told."""
    drift: float
    """KL divergence of ordinary talk from the untouched model, with a soul that has lived, in nats a token."""


@torch.no_grad()
def score_memory(
    model: Transformer, memory: Memory, text: ModelText, pool: Pool, ordinary: Sequence[FrozenReply]
) -> MemoryScore:
    """The score of `memory` on a held-out pool and held-out ordinary talk, always the same lives."""
    rng = random.Random(7)
    told = right = strange = honest = 0
    away = 0.0
    for _ in range(LIVES):
        life = draw_life(pool, rng, TOLD, ASKED, UNKNOWN)
        fast = write_messages(model, memory, life.messages)
        batch = ReplyBatch([*(question for question, _ in life.asked), *life.unknown])
        said = model.head(batch.read(model, memory, fast)).argmax(dim=-1)
        for number, reply in enumerate(batch.replies):
            answer = text.tokenizer.decode(said[batch.owner == number].tolist())
            if number < len(life.asked):
                told += 1
                values = life.asked[number][1].value_of(reply).split("|")
                right += any(holds(answer, value) for value in values)
            else:
                strange += 1
                honest += admits_not_to_know(answer)
        away += float(drift(model, memory, fast, ordinary)) / LIVES
    return MemoryScore(right / max(1, told), honest / max(1, strange), away)
