"""`LowRankAdapter`: a small change of the projections of a transformer's upper blocks, on while it is attached.

Source: Hu et al. 2021, arXiv 2106.09685.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from engine.errors import ConfigError
from engine.layers.projection import Projection
from engine.models.transformer_config import TransformerConfig

SCALE = 2.0
"""Factor on what the adapter adds."""
PROJECTIONS = (
    "attention.q_proj", "attention.k_proj", "attention.v_proj", "attention.o_proj",
    "mlp.gate_proj", "mlp.up_proj", "mlp.down_proj",
)  # fmt: skip


class LowRankAdapter(nn.Module):
    """``y + SCALE * B A x`` in place of y for every projection of the blocks from `first` on; B is zero at first, so
    that it changes nothing.

    Args:
        config: of the transformer.
        first: the first block that is adapted.
        rank: rows of A.
        seed: of A at first.
    """

    def __init__(self, config: TransformerConfig, first: int, rank: int, seed: int = 0) -> None:
        super().__init__()
        self.first, self.rank = first, rank
        self.down, self.up = nn.ParameterDict(), nn.ParameterDict()
        generator = torch.Generator().manual_seed(seed)
        for name, (rows, columns) in adapted_shapes(config, first).items():
            key = _key(name)
            self.down[key] = nn.Parameter(torch.randn(rank, columns, generator=generator) * columns**-0.5)
            self.up[key] = nn.Parameter(torch.zeros(rows, rank))

    @classmethod
    def from_tensors(
        cls, config: TransformerConfig, first: int, rank: int, tensors: Mapping[str, NDArray[np.float32]]
    ) -> LowRankAdapter:
        """The adapter with these values, by the names of `named_tensors`; it does not train. Raises `ConfigError` for
        those of another transformer."""
        made = cls(config, first, rank).requires_grad_(False)
        shapes = {name: tuple(tensor.shape) for name, tensor in made.named_tensors().items()}
        if shapes != {name: tuple(tensor.shape) for name, tensor in tensors.items()}:
            raise ConfigError("The reader is one of another model.")
        for name, tensor in made.named_tensors().items():
            tensor.copy_(torch.from_numpy(np.array(tensors[name], np.float32)))
        return made

    def named_tensors(self) -> dict[str, Tensor]:
        """Its values, by the name of the projection and ``down`` (A) or ``up`` (B)."""
        return {
            f"{_name(key)}.{part}": tensors[key].data
            for part, tensors in (("down", self.down), ("up", self.up))
            for key in tensors
        }

    @contextlib.contextmanager
    def attached(self, model: nn.Module) -> Iterator[None]:
        """While this lasts, `model` computes with the adapter."""
        modules = dict(model.named_modules())
        handles = []
        for key, down in self.down.items():
            projection = modules[_name(key)]
            assert isinstance(projection, Projection)
            handles.append(projection.register_forward_hook(_adding(down, self.up[key])))
        try:
            yield
        finally:
            for handle in handles:
                handle.remove()


def adapted_shapes(config: TransformerConfig, first: int) -> dict[str, tuple[int, int]]:
    """Rows and columns of the projections that are adapted, by the names of their modules."""
    specs = config.tensor_specs()
    names = [f"layers.{block}.{name}" for block in range(first, config.num_layers) for name in PROJECTIONS]
    shapes = {name: specs[f"{name}.weight"].shape for name in names if f"{name}.weight" in specs}
    return {name: (shape[0], shape[1]) for name, shape in shapes.items()}


def _adding(down: Tensor, up: Tensor) -> Callable[[nn.Module, tuple[Tensor, ...], Tensor], Tensor]:
    def add(_: nn.Module, given: tuple[Tensor, ...], out: Tensor) -> Tensor:
        return out + SCALE * F.linear(F.linear(given[0], down), up)

    return add


def _key(name: str) -> str:
    return name.replace(".", "-")


def _name(key: str) -> str:
    return key.replace("-", ".")
