"""What a memory carries from token to token, in torch, and what it does at the tokens of each role.

Its fast weights persist; transient are the message that is being heard, as far as it came, and the topic of the message
that was written last, which the reply to it reads with. Before the first message the topic is zero.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.layers.memory import Memory
from engine.models.cache import FastWeights
from engine.models.memory_config import PIECE
from engine.native import training
from engine.ops.delta_rule.fast import fast_form
from engine.text.roles import TokenRole, role_runs


class HeardMessage:
    """The message that a memory is hearing, and the topic of the one before: transient.

    Its tensors are replaced and never changed, so that a mark copies nothing.

    Args:
        seen: F, numbers that a token is seen by.
        width: D of the backbone.

    Attributes:
        x: what is seen of the tokens that were heard and not yet written, ``[n, F]``.
        embedding: of these tokens, ``[n, D]``.
        topic: of the message that was written last, ``[F]``.
    """

    persists = False

    def __init__(self, seen: int, width: int, device: torch.device) -> None:
        sizes = ((0, seen), (0, width), (seen,))
        first, second, third = (torch.zeros(size, device=device) for size in sizes)
        self._newborn = first, second, third
        self.x, self.embedding, self.topic = self._newborn

    @property
    def nbytes(self) -> int:
        return sum(int(part.nbytes) for part in self.mark())

    def mark(self) -> tuple[Tensor, Tensor, Tensor]:
        return self.x, self.embedding, self.topic

    def rewind(self, mark: tuple[Tensor, Tensor, Tensor]) -> None:
        self.x, self.embedding, self.topic = mark

    def clear(self) -> None:
        self.rewind(self._newborn)

    def drop(self) -> None:
        """Let go of what was not written."""
        self.x, self.embedding, _ = self._newborn

    def add(self, x: Tensor, embedding: Tensor) -> None:
        """Hear more tokens."""
        self.x, self.embedding = torch.cat((self.x, x)), torch.cat((self.embedding, embedding.float()))

    def persist(self) -> NDArray[np.float32]:
        raise TypeError("HeardMessage is transient")

    def load(self, values: NDArray[np.float32]) -> None:
        raise TypeError("HeardMessage is transient")


class LiveMemory:
    """A memory at work beside one stream: an `engine.models.transformer.StreamReader`.

    Args:
        memory: its slow weights, float32.

    Attributes:
        fast, heard: what it carries.
        rate_scale: factor on the rate of writing.
    """

    def __init__(self, memory: Memory) -> None:
        self.config = config = memory.config
        device = memory.conv.device
        self._memory = memory
        self.fast = FastWeights(torch.zeros(config.fast_shape, device=device), config.fast_shape, in_place=False)
        self.heard = HeardMessage(config.feature_dim, config.hidden_dim, device)
        self.rate_scale = 1.0
        self._loss: Tensor | None = None
        self._runs: list[tuple[TokenRole, int, int]] = []
        self._embedding = torch.zeros(0)
        self._streams: list[Tensor] = []
        self._found: list[tuple[int, int, Tensor, Tensor]] = []

    @property
    def caches(self) -> list[Any]:
        """What it carries."""
        return [self.fast, self.heard]

    @property
    def inner_losses(self) -> NDArray[np.float32]:
        """The mean loss of the tokens of the message that was written last, ``(1,)``; 0 before the first."""
        return np.array([0.0 if self._loss is None else float(self._loss)], np.float32)

    def begin(self, embedding: Tensor, roles: bytes) -> None:
        """Tokens are about to pass through the blocks: their embeddings ``[T, D]``, unscaled, and their roles."""
        self._embedding, self._runs, self._streams = embedding, role_runs(roles), []

    def enter(self, block: int, h: Tensor) -> Tensor:
        """The residual stream ``[1, T, D]`` as it is to enter this block."""
        if block in self.config.sources:
            self._streams.append(h[0])
            if block == self.config.sources[-1]:
                self._take_in(self._memory.see(torch.stack(self._streams, dim=1)))
        if block not in self.config.depths:
            return h
        at, parts, end = self.config.depths.index(block), [], 0
        for start, stop, found, lived in self._found:
            read = h[:, start:stop]
            parts += [h[:, end:start], read + self._memory.inject(at, read, found, lived).to(h.dtype)]
            end = stop
        return torch.cat((*parts, h[:, end:]), dim=1)

    def write(self) -> None:
        """Write what was heard and not yet written: the message is complete."""
        if not len(self.heard.x):
            return
        x, embedding = self.heard.x[None], self.heard.embedding[None]
        there = torch.ones(x.shape[:2], dtype=torch.bool, device=x.device)
        made = self._memory.write(x, embedding, there)
        key, value, rate = (part.transpose(1, 2).contiguous() for part in made)
        rule = fast_form(key.device, key.shape[-1], library=training.takes(key))
        done = rule(key, key, value, rate * self.rate_scale, self.fast.values[None])
        self.fast.replace(done.state[0])
        self._loss = done.loss.mean()
        self.heard.drop()
        self.heard.topic = self._memory.topic(x, there)[0]

    def _take_in(self, x: Tensor) -> None:
        """Hear, write and find, from left to right, as the roles say; `x` is what is seen of the tokens, ``[T, F]``."""
        self._found = []
        for role, start, end in self._runs:
            if role == TokenRole.HEARD:
                self._hear(x[start:end], self._embedding[start:end])
                continue
            self.write()
            if role == TokenRole.REPLY:
                found = self._memory.recall(x[None, start:end], self.heard.topic[None], self.fast.values)
                self._found.append((start, end, found, self._memory.lived(self.fast.values)))

    def _hear(self, x: Tensor, embedding: Tensor) -> None:
        while len(x):
            room = PIECE - len(self.heard.x)
            self.heard.add(x[:room], embedding[:room])
            x, embedding = x[room:], embedding[room:]
            if len(self.heard.x) == PIECE:
                self.write()
