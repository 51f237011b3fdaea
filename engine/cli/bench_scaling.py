"""``bit-llama bench scaling``: what it would take to train a billion weights on many cards, on paper."""

from __future__ import annotations

import argparse
import json
import math
from typing import Any

CARDS = (1, 8, 64, 256, 1024)


def add_bench(benches: Any) -> None:
    """Add this bench to those of `bench`."""
    parser = benches.add_parser(
        "scaling",
        help="training on many cards, on paper",
        description="Memory of a card, bytes between cards and the time they allow, for a body of a billion weights. "
        "Computed, not measured.",
    )
    parser.add_argument("--cards", metavar="N", type=int, nargs="+", default=list(CARDS), help="how many")
    parser.add_argument("--speed", metavar="TFLOP/S", type=float, default=312.0, help="of a card (default: 312)")
    parser.add_argument("--memory", metavar="GB", type=float, default=80.0, help="of a card (default: 80)")
    parser.add_argument("--wire", metavar="GB/S", type=float, default=25.0, help="that a card sends (default: 25)")
    parser.add_argument("--tokens", metavar="N", type=float, default=1e11, help="of the run (default: 1e11)")
    parser.add_argument("--step-tokens", metavar="N", type=int, default=1 << 21, help="of a step (default: 2097152)")
    parser.add_argument("--context", metavar="N", type=int, default=1024, help="tokens of a segment (default: 1024)")
    parser.add_argument("--streams", metavar="N", type=int, default=2, help="of a micro-batch on a card (default: 2)")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print a line for every number of cards, with copies and divided, then one line of JSON."""
    from engine.errors import ConfigError
    from engine.train.scaling import BILLION, REACHED, STATE_BYTES, Card, kept_by_block, step

    given = {name: getattr(args, name) for name in ("speed", "memory", "wire", "tokens", "step_tokens", "context")}
    for name, value in (given | {"streams": args.streams, "cards": min(args.cards)}).items():
        if not (math.isfinite(value) and value > 0):
            raise ConfigError(f"--{name.replace('_', '-')} is {value:g}; it must be a number above 0.")
    card = Card(args.speed * 1e12, args.memory * 1e9, args.wire * 1e9)
    rows: list[dict[str, Any]] = []
    print(
        f"{'':<10}{'cards':>7}{'GB a card':>11}{'state':>8}{'kept':>8}{'GB sent':>10}{'computing':>11}"
        f"{'on the wire':>13}{'efficiency':>14}{'days':>17}"
    )
    kept = kept_by_block(BILLION, args.context)
    for sharded in (False, True):
        for cards in args.cards:
            if sharded and cards == 1:
                continue
            one = step(
                BILLION, card, cards, tokens=args.step_tokens, context=args.context, streams=args.streams, kept=kept,
                sharded=sharded,
            )  # fmt: skip
            days = [args.tokens / args.step_tokens * seconds / 86400 for seconds in one.seconds]
            low, high = one.efficiency
            short = "" if one.memory <= card.memory else "  too large"
            print(
                f"{'divided' if sharded else 'copies':<10}{cards:>7,}{one.memory / 1e9:>11.1f}{one.state / 1e9:>8.1f}"
                f"{one.activations / 1e9:>8.1f}{one.sent / 1e9:>10.1f}{one.compute:>9.2f} s{one.exchange:>11.2f} s"
                f"{f'{low:.0%} - {high:.0%}':>14}{f'{days[0]:.1f} - {days[1]:.1f}':>17}{short}"
            )
            rows.append({"cards": cards, "sharded": sharded, **vars(one), "memory": one.memory, "days": days})
    print(
        f"\n{BILLION.num_parameters / 1e9:.2f} billion weights of {STATE_BYTES} bytes, {args.tokens:,.0f} tokens in "
        f"steps of {args.step_tokens:,}.\nOn paper: products reach {REACHED:.0%} of the nominal speed. "
        "Of two figures one is for computing and wire that overlap\nwholly, the other for none that do."
    )
    print(json.dumps({"bench": "scaling", "measured": False, "rows": rows}))
    return 0
