"""Which layers lie on a graphics card: as many whole ones as its free memory takes, the first of them on the processor.

The first and not the last, so that what crosses between the two is one vector a token, once.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from engine.models.config import BitLlamaConfig
from engine.ops.delta_rule.chunk import CHUNK
from engine.ops.ternary.ternary2 import packed_width

RESERVE = 384 << 20
"""Bytes left alone: compiled kernels, the captured graph, what torch keeps for itself."""
SNAPSHOTS = 3
"""States that lie beside the living one: before an answer, before a night, and one being made."""


@dataclass(frozen=True)
class Placement:
    """How many layers lie where, and the bytes on which that was decided."""

    on_processor: int
    """The first layers, computed by torch."""
    on_card: int
    """The layers after them, with the final norm and the head."""
    needed: int
    """Bytes that the whole model would need on the card."""
    free: int
    """Bytes that were free."""

    @property
    def text(self) -> str:
        """The placement as the end of a sentence, for a person."""
        if not self.on_processor:
            return f"all {self.on_card} layers on it"
        return (
            f"{self.on_card} of {self.on_card + self.on_processor} layers on it and the first {self.on_processor} on "
            f"the processor, since the model needs {size(self.needed)} and {size(self.free)} of its memory is free"
        )


def size(count: int) -> str:
    """Bytes for a person: ``1.5 GB``, ``300 MB``."""
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.0f} MB"


def layer_bytes(config: BitLlamaConfig) -> int:
    """Bytes of one layer on the card: packed weights with a scale a row, the rest in float32, and its states."""
    total = 0
    for name, spec in config.tensor_specs().items():
        if name.startswith("layers.0."):
            rows = spec.shape[0]
            total += rows * (packed_width(spec.shape[1]) + 4) if spec.ternary else 4 * math.prod(spec.shape)
    ring = 3 * config.num_heads * config.fast_dim * config.conv_kernel if config.ttt_variant == "linear" else 0
    return total + 4 * (1 + SNAPSHOTS) * (math.prod(config.fast_shape) + ring)


def shared_bytes(config: BitLlamaConfig, chunk: int, head: int) -> int:
    """Bytes on the card that do not depend on the number of layers: `head`, final norm, and the room of a chunk."""
    head += 4 * (config.hidden_dim + 2 * config.vocab_size)
    width = 3 * config.num_heads * config.fast_dim
    room = chunk * (4 * config.hidden_dim + 4 * config.mlp_dim + 6 * width) * 4 + chunk * config.vocab_size * 4
    parts = math.ceil(chunk / CHUNK)  # the delta rule keeps the fast weights that each of them meets
    return head + room + 4 * parts * math.prod(config.fast_shape)


def place(config: BitLlamaConfig, free: int, chunk: int, head: int) -> Placement:
    """As many layers on the card as `free` bytes take beside a head of `head` bytes; `on_card` is 0 where none does."""
    each, shared = layer_bytes(config), shared_bytes(config, chunk, head) + RESERVE
    on_card = max(0, min(config.num_layers, (free - shared) // each))
    return Placement(config.num_layers - on_card, on_card, shared + each * config.num_layers, free)
