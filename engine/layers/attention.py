"""`Attention`: grouped-query attention with rotary positions, the mixing half of a transformer's block."""

from __future__ import annotations

from typing import Protocol

from torch import Tensor, nn

from engine.layers.norm import RMSNorm
from engine.layers.projection import Projection
from engine.models.transformer_config import TransformerConfig
from engine.ops.attention.fast import attention
from engine.ops.rope.fast import rotate


class KeyValueStore(Protocol):
    """What keeps the keys and values of the tokens that were read before."""

    def append(self, key: Tensor, value: Tensor) -> tuple[Tensor, Tensor]:
        """Keep those of T more tokens, ``[B, K, T, d]``; returns those of all S tokens, ``[B, K, S, d]``."""


class Attention(nn.Module):
    """Reads from the tokens before: all of them, or as many as the layer's sliding window holds."""

    def __init__(self, config: TransformerConfig, layer: int) -> None:
        super().__init__()
        self.heads, self.kv_heads, self.head_dim = config.num_heads, config.num_kv_heads, config.head_dim
        self.scale, self.softcap, self.window = config.score_scale, config.attention_softcap, config.layer_window(layer)
        width, queries, keys = config.hidden_dim, self.heads * self.head_dim, self.kv_heads * self.head_dim
        bits = config.activation_bits
        self.q_proj = Projection(width, queries, config.qkv_bias, bits)
        self.k_proj = Projection(width, keys, config.qkv_bias, bits)
        self.v_proj = Projection(width, keys, config.qkv_bias, bits)
        self.o_proj = Projection(queries, width, config.output_bias, bits)
        self.q_norm = RMSNorm(self.head_dim, config.norm_eps) if config.qk_norm else None
        self.k_norm = RMSNorm(self.head_dim, config.norm_eps) if config.qk_norm else None
        self.sub_norm = RMSNorm(queries, config.norm_eps) if config.sub_norms else None

    def forward(
        self, x: Tensor, cos: Tensor, sin: Tensor, store: KeyValueStore | None = None, seen: Tensor | None = None
    ) -> Tensor:
        """Mix T tokens ``[B, T, D]``.

        Args:
            x: the normed residual stream.
            cos, sin: of the tokens' positions, ``[T, r / 2]``.
            store: keys and values of the tokens before, which takes those of these; None: there are none before.
            seen: which of the S tokens each of these looks at, bool ``[B, 1, T, S]``; None: all before it.
        """
        query = self._heads(self.q_proj(x), self.heads)
        key = self._heads(self.k_proj(x), self.kv_heads)
        value = self._heads(self.v_proj(x), self.kv_heads)
        if self.q_norm is not None and self.k_norm is not None:
            query, key = self.q_norm(query), self.k_norm(key)
        query, key = rotate(query, cos, sin), rotate(key, cos, sin)
        if store is not None:
            key, value = store.append(key, value)
        mixed = attention(query, key, value, self.scale, self.window, self.softcap, seen)
        mixed = mixed.transpose(1, 2).flatten(2)
        return self.o_proj(mixed if self.sub_norm is None else self.sub_norm(mixed))

    def _heads(self, x: Tensor, count: int) -> Tensor:
        """``[B, T, heads * d]`` as ``[B, heads, T, d]``."""
        return x.unflatten(2, (count, self.head_dim)).transpose(1, 2)
