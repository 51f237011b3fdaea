"""`Transformer`: embedding, blocks of attention and a gated MLP, final norm, head."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.io.transformer_weights import TransformerWeights
from engine.layers.attention import Attention, KeyValueStore
from engine.layers.gated_mlp import GatedMLP
from engine.layers.norm import RMSNorm
from engine.layers.projection import Projection
from engine.models.transformer_config import TransformerConfig
from engine.ops.blocks.matrix import BlockMatrix
from engine.ops.rope.frequencies import RopeScaling, frequencies
from engine.ops.rope.naive import tables
from engine.ops.ternary.matrix import TernaryMatrix


class StreamReader(Protocol):
    """What stands beside the blocks and adds to the residual stream."""

    def enter(self, block: int, h: Tensor) -> Tensor:
        """The residual stream ``[B, T, D]`` as it is to enter this block."""


class TransformerBlock(nn.Module):
    """``h = h + attention(norm1(h)); h = h + mlp(norm2(h))``; Gemma norms what is added, too."""

    def __init__(self, config: TransformerConfig, layer: int) -> None:
        super().__init__()
        width, eps = config.hidden_dim, config.norm_eps
        self.norm1 = RMSNorm(width, eps)
        self.attention = Attention(config, layer)
        self.norm2 = RMSNorm(width, eps)
        self.mlp = GatedMLP(config)
        self.post_norm1 = RMSNorm(width, eps) if config.post_norms else nn.Identity()
        self.post_norm2 = RMSNorm(width, eps) if config.post_norms else nn.Identity()

    def forward(
        self, h: Tensor, cos: Tensor, sin: Tensor, store: KeyValueStore | None = None, seen: Tensor | None = None
    ) -> Tensor:
        """Pass `h`, ``[B, T, D]``, through; see `Attention.forward`."""
        h = h + self.post_norm1(self.attention(self.norm1(h), cos, sin, store, seen))
        return h + self.post_norm2(self.mlp(self.norm2(h)))


class Transformer(nn.Module):
    """The net of a `TransformerConfig`. Its weights are as loaded: `from_weights` makes one, the constructor alone
    leaves them unset."""

    def __init__(self, config: TransformerConfig) -> None:
        super().__init__()
        self.config = config
        self.embed = nn.Embedding(
            config.vocab_size, config.hidden_dim, _weight=torch.empty(config.vocab_size, config.hidden_dim)
        )
        self.layers = nn.ModuleList(TransformerBlock(config, layer) for layer in range(config.num_layers))
        self.norm_f = RMSNorm(config.hidden_dim, config.norm_eps)
        self.lm_head = None if config.tied_head else Projection(config.hidden_dim, config.vocab_size)

    @classmethod
    def from_weights(
        cls, weights: TransformerWeights, device: torch.device | str = "cpu", dtype: torch.dtype = torch.float32
    ) -> Transformer:
        """The net of a loaded file, on `device`, its float weights in `dtype`; it does not train."""
        assert isinstance(weights.config, TransformerConfig)
        model = cls(weights.config).requires_grad_(False)  # memory that is not written to costs nothing
        modules = dict(model.named_modules())
        for name in weights.config.tensor_specs():
            owner_name, _, kind = name.rpartition(".")
            owner, tensor = modules[owner_name], weights.tensors[name]
            ternary = tensor.to_ternary() if isinstance(tensor, BlockMatrix) else tensor
            if isinstance(ternary, TernaryMatrix) and isinstance(owner, Projection):
                owner.set_codes(ternary.unpack(), ternary.scale)
                owner.to(device)
            else:
                floats = tensor if isinstance(tensor, np.ndarray) else tensor.to_float()
                values = torch.from_numpy(np.array(floats)).to(device, dtype)
                setattr(owner, kind, nn.Parameter(values, requires_grad=False))
        return model

    @property
    def device(self) -> torch.device:
        """Where the weights lie."""
        return self.embed.weight.device

    def hidden(
        self,
        tokens: Tensor,
        start: int = 0,
        stores: Sequence[KeyValueStore] | None = None,
        beside: StreamReader | None = None,
    ) -> Tensor:
        """Everything before the final norm and the head.

        Args:
            tokens: int64 ``[B, T]``.
            start: position of the first of them.
            stores: for each layer the keys and values of the tokens before; None: there are none before.
            beside: a memory, or None.

        Returns:
            The residual stream ``[B, T, D]``.
        """
        h = self.embed(tokens) * self.config.embedding_scale
        rotations = self.rotations(torch.arange(start, start + tokens.shape[1], device=tokens.device))
        for layer, block in enumerate(self.layers):
            cos, sin = rotations[self.config.layer_rope(layer)]
            h = h if beside is None else beside.enter(layer, h)
            h = block(h, cos, sin, None if stores is None else stores[layer])
        return h

    def head(self, h: Tensor) -> Tensor:
        """Logits ``[..., V]``, float32, of the residual stream ``[..., D]``."""
        h = self.norm_f(h)
        logits = (F.linear(h, self.embed.weight) if self.lm_head is None else self.lm_head(h)).float()
        cap = self.config.logit_softcap
        return cap * torch.tanh(logits / cap) if cap else logits

    def forward(self, tokens: Tensor) -> Tensor:
        """Logits ``[B, T, V]`` of tokens ``[B, T]`` that nothing precedes."""
        return self.head(self.hidden(tokens))

    def rotations(self, positions: Tensor) -> dict[tuple[float, RopeScaling | None], tuple[Tensor, Tensor]]:
        """Cosine and sine for each rotary rule that a layer follows, ``[..., r / 2]`` of positions ``[...]``."""
        rules = {self.config.layer_rope(layer) for layer in range(self.config.num_layers)}
        made = {}
        for base, scaling in rules:
            turns, amplitude = frequencies(base, self.config.rotary_dim, scaling)
            made[base, scaling] = tables(positions, torch.from_numpy(turns).to(positions.device), amplitude)
        return made
