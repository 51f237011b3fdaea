"""The shape of the memory beside a transformer: `MemoryConfig`, validated, and the tensors that it implies.
No torch."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import Any

from engine.errors import ConfigError
from engine.models.config import MAX_DIM, TensorSpec

CONV_TAPS = 4
"""Tokens that a key is made of: its own and those before it."""


PIECE = 256
"""Tokens of a longer message that are written as a message of their own."""
MEMORY_V1 = "memory-v1"
"""The schema of a soul that memory layers lived."""
FIRST_STRENGTH = 0.3
"""Of what is read at first, and of an adapter whose gate is open, in lengths of the residual stream."""


@dataclass(frozen=True)
class MemoryConfig:
    """Where a memory looks at its backbone, where it speaks to it, and how wide it is.

    It sees the residual stream in front of the blocks `sources`, *writes* what a person says when the message is
    complete, and is *read* by the tokens of the reply; what they find is added to the residual stream in front of the
    blocks `depths`, none of which comes before a source.
    Raises `ConfigError` for values that contradict each other.
    """

    hidden_dim: int
    """D of the backbone."""
    sources: tuple[int, ...]
    """Blocks whose input keys and queries are made of, ascending."""
    depths: tuple[int, ...]
    """Blocks to whose input is added what was found, ascending."""
    num_heads: int
    """H, matrices of fast weights."""
    key_dim: int
    """dk of each."""
    value_dim: int
    """dv of each."""
    gate_dim: int = 64
    """Hidden units of the gates."""
    adapter_dim: int = 64
    """Hidden units of the adapters."""
    stream_norms: tuple[float, ...] = ()
    """Median length of the residual stream at each of the depths, on which the first strength of reading depends."""

    def __post_init__(self) -> None:
        for key in ("hidden_dim", "num_heads", "key_dim", "value_dim", "gate_dim", "adapter_dim"):
            value = getattr(self, key)
            if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MAX_DIM:
                raise ConfigError(
                    "{name} is {value!r}; it must be a whole number from {low} to {high}.",
                    name=key,
                    value=value,
                    low=1,
                    high=MAX_DIM,
                )
        for name in ("sources", "depths"):
            blocks = getattr(self, name)
            whole = all(type(block) is int for block in blocks)
            if not blocks or not whole or list(blocks) != sorted(set(blocks)) or min(blocks) < 0:
                raise ConfigError(
                    "The {name} of the memory are {blocks}; they must be different blocks, in ascending order.",
                    name=name,
                    blocks=", ".join(map(str, blocks)) or "not given",
                )
        if self.sources[-1] > self.depths[0]:
            raise ConfigError(
                "The memory speaks in front of block {depth} and looks at block {source}; it must look first.",
                depth=self.depths[0],
                source=self.sources[-1],
            )
        if len(self.stream_norms) != len(self.depths) or not all(
            math.isfinite(norm) and norm > 0 for norm in self.stream_norms
        ):
            raise ConfigError(
                "There are {count} stream norms for {depths} depths; each must be one number above 0.",
                count=len(self.stream_norms),
                depths=len(self.depths),
            )

    @property
    def feature_dim(self) -> int:
        """F, numbers that a token is seen by."""
        return len(self.sources) * self.hidden_dim

    @property
    def fast_shape(self) -> tuple[int, int, int]:
        """Of the fast weights in a soul: (H, dv, dk)."""
        return self.num_heads, self.value_dim, self.key_dim

    @property
    def fast_layers(self) -> int:
        """Layers that have fast weights: see `FastWeightsConfig`."""
        return 1

    @property
    def soul_schema(self) -> str:
        """Of a soul: see `FastWeightsConfig`."""
        return MEMORY_V1

    @property
    def max_rate_scale(self) -> float:
        """See `FastWeightsConfig`: a rate lies below 1, and below 2 an update stays stable."""
        return 2.0

    @property
    def num_fast(self) -> int:
        """Numbers in a soul."""
        return math.prod(self.fast_shape)

    def tensor_specs(self) -> dict[str, TensorSpec]:
        """Every tensor of a memory, by its name in `engine.layers.memory.Memory` and in a memory file."""
        width, seen, heads = self.hidden_dim, self.feature_dim, self.num_heads
        keys, values = heads * self.key_dim, heads * self.value_dim
        shapes: dict[str, tuple[int, ...]] = {
            "key.weight": (keys, seen),
            "key.bias": (keys,),
            "topic_key.weight": (keys, seen),
            "topic_key.bias": (keys,),
            "conv": (keys, CONV_TAPS),
            "value.weight": (values, width),
            "pool.weight": (1, seen),
            "query.weight": (keys, seen),
            "query.bias": (keys,),
            "topic_query.weight": (keys, seen),
            "topic_query.bias": (keys,),
        }
        for gate in ("write_gate", "read_gate"):
            shapes |= {
                f"{gate}.0.weight": (self.gate_dim, 2 * seen),
                f"{gate}.0.bias": (self.gate_dim,),
                f"{gate}.2.weight": (heads, self.gate_dim),
                f"{gate}.2.bias": (heads,),
            }
        for at in range(len(self.depths)):
            shapes |= {
                f"outs.{at}.weight": (width, values),
                f"strengths.{at}": (heads,),
                f"gates.{at}.weight": (heads, width),
                f"gates.{at}.bias": (heads,),
                f"adapters.{at}.0.weight": (self.adapter_dim, width),
                f"adapters.{at}.0.bias": (self.adapter_dim,),
                f"adapters.{at}.2.weight": (width, self.adapter_dim),
                f"adapters.{at}.2.bias": (width,),
                f"adapter_gates.{at}.weight": (1, width),
                f"adapter_gates.{at}.bias": (1,),
            }
        return {name: TensorSpec(shape, False) for name, shape in shapes.items()}

    def to_dict(self) -> dict[str, Any]:
        """All fields, as values that JSON holds."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any], where: str = "the memory's config") -> MemoryConfig:
        """Read what `to_dict` gave; `where` names the file in errors. Raises `ConfigError`."""
        known = {field.name for field in dataclasses.fields(cls)}
        try:
            values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in data.items() if k in known}
            return cls(**values)
        except (ConfigError, TypeError) as error:
            raise ConfigError("{where}: {error}", where=where, error=error) from error
