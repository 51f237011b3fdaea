"""``bit-llama bench roofline``: how fast a model could be on a graphics card, on paper.

What a token must read, do and launch. Nothing here was measured. A token cannot be faster than the reading of its
bytes, nor than the starts of its kernels.
"""

from __future__ import annotations

import argparse
import json
import math
from dataclasses import dataclass

from engine.errors import ConfigError
from engine.models.config import BitLlamaConfig
from tools.bench.yardsticks import token_bytes

KERNELS_PER_LAYER = 9
"""Launches of one token in a layer of `engine.runtime.cuda_layers`; a test counts them."""
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
"""The models that the roofline is drawn for."""


@dataclass(frozen=True)
class TokenCost:
    """What one token of a model costs, wherever it is computed."""

    weights: int
    """Slow weights in all."""
    bytes: int
    """Read and written: packed weights, head, norms, and fast weights both ways."""
    operations: int
    """Multiplications and additions."""
    kernels: int
    """Launches of the CUDA runtime."""
    least_bytes: float
    """What its ternary weights alone would take at log2(3) bits each: no ternary model of this size can read less."""

    @classmethod
    def of(cls, config: BitLlamaConfig) -> TokenCost:
        """The cost in a model of this config."""
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


def run(args: argparse.Namespace) -> int:
    """Print the costs of a token, and for each card what they allow."""
    for bandwidth in args.bandwidth:
        if not (math.isfinite(bandwidth) and bandwidth > 0):
            raise ConfigError(f"--bandwidth is {bandwidth:g}; it must be a number of GB/s above 0.")
    tokens = {name: TokenCost.of(config) for name, config in SIZES.items()}
    print(f"{'a token of':<22}{'weights, M':>12}{'MB':>10}{'M operations':>14}{'a byte':>8}{'launches':>10}")
    for name, token in tokens.items():
        ratio = token.operations / token.bytes
        print(
            f"{name:<22}{token.weights / 1e6:>12,.1f}{token.bytes / 1e6:>10,.1f}{token.operations / 1e6:>14,.1f}"
            f"{ratio:>8.1f}{token.kernels:>10}"
        )
    rows = []
    print(f"\n{'tokens a second':<22}{'GB/s':>8}{'limit':>12}{'expected':>12}{'any ternary':>14}")
    for name, token in tokens.items():
        for bandwidth in args.bandwidth:
            figures = [f(bandwidth * 1e9) for f in (token.limit, token.expected, token.ternary_limit)]
            limit, expected, ternary = figures
            print(f"{name:<22}{bandwidth:>8,g}{limit:>12,.0f}{expected:>12,.0f}{ternary:>14,.0f}")
            rows.append({"body": name, "bandwidth": bandwidth * 1e9} | dict(
                zip(("limit", "expected", "ternary_limit"), figures, strict=True)
            ))  # fmt: skip
    print(
        f"\nOn paper: expected assumes {BANDWIDTH_SHARE:.0%} of the bandwidth, {LAUNCH_SECONDS * 1e6:g} us a launch;\n"
        "any ternary is what nothing exceeds whose ternary weights take log2(3) bits."
    )
    print(json.dumps({"bench": "roofline", "measured": False, "rows": rows}))
    return 0
