"""Keys and queries trained in coordinates in which all directions of what they are made of weigh the same.

The residual streams of one depth resemble each other: almost all of a stream is what every token shares, and what
tells texts apart lies in directions of small variance. Gradient descent on maps of raw streams is slow there. So each
map is trained as a rotation behind a fixed whitening of its inputs, and both are one map afterwards.

Measured with SmolLM2-135M on held-out situations, before any training: of the words that answers take from 8
situations 2 in 100 are found with random rotations of the raw streams, 59 in 100 with whitened ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from engine.layers.memory import Memory
from engine.train.memory.frozen import FrozenMessage, FrozenReply

MAPS = ("key", "query", "topic_key", "topic_query")
FLOOR = 0.1
"""Share of the mean variance to which smaller ones are lifted before all are made equal."""


def whiten(memory: Memory, messages: Sequence[FrozenMessage], replies: Sequence[FrozenReply]) -> None:
    """Put a whitening in front of the maps of `memory`, in place, as it fits these messages and replies."""
    asked = [reply.message for reply in replies]
    inputs = {
        "key": torch.cat([memory.see(m.streams) for m in messages]),
        "query": torch.cat([memory.see(r.streams[-len(r.targets) :]) for r in replies]),
        "topic_key": torch.stack([memory.see(m.streams).mean(dim=0) for m in messages]),
        "topic_query": torch.stack([memory.see(m.streams).mean(dim=0) for m in asked]),
    }
    split(memory)
    with torch.no_grad():
        for name, rows in inputs.items():
            fixed, matrix = getattr(memory, name)[0], whitening(rows)
            fixed.weight.copy_(matrix)
            fixed.bias.copy_(-matrix @ rows.mean(dim=0))


def split(memory: Memory) -> None:
    """Make room for a whitening in front of the maps, in place; `load_state_dict` may fill it."""
    for name in MAPS:
        fixed = nn.Linear(memory.config.feature_dim, memory.config.feature_dim).requires_grad_(False)
        setattr(memory, name, nn.Sequential(fixed, getattr(memory, name)))


@torch.no_grad()
def folded(memory: Memory) -> Mapping[str, Tensor]:
    """The tensors of a memory file: each whitening and the map behind it as one map."""
    out = {name: values for name, values in memory.state_dict().items() if name.split(".")[0] not in MAPS}
    for name in MAPS:
        fixed, own = getattr(memory, name)
        out[f"{name}.weight"] = own.weight @ fixed.weight
        out[f"{name}.bias"] = own.bias + own.weight @ fixed.bias
    return out


def whitening(rows: Tensor) -> Tensor:
    """The symmetric map ``[F, F]`` that gives rows ``[N, F]`` about the covariance 1."""
    values, vectors = torch.linalg.eigh(torch.cov(rows.T))
    return vectors @ torch.diag((values + FLOOR * values.mean()).rsqrt()) @ vectors.T
