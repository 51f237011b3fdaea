"""Many replies side by side through one transformer in torch: what a night asks, and what a reader writes.

Each prompt is read from its beginning; rows are filled up in front, so that all replies begin at the same place. The
prompt's end, which opens the reply, and the reply are computed with the adapter, or with what is read from a memory;
all that stands before is not, and no memory is written.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.layers.low_rank import LowRankAdapter
from engine.layers.memory import Memory
from engine.models.transformer import Transformer
from engine.runtime.base import Cancel, Cancelled

TOGETHER = 64
"""Replies that are written at once."""


@dataclass(frozen=True)
class Prompt:
    """What stands before a reply, in tokens."""

    context: tuple[int, ...]
    """All before the message's content."""
    message: tuple[int, ...]
    """Content of the person's message."""
    opening: tuple[int, ...]
    """From the end of the message to the beginning of the reply."""


@dataclass(frozen=True)
class FastMemory:
    """A memory and the fast weights that it is read with."""

    memory: Memory
    fast: Tensor
    """``[H, dv, dk]``."""


@dataclass(frozen=True)
class Draws:
    """How tokens are chosen."""

    count: int = 1
    """Replies to each prompt."""
    temperature: float = 0.0
    """0: the likeliest token."""
    top_p: float = 1.0
    """Only the likeliest tokens that together have this probability."""
    seed: int = 0


@torch.inference_mode()
def write_replies(
    model: Transformer,
    prompts: Sequence[Prompt],
    ends: frozenset[int],
    most: int,
    *,
    draws: Draws | None = None,
    adapter: LowRankAdapter | None = None,
    memory: FastMemory | None = None,
    cancel: Cancel | None = None,
    progress: Callable[[int], None] | None = None,
) -> list[list[tuple[int, ...]]]:
    """For each prompt its replies in tokens, without the one that ends them.

    Args:
        model: the transformer.
        prompts: whose openings are of one length.
        ends: tokens that end a reply.
        most: tokens of a reply at most.
        draws: how tokens are chosen; the likeliest where None.
        adapter: with which replies are written.
        memory: that they read.
        cancel: asked before every token of a batch; raises `Cancelled`.
        progress: told how many replies are done.
    """
    draws = draws or Draws()
    generator = torch.Generator().manual_seed(draws.seed)
    found: list[list[tuple[int, ...]]] = [[] for _ in prompts]
    order = sorted(range(len(prompts)), key=lambda i: len(prompts[i].context) + len(prompts[i].message))
    size = max(1, TOGETHER // draws.count)
    for start in range(0, len(order), size):
        part = order[start : start + size]
        stream = _Stream(model, [prompts[i] for i in part], adapter, memory, cancel)
        stream.repeat(draws.count)
        replies = stream.write(ends, most, lambda logits: _choose(logits, draws, generator))
        for at, reply in enumerate(replies):
            found[part[at // draws.count]].append(reply)
        if progress is not None:
            progress(len(part) * draws.count)
    return found


class _Store:
    """A `KeyValueStore` of one block for a batch."""

    def __init__(self) -> None:
        self.key: Tensor | None = None
        self.value: Tensor | None = None

    def append(self, key: Tensor, value: Tensor) -> tuple[Tensor, Tensor]:
        if self.key is not None and self.value is not None:
            key, value = torch.cat((self.key, key), dim=2), torch.cat((self.value, value), dim=2)
        self.key, self.value = key, value
        return key, value

    def keep(self, rows: Tensor) -> None:
        """Only these rows, in this order."""
        assert self.key is not None
        assert self.value is not None
        self.key, self.value = self.key[rows], self.value[rows]


class _Stream:
    """Prompts on their way through the blocks."""

    def __init__(
        self,
        model: Transformer,
        prompts: Sequence[Prompt],
        adapter: LowRankAdapter | None,
        memory: FastMemory | None,
        cancel: Cancel | None,
    ) -> None:
        self._model, self._adapter, self._memory, self._cancel = model, adapter, memory, cancel
        self._stores = [_Store() for _ in model.layers]
        before = [(*p.context, *p.message) for p in prompts]
        longest = max(map(len, before))
        fill = torch.tensor([[longest - len(row)] for row in before])
        self._there = torch.arange(longest) >= fill
        self._positions = (torch.arange(longest) - fill).clamp_min(0)
        messages = torch.tensor([[len(p.message)] for p in prompts])
        self._heard = torch.arange(longest) >= longest - messages
        self._topic: Tensor | None = None
        self._through(torch.tensor([[0] * (longest - len(row)) + list(row) for row in before]), reads=False)
        opening = torch.tensor([p.opening for p in prompts])
        steps = opening.shape[1]
        self._there = torch.cat((self._there, torch.ones(len(prompts), steps, dtype=torch.bool)), dim=1)
        self._positions = torch.tensor([[len(row)] for row in before]) + torch.arange(steps)
        self._last = self._through(opening, reads=True)

    def repeat(self, count: int) -> None:
        """Each row so many times."""
        if count > 1:
            self._keep(torch.arange(len(self._last)).repeat_interleave(count))

    def write(self, ends: frozenset[int], most: int, choose: Callable[[Tensor], Tensor]) -> list[tuple[int, ...]]:
        """Write on until all rows have ended."""
        replies: list[list[int]] = [[] for _ in range(len(self._last))]
        alive = list(range(len(replies)))
        for _ in range(most):
            chosen = choose(self._model.head(self._last))
            going = [row for row, token in enumerate(chosen.tolist()) if token not in ends]
            if not going:
                break
            rows = torch.tensor(going)
            alive = [alive[row] for row in going]
            if len(going) < len(self._last):
                self._keep(rows)
            tokens = chosen[rows]
            for reply, token in zip(alive, tokens.tolist(), strict=True):
                replies[reply].append(token)
            self._there = torch.cat((self._there, torch.ones(len(going), 1, dtype=torch.bool)), dim=1)
            self._positions = self._positions[:, -1:] + 1
            self._last = self._through(tokens[:, None], reads=True)
        return [tuple(reply) for reply in replies]

    def _keep(self, rows: Tensor) -> None:
        for store in self._stores:
            store.keep(rows)
        self._there, self._positions, self._last = self._there[rows], self._positions[rows], self._last[rows]
        if self._topic is not None:
            self._topic = self._topic[rows]

    def _through(self, ids: Tensor, reads: bool) -> Tensor:
        """The last residual stream of each row, ``[B, D]``, of tokens ``[B, T]``."""
        if self._cancel is not None and self._cancel():
            raise Cancelled(0)
        model, memory = self._model, self._memory
        h = model.embed(ids) * model.config.embedding_scale
        rotations = model.rotations(self._positions)
        seen = self._seen(ids.shape[1])
        streams: list[Tensor] = []
        found: Tensor | None = None
        lived = torch.zeros(()) if memory is None else memory.memory.lived(memory.fast)
        attached = self._adapter.attached(model) if reads and self._adapter is not None else contextlib.nullcontext()
        with attached:
            for number, block in enumerate(model.layers):
                if memory is not None and number in memory.memory.config.sources:
                    streams.append(h)
                    if number == memory.memory.config.sources[-1]:
                        found = self._read(memory, memory.memory.see(torch.stack(streams, dim=2)), reads)
                if memory is not None and found is not None and number in memory.memory.config.depths:
                    h = h + memory.memory.inject(memory.memory.config.depths.index(number), h, found, lived)
                cos, sin = (part.unsqueeze(1) for part in rotations[model.config.layer_rope(number)])
                h = block(h, cos, sin, self._stores[number], seen)
        return h[:, -1]

    def _read(self, memory: FastMemory, x: Tensor, reads: bool) -> Tensor | None:
        """What the tokens find; those of messages say only what they are about."""
        if not reads:
            self._topic = memory.memory.topic(x, self._heard)
            return None
        assert self._topic is not None
        return memory.memory.recall(x, self._topic, memory.fast)

    def _seen(self, tokens: int) -> Tensor:
        """bool ``[B, 1, T, S]``: what comes before in the same row, and each itself."""
        kept = self._there.shape[1]
        own = torch.arange(kept - tokens, kept)[:, None]
        causal = torch.arange(kept) <= own
        return (causal & self._there[:, None] | (torch.arange(kept) == own)).unsqueeze(1)


def _choose(logits: Tensor, draws: Draws, generator: torch.Generator) -> Tensor:
    """A token for each row of logits ``[B, V]``."""
    if not draws.temperature:
        return logits.argmax(dim=-1)
    values, order = (logits / draws.temperature).softmax(dim=-1).sort(dim=-1, descending=True)
    values = values.masked_fill(values.cumsum(dim=-1) - values >= draws.top_p, 0)
    return order.gather(1, torch.multinomial(values, 1, generator=generator)).squeeze(1)
