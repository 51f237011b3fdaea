"""The shape of the memory layers beside a transformer: `MemoryConfig`, validated, and the tensors that it implies.
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


@dataclass(frozen=True)
class MemoryConfig:
    """Where memory layers stand and how wide they are.

    A memory layer at depth l reads the residual stream that enters block l, and adds to it. It *writes* what a person
    says when the message is complete, and is *read* by the tokens of the reply.
    Raises `ConfigError` for values that contradict each other.
    """

    hidden_dim: int
    """D of the backbone."""
    depths: tuple[int, ...]
    """The blocks in front of which a memory layer stands, ascending."""
    num_heads: int
    """H, memories in a layer."""
    key_dim: int
    """dk of each."""
    value_dim: int
    """dv of each."""
    gate_dim: int = 64
    """Hidden units of the gates."""
    stream_norms: tuple[float, ...] = ()
    """Median length of the residual stream at each depth, on which the first strength of reading depends."""

    def __post_init__(self) -> None:
        for key in ("hidden_dim", "num_heads", "key_dim", "value_dim", "gate_dim"):
            value = getattr(self, key)
            if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MAX_DIM:
                raise ConfigError(
                    "{name} is {value!r}; it must be a whole number from {low} to {high}.",
                    name=key,
                    value=value,
                    low=1,
                    high=MAX_DIM,
                )
        if not self.depths or list(self.depths) != sorted(set(self.depths)) or min(self.depths) < 0:
            raise ConfigError(
                "The depths of the memory are {depths}; they must be different blocks, in ascending order.",
                depths=", ".join(map(str, self.depths)) or "not given",
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
    def fast_shape(self) -> tuple[int, int, int]:
        """Of the fast weights of one layer in a soul: (H, dv, dk)."""
        return self.num_heads, self.value_dim, self.key_dim

    @property
    def num_fast(self) -> int:
        """Numbers in a soul."""
        return len(self.depths) * math.prod(self.fast_shape)

    def layer_specs(self) -> dict[str, TensorSpec]:
        """The tensors of one layer, by their names in `engine.layers.memory.MemoryLayer`."""
        width, keys, values = self.hidden_dim, self.num_heads * self.key_dim, self.num_heads * self.value_dim
        shapes = {
            "norm.weight": (width,),
            "key.weight": (keys, width),
            "topic_key.weight": (keys, width),
            "conv": (keys, CONV_TAPS),
            "value.weight": (values, width),
            "query.weight": (keys, width),
            "topic_query.weight": (keys, width),
            "out.weight": (width, values),
            "strength": (self.num_heads,),
        }
        for gate, inputs in (("write_gate", 2 * width), ("read_gate", 2 * width)):
            shapes |= {
                f"{gate}.0.weight": (self.gate_dim, inputs),
                f"{gate}.0.bias": (self.gate_dim,),
                f"{gate}.2.weight": (self.num_heads, self.gate_dim),
                f"{gate}.2.bias": (self.num_heads,),
            }
        return {name: TensorSpec(shape, False) for name, shape in shapes.items()}

    def tensor_specs(self) -> dict[str, TensorSpec]:
        """Every tensor of a memory, by its name in a memory file."""
        return {
            f"layers.{layer}.{name}": spec
            for layer in range(len(self.depths))
            for name, spec in self.layer_specs().items()
        }

    def to_dict(self) -> dict[str, Any]:
        """All fields, as values that JSON holds."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any], where: str = "the memory's config") -> MemoryConfig:
        """Read what `to_dict` gave; `where` names the file in errors. Raises `ConfigError`."""
        known = {field.name for field in dataclasses.fields(cls)}
        try:
            return cls(**{k: tuple(v) if isinstance(v, list) else v for k, v in data.items() if k in known})
        except (ConfigError, TypeError) as error:
            raise ConfigError("{where}: {error}", where=where, error=error) from error
