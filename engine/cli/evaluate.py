"""``bit-llama evaluate``: held-out loss of a body, newborn in every window and over one pass that is never reset."""

from __future__ import annotations

import argparse
import json
import math
from pathlib import Path
from typing import Any


def add_parser(commands: Any) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser("evaluate", help="measure the held-out loss of a body", description=__doc__)
    parser.add_argument("model", metavar="MODEL", type=Path, help="a model folder, .safetensors or .bitt")
    parser.add_argument("--data", type=Path, required=True, help="folder made by `bit-llama prepare`")
    parser.add_argument("--context", type=int, default=128, help="tokens of a window that begins newborn")
    parser.add_argument("--limit", type=int, default=0, help="at most this many held-out tokens; 0: all")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print a table, then one JSON line."""
    from engine.errors import ConfigError
    from engine.models.bitllama import BitLlama
    from engine.train.checkpoint import load_trained
    from engine.train.data import TokenData
    from engine.train.evaluate import check_held_out, evaluate

    if args.context < 1 or args.limit < 0:
        raise ConfigError("--context must be 1 or more and --limit 0 or more.")
    body = load_trained(args.model)
    data = TokenData.open(args.data)
    data.require_tokenizer_of(body)
    kind = data.meta["kind"]
    check_held_out(data.val, kind, args.context, args.limit, ("--context", "--limit"))
    result = evaluate(BitLlama.from_body(body), data.val, kind, context=args.context, limit=args.limit)
    unit = f"every window of {args.context} tokens" if kind == "text" else "every document"
    print(f"{'state':<44}{'loss (nats)':>12}{'perplexity':>12}")
    for name, loss in ((f"newborn in {unit}", result.fresh), ("carried, never reset", result.carried)):
        print(f"{name:<44}{loss:>12.4f}{math.exp(loss):>12.2f}")
    print(json.dumps({"fresh": result.fresh, "carried": result.carried, "tokens": result.tokens, "kind": kind}))
    return 0
