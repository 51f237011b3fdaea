"""Training the reader: an adapter with which a frozen transformer writes down what a message told.

The adapter is on from the end of the message, so that all that stands before it, in all blocks, is computed once for
each sample and kept; a step costs the tokens that are written, in the blocks that are adapted.
"""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.layers.low_rank import LowRankAdapter
from engine.models.memory_config import MemoryConfig
from engine.models.transformer import Transformer
from engine.text.chat_message import ChatMessage
from engine.text.model_text import ModelText
from engine.train.memory.exchanges import encode_exchange
from engine.train.memory.frozen import FrozenReply, freeze_replies
from engine.train.memory.reading import ReplyBatch

FIRST_BLOCK = 14 / 30
"""The first block that is adapted, as a share of all."""
FIRST_WEIGHT, ANSWER_WEIGHT = 5.0, 2.0
"""How much the first token counts, which says whether anything was told, and those of answers, which are to be exact,
beside those of questions, which could be worded otherwise."""
ANSWERS_BEGIN = "|"
WARM_UP, LAST_RATE = 15, 0.03
"""Steps until the whole learning rate, and the share of it at the end."""
BETAS = (0.9, 0.98)
LARGEST_GRADIENT = 1.0


class Dictations(Protocol):
    """What a reader is trained on. All choices are its own."""

    instruction: str
    """The system prompt with which it reads."""

    def next(self) -> tuple[str, str]:
        """A message, and what is to be written down of it."""


@dataclass(frozen=True)
class ReaderTrainArgs:
    """How a reader is trained."""

    minutes: float = 25.0
    rank: int = 8
    rate: float = 1.5e-3
    """The highest learning rate."""
    pool: int = 112
    """Samples that are frozen at once."""
    epochs: int = 2
    """How often each is used."""
    batch: int = 8
    """Samples of a step."""
    seed: int = 0


@dataclass(frozen=True)
class ReaderStatus:
    """How far the training came."""

    steps: int
    samples: int
    loss: float
    """A moving mean, in nats."""
    heldout: float
    """The loss on samples that are not trained on."""
    seconds: float


class ReaderTrainer:
    """Trains an adapter on dictations, a pool at a time.

    Args:
        model, text: the backbone.
        trained, heldout: what is learned, and what it is measured on.
        args: how.
        adapter: to go on with; None: a new one.
    """

    def __init__(
        self,
        model: Transformer,
        text: ModelText,
        trained: Dictations,
        heldout: Dictations,
        args: ReaderTrainArgs,
        adapter: LowRankAdapter | None = None,
    ) -> None:
        self._model, self._text, self._args, self._trained = model, text, args, trained
        first = round(FIRST_BLOCK * model.config.num_layers)
        self.adapter = adapter or LowRankAdapter(model.config, first, args.rank, args.seed)
        self._rng = random.Random(f"reader {args.seed}")
        self._optimizer = torch.optim.Adam(self.adapter.parameters(), lr=args.rate, betas=BETAS)
        self._heldout = self._frozen(heldout, max(8, args.pool // 2))
        self._steps = self._samples = 0
        self._loss = math.nan

    def train(self, progress: Callable[[ReaderStatus], None], cancel: Callable[[], bool] | None = None) -> None:
        """Train until the time is over or `cancel` says so; `progress` is told after every pool."""
        began, seconds = time.monotonic(), 60 * self._args.minutes
        while (done := (time.monotonic() - began) / seconds) < 1:
            pool = self._frozen(self._trained, self._args.pool)
            self._samples += len(pool)
            for batch in self._batches(pool):
                if cancel is not None and cancel():
                    return
                self._step(batch, min(1.0, (time.monotonic() - began) / seconds))
            progress(ReaderStatus(self._steps, self._samples, self._loss, self.heldout_loss(), done * seconds))

    @torch.no_grad()
    def heldout_loss(self) -> float:
        """On the samples that are not trained on."""
        size = self._args.batch
        parts = [self._heldout[at : at + size] for at in range(0, len(self._heldout), size)]
        return sum(float(self._loss_of(part)) for part in parts) / len(parts)

    def _step(self, batch: Sequence[FrozenReply], done: float) -> None:
        rate = self._args.rate * min(1.0, (self._steps + 1) / WARM_UP)
        for group in self._optimizer.param_groups:
            group["lr"] = rate * (LAST_RATE + (1 - LAST_RATE) * (1 + math.cos(math.pi * done)) / 2)
        loss = self._loss_of(batch)
        self._optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.adapter.parameters(), LARGEST_GRADIENT)
        self._optimizer.step()
        self._steps += 1
        now = float(loss.detach())
        self._loss = now if math.isnan(self._loss) else 0.93 * self._loss + 0.07 * now

    def _loss_of(self, replies: Sequence[FrozenReply]) -> Tensor:
        batch = ReplyBatch(replies)
        with self.adapter.attached(self._model):
            h = batch.through(self._model, self.adapter.first)
        losses = F.cross_entropy(self._model.head(h), batch.targets, reduction="none")
        weights = torch.cat([_weights(self._text, reply.targets.tolist()) for reply in replies])
        return (losses * weights).sum() / weights.sum()

    def _frozen(self, source: Dictations, count: int) -> list[FrozenReply]:
        first = self.adapter.first
        place = MemoryConfig(self._model.config.hidden_dim, (first,), (first,), 1, 1, 1, stream_norms=(1.0,))
        before = [ChatMessage("system", source.instruction)]
        samples = (source.next() for _ in range(count))
        return freeze_replies(
            self._model, place, [encode_exchange(self._text, before, said, written) for said, written in samples]
        )

    def _batches(self, pool: Sequence[FrozenReply]) -> Iterator[list[FrozenReply]]:
        """The pool in batches of about equal length, as often as it is used."""
        size = self._args.batch
        for _ in range(self._args.epochs):
            order = sorted(pool, key=lambda reply: len(reply.streams) + 8 * self._rng.random())
            parts = [order[at : at + size] for at in range(0, len(order), size)]
            yield from self._rng.sample(parts, len(parts))


def _weights(text: ModelText, reply: Sequence[int]) -> Tensor:
    """How much each token of a reply counts."""
    weights, line = [FIRST_WEIGHT], ""
    for token in reply[:-1]:
        line = (line + text.tokenizer.decode([token])).rpartition("\n")[2]
        weights.append(ANSWER_WEIGHT if ANSWERS_BEGIN in line else 1.0)
    return torch.tensor(weights)
