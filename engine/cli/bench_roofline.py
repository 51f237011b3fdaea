"""``bit-llama bench roofline``: how fast bodies could be on graphics cards, on paper."""

from __future__ import annotations

import argparse
import json
import math
from typing import Any

CARDS = (300.0, 1000.0, 3300.0)
"""Bandwidths in GB/s: about those of an L4, an RTX 4090 and an H100."""


def add_bench(benches: Any) -> None:
    """Add this bench to those of `bench`."""
    parser = benches.add_parser(
        "roofline",
        help="how fast a graphics card could be, on paper",
        description="Bytes and operations of a token and what they allow. Computed, not measured.",
    )
    parser.add_argument(
        "--bandwidth", metavar="GB/S", type=float, nargs="+", default=list(CARDS),
        help="of the cards (default: 300 1000 3300)",
    )  # fmt: skip
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the costs of a token, and for each card what they allow."""
    from engine.errors import ConfigError
    from engine.runtime.roofline import BANDWIDTH_SHARE, LAUNCH_SECONDS, SIZES, Token

    for bandwidth in args.bandwidth:
        if not (math.isfinite(bandwidth) and bandwidth > 0):
            raise ConfigError(f"--bandwidth is {bandwidth:g}; it must be a number of GB/s above 0.")
    tokens = {name: Token.of(config) for name, config in SIZES.items()}
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
