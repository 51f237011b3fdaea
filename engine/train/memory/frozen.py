"""What a frozen backbone makes of exchanges, computed once: the tokens that write, and all that reading needs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from engine.models.memory_config import MemoryConfig
from engine.models.transformer import Transformer
from engine.train.memory.exchanges import EncodedExchange

Pair = tuple[Tensor, Tensor]
"""Keys and values, each ``[B, K, S, d]``."""

BATCH_TOKENS = 2048
"""Tokens that go through the backbone at once, padding included."""


@dataclass
class FrozenMessage:
    """A person's message as the memory sees it."""

    ids: Tensor
    """int64 ``[T]``."""
    streams: Tensor
    """The residual stream in front of each source, float16 ``[T, S, D]``."""


@dataclass
class FrozenReply:
    """What the backbone needs to read the memory while it replies to a message."""

    message: FrozenMessage
    streams: Tensor
    """The residual stream of the R tokens that read in front of each source, float16 ``[R, S, D]``."""
    past: Tensor | None
    """Keys and values of what stands before them, in the blocks from the first depth on: float16
    ``[blocks, 2, K, P, d]``; None where only the memory is asked."""
    stream: Tensor | None
    """The residual stream of these tokens in front of the first depth, float16 ``[R, D]``."""
    targets: Tensor
    """Tokens of the reply, int64 ``[A]``; the last A of the R tokens that read predict them."""
    plain: Tensor | None
    """The last residual stream of those A tokens without a memory, float16 ``[A, D]``, where it was asked for."""
    weights: Tensor | None = None
    """What each of those A tokens counts in a loss, float32 ``[A]``; None: 1."""


class _Prefix:
    """A `KeyValueStore` of one block for a batch that begins with the same tokens, and keeps what is added."""

    def __init__(self, before: Pair | None, batch: int) -> None:
        self._before = None if before is None else tuple(part.expand(batch, -1, -1, -1) for part in before)
        self.pair: Pair | None = None

    def append(self, key: Tensor, value: Tensor) -> Pair:
        if self._before is not None:
            key, value = torch.cat((self._before[0], key), dim=2), torch.cat((self._before[1], value), dim=2)
        self.pair = key, value
        return key, value


@torch.inference_mode()
def freeze_messages(
    model: Transformer, config: MemoryConfig, exchanges: Sequence[EncodedExchange]
) -> list[FrozenMessage]:
    """The messages of exchanges, in their order."""
    found: dict[int, FrozenMessage] = {}
    last = config.sources[-1]
    for before, batch in _batches(model, exchanges, [len(e.message) for e in exchanges], last):
        ran = _through(model, config, _padded([exchanges[i].message for i in batch]), before, last)
        for row, i in enumerate(batch):
            found[i] = _message(exchanges[i], ran.sources[row])
    return [found[i] for i in range(len(exchanges))]


@torch.inference_mode()
def freeze_replies(
    model: Transformer,
    config: MemoryConfig,
    exchanges: Sequence[EncodedExchange],
    whole: bool = True,
    plain: bool = False,
) -> list[FrozenReply]:
    """Exchanges whose replies are to be learned, in their order.

    Args:
        whole: whether the backbone is to speak; otherwise only the memory is asked.
        plain: whether to keep also what is said without a memory.
    """
    found: dict[int, FrozenReply] = {}
    depth = None if whole else config.sources[-1]
    for before, batch in _batches(model, exchanges, [len(e.ids) - len(e.context) - 1 for e in exchanges], depth):
        context = exchanges[batch[0]].context
        ids = _padded([exchanges[i].ids[len(context) : -1] for i in batch])
        ran = _through(model, config, ids, before, depth)
        past = torch.stack([torch.stack(pair) for pair in ran.pairs[config.depths[0] :]]) if whole else None
        for row, i in enumerate(batch):
            e = exchanges[i]
            start, end, replied = len(e.message), len(e.ids) - len(context) - 1, len(e.reply)
            found[i] = FrozenReply(
                message=_message(e, ran.sources[row]),
                streams=ran.sources[row, start:end].half(),
                past=None if past is None else past[:, :, row, :, : len(context) + start].half(),
                stream=ran.cut[row, start:end].half() if ran.cut is not None else None,
                targets=torch.tensor(e.reply),
                plain=ran.last[row, end - replied : end].half() if plain else None,
            )
    return [found[i] for i in range(len(exchanges))]


@torch.inference_mode()
def stream_norms(model: Transformer, depths: Sequence[int], exchange: EncodedExchange) -> tuple[float, ...]:
    """Median length of the residual stream of an exchange's tokens in front of some blocks."""
    h = model.embed(torch.tensor([exchange.ids])) * model.config.embedding_scale
    rotations = model.rotations(torch.arange(h.shape[1]))
    found = []
    for number, block in enumerate(model.layers):
        if number in depths:
            found.append(float(h[0, len(exchange.context) :].norm(dim=-1).median()))
        h = block(h, *rotations[model.config.layer_rope(number)])
    return tuple(found)


def _context(model: Transformer, ids: Sequence[int], depth: int | None) -> list[Pair]:
    """Keys and values of what many exchanges begin with, for each block before `depth`."""
    return _through(model, None, torch.tensor([list(ids)]), None, depth).pairs


class _Run(NamedTuple):
    """What tokens ``[B, T]`` left on their way through the blocks."""

    sources: Tensor
    """The stream in front of each source, ``[B, T, S, D]``."""
    pairs: list[Pair]
    """Keys and values of all blocks, those of the context among them."""
    cut: Tensor | None
    """The stream in front of the first depth, ``[B, T, D]``."""
    last: Tensor
    """The stream at the end, ``[B, T, D]``."""


def _through(
    model: Transformer, config: MemoryConfig | None, ids: Tensor, before: Sequence[Pair] | None, depth: int | None
) -> _Run:
    """Tokens ``[B, T]`` behind the same context through the blocks, up to `depth` (None: all)."""
    start = 0 if not before else before[0][0].shape[2]
    h = model.embed(ids) * model.config.embedding_scale
    rotations = model.rotations(torch.arange(start, start + ids.shape[1]))
    sources: list[Tensor] = []
    pairs: list[Pair] = []
    cut = None
    for number, block in enumerate(model.layers):
        if config is not None and number in config.sources:
            sources.append(h)
        if number == depth:
            break
        if config is not None and number == config.depths[0]:
            cut = h
        store = _Prefix(before[number] if before else None, len(ids))
        h = block(h, *rotations[model.config.layer_rope(number)], store)
        assert store.pair is not None
        pairs.append(store.pair)
    return _Run(torch.stack(sources, dim=2) if sources else h.new_zeros(0), pairs, cut, h)


def _message(exchange: EncodedExchange, streams: Tensor) -> FrozenMessage:
    return FrozenMessage(torch.tensor(exchange.message), streams[: len(exchange.message)].half())


def _batches(
    model: Transformer, exchanges: Sequence[EncodedExchange], lengths: Sequence[int], depth: int | None
) -> Iterator[tuple[list[Pair], list[int]]]:
    """Numbers of exchanges behind the same context and of about equal length, so many as fit into `BATCH_TOKENS`, each
    time with the keys and values of the context, which are computed once."""
    groups: dict[tuple[int, ...], list[int]] = {}
    for i in sorted(range(len(lengths)), key=lambda i: lengths[i]):
        groups.setdefault(exchanges[i].context, []).append(i)
    for context, members in groups.items():
        before = _context(model, context, depth)
        batch: list[int] = []
        for i in members:
            if batch and (len(batch) + 1) * lengths[i] > BATCH_TOKENS:
                yield before, batch
                batch = []
            batch.append(i)
        yield before, batch


def _padded(rows: Sequence[Sequence[int]]) -> Tensor:
    """int64 ``[B, T]``, zeros behind: no token looks ahead, so they change nothing."""
    longest = max(map(len, rows))
    return torch.tensor([[*row, *[0] * (longest - len(row))] for row in rows])
