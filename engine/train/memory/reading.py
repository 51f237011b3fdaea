"""Writing messages into fast weights, and replies read from them through the frozen backbone, with gradients."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor
from torch.nn import functional as F
from torch.nn.utils.rnn import pad_sequence

from engine.layers.memory import Memory
from engine.models.transformer import Transformer
from engine.train.memory.frozen import FrozenMessage, FrozenReply


def write_messages(model: Transformer, memory: Memory, messages: Sequence[FrozenMessage]) -> Tensor:
    """The fast weights ``[H, dv, dk]`` of a newborn to whom these messages were said one after the other.

    They are written in one piece: the algebra of `engine.ops.delta_rule.chunk` with one chunk, whose readings nobody
    wants.
    """
    ids = pad_sequence([m.ids for m in messages], batch_first=True)
    there = torch.arange(ids.shape[1]) < torch.tensor([[len(m.ids)] for m in messages])
    x = memory.see(pad_sequence([m.streams for m in messages], batch_first=True))
    made = memory.write(x, model.embed(ids), there)
    key, value, rate = (part[there].transpose(0, 1) for part in made)
    steps = rate.unsqueeze(-1)
    system = torch.tril(steps * (key @ key.mT), -1) + torch.eye(key.shape[1])
    change = torch.linalg.solve_triangular(system, steps * value, upper=False, unitriangular=True)
    return change.mT @ key


def recall(memory: Memory, replies: Sequence[FrozenReply], fast: Tensor) -> Tensor:
    """What the tokens that read find in the fast weights `fast`, ``[B, R, H, dv]``, the replies padded behind."""
    messages = [r.message for r in replies]
    asked = memory.see(pad_sequence([m.streams for m in messages], batch_first=True))
    there = torch.arange(asked.shape[1]) < torch.tensor([[len(m.ids)] for m in messages])
    streams = pad_sequence([r.streams for r in replies], batch_first=True)
    return memory.recall(memory.see(streams), memory.topic(asked, there), fast)


class _Past:
    """A `KeyValueStore` that holds the padded past of a batch, and adds to it without keeping what is added."""

    def __init__(self, key: Tensor, value: Tensor) -> None:
        self._key, self._value = key, value

    def append(self, key: Tensor, value: Tensor) -> tuple[Tensor, Tensor]:
        return torch.cat((self._key, key), dim=2), torch.cat((self._value, value), dim=2)


class ReplyBatch:
    """Replies side by side: their past is aligned at its end, their reading tokens at their beginning.

    Args:
        replies: of a backbone and its memory.
    """

    def __init__(self, replies: Sequence[FrozenReply]) -> None:
        self.replies = replies
        pasts = [r.past for r in replies if r.past is not None]
        streams = [r.stream for r in replies if r.stream is not None]
        assert len(pasts) == len(streams) == len(replies), "frozen for the memory alone"
        kept = [past.shape[3] for past in pasts]
        reads = [len(r.streams) for r in replies]
        longest, most = max(kept), max(reads)
        blocks, _, heads, _, width = pasts[0].shape
        self.past = torch.zeros(blocks, 2, len(replies), heads, longest, width)
        for row, past in enumerate(pasts):
            self.past[:, :, row, :, longest - kept[row] :] = past
        self.stream = pad_sequence(streams, batch_first=True).float()
        start = torch.tensor(kept)[:, None]
        self.positions = start + torch.arange(most)
        behind = torch.arange(longest) >= longest - start
        causal = torch.ones(most, most, dtype=torch.bool).tril()
        self.seen = torch.cat(
            (behind[:, None].expand(-1, most, -1), causal.expand(len(replies), -1, -1)), dim=2
        ).unsqueeze(1)
        answered = [len(r.targets) for r in replies]
        step = torch.arange(most)
        ends, lengths = torch.tensor(reads)[:, None], torch.tensor(answered)[:, None]
        self.speaks = (step >= ends - lengths) & (step < ends)
        """bool ``[B, R]``: the tokens that predict one of the reply."""
        self.targets = torch.cat([r.targets for r in replies])
        """Of those, in order."""
        self.owner = torch.repeat_interleave(torch.arange(len(replies)), torch.tensor(answered))
        """Whose reply each of them belongs to."""

    def read(self, model: Transformer, memory: Memory, fast: Tensor) -> Tensor:
        """The last residual stream of the tokens that predict a reply's, ``[A, D]``, with `fast` as fast weights."""
        found, lived = recall(memory, self.replies, fast), memory.lived(fast)
        depths = memory.config.depths

        def enter(block: int, h: Tensor) -> Tensor:
            return h + memory.inject(depths.index(block), h, found, lived) if block in depths else h

        return self.through(model, depths[0], enter)

    def through(
        self, model: Transformer, first: int, enter: Callable[[int, Tensor], Tensor] = lambda _, h: h
    ) -> Tensor:
        """The last residual stream of the tokens that predict a reply's, ``[A, D]``.

        Args:
            model: the backbone.
            first: the block in front of which the replies were frozen.
            enter: makes of the number of a block and the residual stream ``[B, R, D]`` in front of it what enters it.
        """
        rotations = model.rotations(self.positions)
        h = self.stream
        for number in range(first, model.config.num_layers):
            cos, sin = (part.unsqueeze(1) for part in rotations[model.config.layer_rope(number)])
            key, value = self.past[number - first]
            h = model.layers[number](enter(number, h), cos, sin, _Past(key, value), self.seen)
        return h[self.speaks]


def divergence(model: Transformer, replies: Sequence[FrozenReply], logits: Tensor) -> Tensor:
    """KL divergence of each token of replies from what the untouched model says, in nats ``[A]``.

    Args:
        replies: frozen with ``plain``.
        logits: of their tokens now, ``[A, V]``.
    """
    plain = [reply.plain for reply in replies if reply.plain is not None]
    with torch.no_grad():
        before = model.head(torch.cat(plain).float()).log_softmax(dim=-1)
    return F.kl_div(logits.log_softmax(dim=-1), before, reduction="none", log_target=True).sum(dim=-1)
