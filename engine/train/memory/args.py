"""The dials of `bit-llama memory train`."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.errors import ConfigError
from engine.models.memory_config import MemoryConfig
from engine.models.transformer_config import TransformerConfig

SOURCES, DEPTHS = (8 / 30, 16 / 30), (18 / 30, 25 / 30)
"""Where a memory looks and speaks, as shares of the backbone's blocks: chosen for SmolLM2-135M (docs/memory.md)."""
MOST_KEYS = 1152


@dataclass(frozen=True)
class MemoryTrainArgs:
    """How a memory is trained. Raises `ConfigError` for values that cannot work."""

    minutes: float = field(default=110.0, metadata={"help": "time that the training may take"})
    recall_share: float = field(default=0.3, metadata={"help": "share of the time in which the memory learns alone"})
    rate: float = field(default=5e-4, metadata={"help": "learning rate at the beginning"})
    situations: int = field(default=3500, metadata={"help": "situations kept ready at most"})
    most_told: int = field(default=80, metadata={"help": "things told in a life at most"})
    heads: int = field(default=1, metadata={"help": "matrices of fast weights"})
    keys: int = field(default=0, metadata={"help": "width of a key (0: by the backbone)"})
    seed: int = field(default=0, metadata={"help": "of all choices"})

    def __post_init__(self) -> None:
        for name, low, high in (
            ("minutes", 0.05, 1e5),
            ("recall_share", 0.0, 0.95),
            ("rate", 1e-7, 1.0),
            ("situations", 8, 10**6),
            ("most_told", 2, 1000),
            ("heads", 1, 64),
            ("keys", 0, 1 << 14),
        ):
            value = getattr(self, name)
            if not low <= value <= high:
                raise ConfigError(
                    "--{name} is {value}; it must be from {low:g} to {high:g}.",
                    name=name.replace("_", "-"),
                    value=value,
                    low=low,
                    high=high,
                )

    def memory_config(self, backbone: TransformerConfig, stream_norms: tuple[float, ...]) -> MemoryConfig:
        """The shape of a memory for this backbone."""
        sources, depths = self.places(backbone)
        keys = self.keys or min(MOST_KEYS, len(sources) * backbone.hidden_dim)
        return MemoryConfig(
            backbone.hidden_dim,
            sources,
            depths,
            self.heads,
            max(1, keys // self.heads),
            max(1, backbone.hidden_dim // self.heads),
            stream_norms=stream_norms,
        )

    def places(self, backbone: TransformerConfig) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Sources and depths in a backbone of any number of blocks."""
        blocks = backbone.num_layers
        sources = tuple(sorted({round(share * blocks) for share in SOURCES}))
        depths = tuple(sorted({max(sources[-1], min(blocks - 1, round(share * blocks))) for share in DEPTHS}))
        return sources, depths
