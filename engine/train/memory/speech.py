"""The memory speaks through the backbone: answers from what was told, honesty where nothing was, ordinary talk as it
was without a memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.layers.memory import Memory
from engine.models.transformer import Transformer
from engine.train.memory.frozen import FrozenReply
from engine.train.memory.pool import TrainingLife
from engine.train.memory.reading import ReplyBatch, divergence, write_messages

UNKNOWN_WEIGHT = 0.5
"""What an answer about what was never told counts beside one about what was."""


@dataclass(frozen=True)
class SpeechLosses:
    """Nats a token."""

    told: Tensor
    """Of answers from what was told."""
    unknown: Tensor
    """Of replies to what was never told."""
    drift: Tensor
    """KL divergence of ordinary talk from the untouched backbone."""

    @property
    def total(self) -> Tensor:
        """What is minimised."""
        return self.told + UNKNOWN_WEIGHT * self.unknown + self.drift


def speech_losses(
    model: Transformer, memory: Memory, life: TrainingLife, ordinary: Sequence[FrozenReply]
) -> SpeechLosses:
    """The losses of one life: its messages written, its questions asked each by itself, and ordinary talk."""
    fast = write_messages(model, memory, life.messages)
    batch = ReplyBatch([*(question for question, _ in life.asked), *life.unknown])
    losses = F.cross_entropy(model.head(batch.read(model, memory, fast)), batch.targets, reduction="none")
    unknown = batch.owner >= len(life.asked)
    weights = torch.cat([torch.ones(len(r.targets)) if r.weights is None else r.weights for r in batch.replies])
    return SpeechLosses(
        (losses * weights)[~unknown].sum() / weights[~unknown].sum() if len(life.asked) else losses.sum() * 0,
        losses[unknown].mean() if life.unknown else losses.sum() * 0,
        drift(model, memory, fast, ordinary),
    )


def drift(model: Transformer, memory: Memory, fast: Tensor, ordinary: Sequence[FrozenReply]) -> Tensor:
    """The mean KL divergence of ordinary replies, with `fast` as fast weights, from the untouched backbone's, in nats a
    token; they were frozen with ``plain``."""
    logits = model.head(ReplyBatch(ordinary).read(model, memory, fast))
    return divergence(model, ordinary, logits).mean()
