"""The state of a transformer in torch: keys and values of every layer, and what a memory beside them carries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.models.cache import KVCache, TokenState
from engine.models.memory_state import LiveMemory
from engine.models.transformer_config import TransformerConfig


class LayerStore:
    """`KeyValueStore` of one layer and one stream over a `KVCache`: a row is a token's key and value, ``[2, K, d]``.

    Args:
        heads, head_dim: K and d.
        device, dtype: of the rows.
    """

    def __init__(self, heads: int, head_dim: int, device: torch.device, dtype: torch.dtype) -> None:
        def allocate(rows: int) -> Tensor:
            return torch.empty(rows, 2, heads, head_dim, device=device, dtype=dtype)

        self.cache = KVCache(allocate)

    def append(self, key: Tensor, value: Tensor) -> tuple[Tensor, Tensor]:
        """Keep those of T more tokens, ``[1, K, T, d]``; returns views of all S, ``[1, K, S, d]``."""
        rows = self.cache.append(torch.stack((key[0], value[0])).permute(2, 0, 1, 3))
        keys, values = rows.permute(1, 2, 0, 3).unsqueeze(1)
        return keys, values


class TransformerState(TokenState):
    """Keys and values of one stream in torch, and what its memory carries.

    A message that is being heard is complete when the fast weights are asked for or a conversation ends.

    Args:
        config: of the model.
        device, dtype: of keys and values.
        memory: of the model; None: it has none.
    """

    def __init__(
        self, config: TransformerConfig, device: torch.device, dtype: torch.dtype, memory: LiveMemory | None = None
    ) -> None:
        self.stores = [
            LayerStore(config.num_kv_heads, config.head_dim, device, dtype) for _ in range(config.num_layers)
        ]
        self.memory = memory
        super().__init__([store.cache for store in self.stores], [] if memory is None else memory.caches)

    @torch.inference_mode()
    def rewind(self, mark: Any) -> None:
        super().rewind(mark)

    @torch.inference_mode()
    def clear(self) -> None:
        super().clear()

    @torch.inference_mode()
    def clear_transient(self) -> None:
        self._write()
        super().clear_transient()

    @torch.inference_mode()
    def truncate(self, length: int) -> None:
        self._write()
        super().truncate(length)

    @torch.inference_mode()
    def persist(self) -> list[NDArray[np.float32]]:
        self._write()
        return super().persist()

    @torch.inference_mode()
    def load(self, layers: Sequence[NDArray[np.float32]]) -> None:
        if self.memory is not None:
            self.memory.heard.drop()
        super().load(layers)

    def _write(self) -> None:
        if self.memory is not None:
            self.memory.write()
