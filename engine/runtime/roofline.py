"""How fast a body could be on a graphics card, on paper: what a token must read, do and launch.

Nothing here was measured. A token cannot be faster than the reading of its bytes, nor than the starts of its kernels.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from engine.models.config import BitLlamaConfig
from engine.runtime.yardsticks import token_bytes

KERNELS_PER_LAYER = 9
"""Launches of one token in a layer of `engine.runtime.card_layers`; a test counts them."""
KERNELS_BESIDE = 6
"""Final norm, head, two of the inner losses, their copy, the count of tokens."""
LAUNCH_SECONDS = 4e-6
"""Assumed for each kernel of a CUDA graph: start, empty and fill the card. An H200 took 3 to 6 microseconds."""
BANDWIDTH_SHARE = 0.7
"""Assumed share of a card's nominal bandwidth that such reading reaches. Not measured."""

SIZES = {
    "256 wide, 8 layers": BitLlamaConfig(16384, 256, 8, 0.5, ttt_variant="linear", num_heads=4),
    "512 wide, 12 layers": BitLlamaConfig(16384, 512, 12, 0.5, ttt_variant="linear", num_heads=4),
    "1024 wide, 24 layers": BitLlamaConfig(16384, 1024, 24, 0.5, ttt_variant="linear", num_heads=4),
    "7 billion weights": BitLlamaConfig(
        32000, 4096, 32, 0.5, ttt_variant="linear", num_heads=32, intermediate_dim=11776
    ),
}
"""The bodies that the roofline is drawn for."""


@dataclass(frozen=True)
class Token:
    """What one token of a body costs, wherever it is computed."""

    weights: int
    """Slow weights in all."""
    bytes: int
    """Read and written: packed weights, head, norms, and fast weights both ways."""
    operations: int
    """Multiplications and additions."""
    kernels: int
    """Launches of the CUDA runtime."""
    least_bytes: float
    """What its ternary weights alone would take at log2(3) bits each: no ternary body of this size can read less."""

    @classmethod
    def of(cls, config: BitLlamaConfig) -> Token:
        """The cost in a body of this config."""
        specs = config.tensor_specs()
        ternary = sum(math.prod(s.shape) for s in specs.values() if s.ternary)
        head = config.vocab_size * config.hidden_dim
        fast = config.num_layers * math.prod(config.fast_shape)
        conv = sum(math.prod(s.shape) for name, s in specs.items() if "conv" in name or "rate.weight" in name)
        # A product is two operations a weight; the fast weights are multiplied by k, changed, and multiplied by q.
        operations = 2 * (ternary + head + conv) + 6 * fast
        kernels = KERNELS_PER_LAYER * config.num_layers + KERNELS_BESIDE
        least = ternary * math.log2(3) / 8
        return cls(config.num_parameters, token_bytes(config), operations, kernels, least)

    def limit(self, bandwidth: float) -> float:
        """Tokens a second that reading `bytes` at `bandwidth` (bytes a second) allows."""
        return bandwidth / self.bytes

    def ternary_limit(self, bandwidth: float) -> float:
        """Tokens a second that no program exceeds with ternary weights of this number at `bandwidth`."""
        return bandwidth / self.least_bytes

    def expected(self, bandwidth: float) -> float:
        """Tokens a second under the two assumptions: bandwidth reached in part, and a time for each launch."""
        return 1 / (self.bytes / (BANDWIDTH_SHARE * bandwidth) + self.kernels * LAUNCH_SECONDS)
