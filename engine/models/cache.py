"""The recurrent state of a BitLlama: fast weights, which go into a soul, and what is transient, which does not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from engine.layers.ttt import LayerState
from engine.models.config import BitLlamaConfig


@dataclass
class ModelState:
    """The state of every layer, in order; B streams side by side."""

    layers: list[LayerState]

    @classmethod
    def fresh(cls, config: BitLlamaConfig, batch: int = 1, device: torch.device | str = "cpu") -> ModelState:
        """A newborn state: all zero."""
        return cls([LayerState.fresh(config, batch, device) for _ in range(config.num_layers)])

    @property
    def batch(self) -> int:
        """B, the number of streams."""
        return self.layers[0].fast.shape[0]

    def detach(self) -> ModelState:
        """The same values, cut from the graph that made them (truncated back-propagation)."""
        return ModelState([layer.map(Tensor.detach) for layer in self.layers])

    def clone(self) -> ModelState:
        """A copy that shares no memory."""
        return ModelState([layer.map(Tensor.clone) for layer in self.layers])

    def select(self, rows: Tensor) -> ModelState:
        """The streams of the given indices, shape ``[B']``, in that order; repeats allowed."""
        return ModelState([layer.map(lambda x: x.index_select(0, rows)) for layer in self.layers])

    def keep(self, mask: Tensor) -> ModelState:
        """Reset to zero the streams where `mask`, bool ``[B]``, is False."""
        return ModelState(
            [layer.map(lambda x: x * mask.view(-1, *[1] * (x.dim() - 1)).to(x.dtype)) for layer in self.layers]
        )

    def without_transient(self, rows: Tensor | None = None) -> ModelState:
        """The same fast weights with everything else as newborn, what waking up with a soul is: in all streams, or
        where `rows`, bool ``[B]``, is True."""
        if rows is None:
            return ModelState([LayerState(layer.fast, torch.zeros_like(layer.conv)) for layer in self.layers])
        return ModelState(
            [LayerState(layer.fast, layer.conv.masked_fill(rows[:, None, None], 0.0)) for layer in self.layers]
        )

    def fast_arrays(self, config: BitLlamaConfig, row: int = 0) -> list[np.ndarray]:
        """One stream's fast weights per layer: float32 copies of shape `BitLlamaConfig.fast_shape`."""
        return [
            layer.fast[row].detach().float().cpu().numpy().reshape(config.fast_shape).copy() for layer in self.layers
        ]

    @classmethod
    def from_fast_arrays(
        cls, config: BitLlamaConfig, arrays: Sequence[np.ndarray], device: torch.device | str = "cpu"
    ) -> ModelState:
        """One stream that starts with the given fast weights, each of `BitLlamaConfig.fast_shape`."""
        state = cls.fresh(config, 1, device)
        for layer, array in zip(state.layers, arrays, strict=True):
            layer.fast.copy_(torch.from_numpy(np.ascontiguousarray(array)).view(layer.fast.shape))
        return state
