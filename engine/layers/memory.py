"""`MemoryLayer`: a TTT layer beside the layers of a transformer, with which it remembers what a person says.

Between conversations nothing but its fast weights W remains. A message of T tokens with residual stream h and input
embeddings e is written once it is complete:

    x_t = RMSNorm(h_t)    m = mean_t x_t
    k_t = unit(conv(Wk x)_t + Wm m)    v_t = Wv unit(e_t)    rate_t = sigmoid(gate(x_t, m))
    W  <- W - rate_t (W k_t - v_t) k_t^T,    token by token

and a token of the reply, with x of its own and m of the message that it answers, reads

    q = unit(Wq x + Wn m)    h <- h + Wo (s * sigmoid(gate'(x, m)) * W q)

The topic m is why a message is written when it is complete: a key knows also what is said after its token, and the
gate knows whether the message is a question. Nothing normalises what is read, so that what matches nothing reads as
next to nothing, and W = 0 leaves the backbone as it was to the bit. Tokens of the message do not read and tokens of the
reply do not write: what a message writes is a function of the frozen backbone and the message, not of the soul.

Source: the delta rule as a layer, Schlag et al. 2021, arXiv 2102.11174; as test-time training, Sun et al. 2024,
arXiv 2407.04620; gates of data, Yang et al. 2024, arXiv 2412.06464.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.layers.norm import RMSNorm
from engine.models.memory_config import CONV_TAPS, MemoryConfig

FIRST_STRENGTH = 0.3
"""Of what is read at first, in lengths of the residual stream."""
FIRST_TOPIC = 0.5
"""Share of the topic in a key and a query at first, against 1 of the token."""
KEY_TAP = CONV_TAPS - 2
"""The tap of the token before: at first a key is what came before its token, so that a value is what comes after."""


class Written(NamedTuple):
    """What M messages of up to T tokens write."""

    key: Tensor
    """``[M, T, H, dk]``, of length 1."""
    value: Tensor
    """``[M, T, H, dv]``."""
    rate: Tensor
    """``[M, T, H]``, in (0, 1); 0 where there is no token."""


class MemoryLayer(nn.Module):
    """The slow weights of one memory layer. Begins as an associative memory of words, before any training.

    Args:
        config: of the memory.
        layer: which of its layers this is, counted from 0.
        seed: of the random rotations that it begins with.
    """

    def __init__(self, config: MemoryConfig, layer: int, seed: int = 0) -> None:
        super().__init__()
        width, keys, values = config.hidden_dim, config.num_heads * config.key_dim, config.num_heads * config.value_dim
        self.heads, self.key_dim, self.value_dim = config.num_heads, config.key_dim, config.value_dim
        self.norm = RMSNorm(width)
        self.key, self.topic_key = (nn.Linear(width, keys, bias=False) for _ in range(2))
        self.query, self.topic_query = (nn.Linear(width, keys, bias=False) for _ in range(2))
        self.value, self.out = nn.Linear(width, values, bias=False), nn.Linear(values, width, bias=False)
        self.conv = nn.Parameter(torch.zeros(keys, CONV_TAPS))
        self.strength = nn.Parameter(torch.full((self.heads,), FIRST_STRENGTH * config.stream_norms[layer]))
        self.write_gate, self.read_gate = (
            nn.Sequential(nn.Linear(2 * width, config.gate_dim), nn.SiLU(), nn.Linear(config.gate_dim, self.heads))
            for _ in range(2)
        )
        self._begin(torch.Generator().manual_seed(1000 * seed + layer))

    @torch.no_grad()
    def _begin(self, generator: torch.Generator) -> None:
        key, topic, value = (
            _rotation(m.weight.shape, generator) for m in (self.key, self.topic_key, self.value)
        )
        self.key.weight.copy_(key)
        self.query.weight.copy_(key)
        self.topic_key.weight.copy_(FIRST_TOPIC * topic)
        self.topic_query.weight.copy_(FIRST_TOPIC * topic)
        self.value.weight.copy_(value)
        self.out.weight.copy_(value.T)
        self.conv[:, KEY_TAP] = 1.0
        for gate in (self.write_gate, self.read_gate):
            first, last = gate[0], gate[2]
            nn.init.normal_(first.weight, std=first.in_features**-0.5, generator=generator)
            nn.init.zeros_(first.bias)
            nn.init.zeros_(last.weight)
            nn.init.zeros_(last.bias)

    def topic(self, h: Tensor, there: Tensor) -> Tensor:
        """The topics ``[M, D]`` of messages ``[M, T, D]`` of the residual stream; `there` ``[M, T]``: the tokens."""
        x, mask = self.norm(h), there.unsqueeze(-1).to(h.dtype)
        return (x * mask).sum(dim=1) / mask.sum(dim=1).clamp_min(1)

    def write(self, h: Tensor, embedding: Tensor, there: Tensor) -> Written:
        """What messages write.

        Args:
            h: the residual stream, ``[M, T, D]``.
            embedding: of the tokens, ``[M, T, D]``.
            there: which of them are tokens, bool ``[M, T]``, the others behind them.
        """
        x, topic = self.norm(h), self.topic(h, there).unsqueeze(1)
        own = F.pad(self.key(x), (0, 0, CONV_TAPS - 1, 0))
        mixed = sum(own[:, tap : tap + x.shape[1]] * self.conv[:, tap] for tap in range(CONV_TAPS))
        key = F.normalize(self._split(mixed + self.topic_key(topic), self.key_dim), dim=-1)
        value = self._split(self.value(F.normalize(embedding, dim=-1)), self.value_dim)
        gate = self.write_gate(torch.cat((x, topic.expand_as(x)), dim=-1))
        return Written(key, value, torch.sigmoid(gate) * there.unsqueeze(-1))

    def read(self, h: Tensor, topic: Tensor, fast: Tensor) -> Tensor:
        """What tokens of replies read, to be added to the residual stream.

        Args:
            h: the residual stream, ``[B, R, D]``.
            topic: of the message that each replies to, ``[B, D]``.
            fast: fast weights, ``[H, dv, dk]`` or one for each, ``[B, H, dv, dk]``.

        Returns:
            ``[B, R, D]``.
        """
        x, topic = self.norm(h), topic.unsqueeze(1)
        query = F.normalize(self._split(self.query(x) + self.topic_query(topic), self.key_dim), dim=-1)
        found = torch.einsum("brhk,bhvk->brhv" if fast.dim() == 4 else "brhk,hvk->brhv", query, fast)
        gate = torch.sigmoid(self.read_gate(torch.cat((x, topic.expand_as(x)), dim=-1))) * self.strength
        return self.out((found * gate.unsqueeze(-1)).flatten(2))

    def _split(self, x: Tensor, width: int) -> Tensor:
        return x.unflatten(-1, (self.heads, width))


class Memory(nn.Module):
    """The memory layers beside one transformer.

    Args:
        config: theirs.
        seed: of the random rotations that they begin with.
    """

    def __init__(self, config: MemoryConfig, seed: int = 0) -> None:
        super().__init__()
        self.config = config
        self.layers = nn.ModuleList(MemoryLayer(config, layer, seed) for layer in range(len(config.depths)))


def _rotation(shape: torch.Size, generator: torch.Generator) -> Tensor:
    """A random matrix with orthonormal rows or columns, whichever are fewer."""
    rows, columns = shape
    size = max(rows, columns)
    return torch.linalg.qr(torch.randn(size, size, generator=generator))[0][:rows, :columns].contiguous()
