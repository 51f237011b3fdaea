"""A transformer with a memory token by token: the truth that its runtimes are tested against."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from engine.io.transformer_weights import TransformerWeights
from engine.layers.memory import EPS, Memory
from engine.models.memory_config import CONV_TAPS, PIECE
from engine.models.transformer import Transformer
from engine.ops.delta_rule.naive import delta_rule
from engine.text.roles import RoledTokens, TokenRole

HEARD, REPLY, SILENT = TokenRole.HEARD, TokenRole.REPLY, TokenRole.SILENT


def some(count: int, seed: int, role: TokenRole) -> RoledTokens:
    """So many random bytes of one role."""
    return RoledTokens.of(np.random.default_rng(seed).integers(0, 256, count).tolist(), role)


EXCHANGE = some(9, 1, SILENT) + some(23, 2, HEARD) + some(12, 3, REPLY)
"""What stands before a message, the message, and the reply to it."""
CONVERSATION = EXCHANGE + some(5, 4, SILENT) + some(40, 5, HEARD) + some(1, 6, REPLY) + some(30, 8, HEARD) + EXCHANGE


class Naive:
    """One conversation, token by token, with everything kept: the definition in the docstring of `Memory`."""

    def __init__(self, weights: TransformerWeights, fast: np.ndarray | None = None) -> None:
        self.model = Transformer.from_weights(weights)
        assert weights.memory is not None
        self.config = weights.memory.config
        self.memory = Memory.from_tensors(self.config, weights.memory.tensors)
        self.fast = torch.from_numpy(np.zeros(self.config.fast_shape, np.float32) if fast is None else fast)

    @torch.inference_mode()
    def run(self, tokens: RoledTokens) -> Tensor:
        """Logits ``[T, V]``."""
        ids, count = torch.tensor([tokens.ids]), len(tokens)
        h, embedding = self.model.embed(ids), self.model.embed(ids)[0]
        rotations = self.model.rotations(torch.arange(count))
        streams, found = [], {}
        for number, block in enumerate(self.model.layers):
            if number in self.config.sources:
                streams.append(h[0].clone())
            if number == self.config.sources[-1]:
                found = self._remember(streams, embedding, tokens.roles)
            if number in self.config.depths:
                at, h = self.config.depths.index(number), h.clone()
                for t, (what, lived) in found.items():
                    gate = torch.sigmoid(self.memory.gates[at](_normed(h[0, t]))) * self.memory.strengths[at]
                    said = self.memory.outs[at]((gate.unsqueeze(-1) * what).flatten())
                    manner = self.memory.adapters[at](_normed(h[0, t]))
                    opens = torch.sigmoid(self.memory.adapter_gates[at](_normed(h[0, t])))
                    most = lived * 0.3 * self.memory.config.stream_norms[at]
                    h[0, t] += said + most * opens * manner
            h = block(h, *rotations[self.model.config.layer_rope(number)])
        return self.model.head(h)[0]

    def _remember(self, streams: list[Tensor], embedding: Tensor, roles: bytes) -> dict[int, tuple[Tensor, Tensor]]:
        """What each token of a reply finds, ``[H, dv]``, and whether there was anything to find."""
        m, x = self.memory, torch.cat([_normed(stream) for stream in streams], dim=-1)
        heard: list[int] = []
        topic, found = torch.zeros(self.config.feature_dim), {}
        for t, role in enumerate([*roles, REPLY]):
            if role == HEARD:
                heard.append(t)
            if heard and (role != HEARD or len(heard) == PIECE):
                topic = self._write(x[heard], embedding[heard])
                heard = []
            if role == REPLY and t < len(roles):
                query = (m.query(x[t]) + m.topic_query(topic)).view(self.config.num_heads, -1)
                gate = torch.sigmoid(m.read_gate(torch.cat((x[t], topic))))
                found[t] = (
                    (self.fast @ F.normalize(query, dim=-1).unsqueeze(-1)).squeeze(-1) * gate.unsqueeze(-1),
                    torch.tanh(self.fast.norm()),
                )
        return found

    def _write(self, x: Tensor, embedding: Tensor) -> Tensor:
        m, heads = self.memory, self.config.num_heads
        weights = m.pool(x).squeeze(-1).softmax(dim=0)
        topic, own = weights @ x, m.key(x)
        keys, values, rates = [], [], []
        for t in range(len(x)):
            past = [t - (CONV_TAPS - 1) + tap for tap in range(CONV_TAPS)]
            mixed = sum(m.conv[:, tap] * own[at] for tap, at in enumerate(past) if at >= 0)
            keys.append(F.normalize((mixed + m.topic_key(topic)).view(heads, -1), dim=-1))
            values.append(m.value(F.normalize(embedding[t], dim=-1)).view(heads, -1))
            rates.append(torch.sigmoid(m.write_gate(torch.cat((x[t], topic)))))
        key, value, rate = (torch.stack(part, dim=1)[None] for part in (keys, values, rates))
        self.fast = delta_rule(key, key, value, rate, self.fast[None]).state[0]
        return topic


def _normed(h: Tensor) -> Tensor:
    return h * (h.square().mean(dim=-1, keepdim=True) + EPS).rsqrt()
