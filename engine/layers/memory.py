"""`Memory`: a TTT layer beside the layers of a transformer, with which it remembers what a person says.

Between conversations nothing but its fast weights W remains. It sees a token by the residual stream in front of a few
blocks, x = the RMSNorms of these side by side, and by its input embedding e. A message of T tokens is written once it
is complete:

    m = sum_t a_t x_t, a = softmax_t(p x_t)
    k_t = unit(conv(Wk x + b)_t + Wm m + c)    v_t = Wv unit(e_t)    rate_t = sigmoid(gate(x_t, m))
    W  <- W - rate_t (W k_t - v_t) k_t^T,    token by token

A token of the reply, with x of its own and m of the message that it answers, finds

    f = sigmoid(gate'(x, m)) * W unit(Wq x + b' + Wn m + c')

and to the residual stream in front of each of a few later blocks is added

    Wo (s * sigmoid(gate_s h) * f) + tanh(|W|) * sigmoid(gate_a h) * adapter(h).

The adapter is the manner in which somebody answers who was told things: briefly, and honest where nothing was told. It
is not what was told, and without a soul it is silent.

The topic m is why a message is written when it is complete: a key knows also what is said after its token, and the
gate knows whether the message is a question. Nothing normalises what is found, so that what matches nothing reads as
next to nothing, and W = 0 leaves the backbone as it was to the bit. Tokens of the message do not read and tokens of the
reply do not write: what a message writes is a function of the frozen backbone and the message, not of the soul.

Source: the delta rule as a layer, Schlag et al. 2021, arXiv 2102.11174; as test-time training, Sun et al. 2024,
arXiv 2407.04620; gates of data, Yang et al. 2024, arXiv 2412.06464.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from engine.models.memory_config import CONV_TAPS, FIRST_STRENGTH, MemoryConfig
from engine.ops.norm.fast import rms_norm

EPS = 1e-5
"""Of the RMSNorms through which the residual stream is seen; they have no weights."""
FIRST_TOPIC = 0.5
"""Share of the topic in a key and a query at first, against 1 of the token."""
KEY_TAP = CONV_TAPS - 2
"""The tap of the token before: at first a key is what came before its token, so that a value is what comes after."""


class MemoryWrite(NamedTuple):
    """What M messages of up to T tokens write."""

    key: Tensor
    """``[M, T, H, dk]``, of length 1."""
    value: Tensor
    """``[M, T, H, dv]``."""
    rate: Tensor
    """``[M, T, H]``, in (0, 1); 0 where there is no token."""


class Gate(nn.Sequential):
    """A two-layer network whose output a sigmoid makes a share; one half everywhere at first.

    Args:
        seen, hidden, heads: numbers in, between and out.
    """

    def __init__(self, seen: int, hidden: int, heads: int) -> None:
        super().__init__(nn.Linear(seen, hidden), nn.SiLU(), nn.Linear(hidden, heads))

    @torch.no_grad()
    def begin(self, generator: torch.Generator) -> None:
        """Set the weights."""
        for parameter in self.parameters():
            parameter.zero_()
        first = next(self.parameters())
        first.normal_(std=first.shape[1] ** -0.5, generator=generator)


class Memory(nn.Module):
    """The slow weights of a memory. Begins as an associative memory of words, before any training.

    Args:
        config: of the memory.
        seed: of the random rotations that it begins with; None leaves its weights unset, to be loaded.
    """

    def __init__(self, config: MemoryConfig, seed: int | None = 0) -> None:
        super().__init__()
        self.config = config
        width, seen = config.hidden_dim, config.feature_dim
        keys, values = config.num_heads * config.key_dim, config.num_heads * config.value_dim
        self.key, self.topic_key, self.query, self.topic_query = (nn.Linear(seen, keys) for _ in range(4))
        self.value = nn.Linear(width, values, bias=False)
        self.pool = nn.Linear(seen, 1, bias=False)
        self.conv = nn.Parameter(torch.zeros(keys, CONV_TAPS))
        self.write_gate = Gate(2 * seen, config.gate_dim, config.num_heads)
        self.read_gate = Gate(2 * seen, config.gate_dim, config.num_heads)
        self.outs = nn.ModuleList(nn.Linear(values, width, bias=False) for _ in config.depths)
        self.gates = nn.ModuleList(nn.Linear(width, config.num_heads) for _ in config.depths)
        self.adapters = nn.ModuleList(
            nn.Sequential(nn.Linear(width, config.adapter_dim), nn.SiLU(), nn.Linear(config.adapter_dim, width))
            for _ in config.depths
        )
        self.adapter_gates = nn.ModuleList(nn.Linear(width, 1) for _ in config.depths)
        self.strengths = nn.ParameterList(
            torch.full((config.num_heads,), 2 * FIRST_STRENGTH * norm) for norm in config.stream_norms
        )
        if seed is not None:
            self._begin(torch.Generator().manual_seed(seed))

    @classmethod
    def from_tensors(cls, config: MemoryConfig, tensors: Mapping[str, NDArray[Any]]) -> Memory:
        """With the weights of a memory file, float32; it does not train. `tensors` are those of `tensor_specs`."""
        memory = cls(config, seed=None).requires_grad_(False)
        memory.load_state_dict({name: torch.from_numpy(np.array(values)) for name, values in tensors.items()})
        return memory

    @torch.no_grad()
    def _begin(self, generator: torch.Generator) -> None:
        key, topic, value = (_rotation(m.weight.shape, generator) for m in (self.key, self.topic_key, self.value))
        self.key.weight.copy_(key)
        self.query.weight.copy_(key)
        self.topic_key.weight.copy_(FIRST_TOPIC * topic)
        self.topic_query.weight.copy_(FIRST_TOPIC * topic)
        self.value.weight.copy_(value)
        self.conv[:, KEY_TAP] = 1.0
        for out in self.outs:
            next(out.parameters()).copy_(value.T)
        for linear in (self.key, self.topic_key, self.query, self.topic_query):
            linear.bias.zero_()
        self.pool.weight.zero_()
        for parameter in (*self.gates.parameters(), *self.adapter_gates.parameters(), *self.adapters.parameters()):
            parameter.zero_()
        for adapter in self.adapters:
            first = next(adapter.parameters())
            first.normal_(std=first.shape[1] ** -0.5, generator=generator)
        self.write_gate.begin(generator)
        self.read_gate.begin(generator)

    def see(self, streams: Tensor) -> Tensor:
        """x: what the memory sees of tokens.

        Args:
            streams: the residual stream in front of each of the sources, ``[..., S, D]``.

        Returns:
            ``[..., F]``.
        """
        weight = torch.ones(self.config.hidden_dim, dtype=torch.float32, device=streams.device)
        return rms_norm(streams.float(), weight, EPS).flatten(-2)

    def topic(self, x: Tensor, there: Tensor) -> Tensor:
        """The topics ``[M, F]`` of messages ``[M, T, F]``; `there`, bool ``[M, T]``, says which are tokens."""
        weights = self.pool(x).squeeze(-1).masked_fill(~there, float("-inf")).softmax(dim=1)
        return (x * weights.unsqueeze(-1)).sum(dim=1)

    def write(self, x: Tensor, embedding: Tensor, there: Tensor) -> MemoryWrite:
        """What messages write.

        Args:
            x: what the memory sees of their tokens, ``[M, T, F]``.
            embedding: of the tokens, ``[M, T, D]``.
            there: which of them are tokens, bool ``[M, T]``, the others behind them.
        """
        topic = self.topic(x, there).unsqueeze(1)
        own = F.pad(self.key(x), (0, 0, CONV_TAPS - 1, 0))
        mixed = sum(own[:, tap : tap + x.shape[1]] * self.conv[:, tap] for tap in range(CONV_TAPS))
        key = F.normalize(self._heads(mixed + self.topic_key(topic), self.config.key_dim), dim=-1)
        value = self.split_values(self.value(F.normalize(embedding, dim=-1)))
        gate = self.write_gate(torch.cat((x, topic.expand_as(x)), dim=-1))
        return MemoryWrite(key, value, torch.sigmoid(gate) * there.unsqueeze(-1))

    def recall(self, x: Tensor, topic: Tensor, fast: Tensor) -> Tensor:
        """What tokens of replies find.

        Args:
            x: what the memory sees of them, ``[B, R, F]``.
            topic: of the message that each replies to, ``[B, F]``.
            fast: fast weights, ``[H, dv, dk]`` or one for each, ``[B, H, dv, dk]``.

        Returns:
            ``[B, R, H, dv]``.
        """
        topic = topic.unsqueeze(1)
        query = F.normalize(self._heads(self.query(x) + self.topic_query(topic), self.config.key_dim), dim=-1)
        found = torch.einsum("brhk,bhvk->brhv" if fast.dim() == 4 else "brhk,hvk->brhv", query, fast)
        gate = torch.sigmoid(self.read_gate(torch.cat((x, topic.expand_as(x)), dim=-1)))
        return found * gate.unsqueeze(-1)

    def inject(self, at: int, h: Tensor, found: Tensor, lived: Tensor) -> Tensor:
        """What is added to the residual stream in front of the block ``config.depths[at]``.

        Args:
            h: the residual stream there, ``[B, R, D]``.
            found: what `recall` gave, ``[B, R, H, dv]``.
            lived: what `lived` gave.

        Returns:
            ``[B, R, D]``.
        """
        seen = rms_norm(h.float(), torch.ones(h.shape[-1], device=h.device), EPS)
        strength = torch.sigmoid(self.gates[at](seen)) * self.strengths[at]
        said: Tensor = self.outs[at]((found * strength.unsqueeze(-1)).flatten(2))
        most = FIRST_STRENGTH * self.config.stream_norms[at]
        return said + lived * most * torch.sigmoid(self.adapter_gates[at](seen)) * self.adapters[at](seen)

    @staticmethod
    def lived(fast: Tensor) -> Tensor:
        """Whether these fast weights hold anything: 0 for a newborn, near 1 after the first message; no gradient."""
        return torch.tanh(fast.detach().norm())

    def split_values(self, values: Tensor) -> Tensor:
        """Values ``[..., H * dv]`` by head, ``[..., H, dv]``."""
        return self._heads(values, self.config.value_dim)

    def _heads(self, x: Tensor, width: int) -> Tensor:
        return x.unflatten(-1, (self.config.num_heads, width))


def _rotation(shape: torch.Size, generator: torch.Generator) -> Tensor:
    """A random matrix with orthonormal rows or columns, whichever are fewer."""
    rows, columns = shape
    size = max(rows, columns)
    return torch.linalg.qr(torch.randn(size, size, generator=generator))[0][:rows, :columns].contiguous()
