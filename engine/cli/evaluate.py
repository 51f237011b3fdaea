"""``bit-llama evaluate``: how well a model foretells held-out data, or the text of a file."""

from __future__ import annotations

import argparse
import json
import math
from pathlib import Path
from typing import Any

from engine.cli import options

_DATA_CONTEXT = 128


def add_parser(commands: Any) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser("evaluate", help="measure the held-out loss of a model", description=__doc__)
    parser.add_argument("model", metavar="MODEL", type=Path, help="a model folder, .gguf, .safetensors or .bitt")
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--data", type=Path, help="folder made by `bit-llama prepare`; for a BitLlama")
    source.add_argument("--text", metavar="FILE", type=Path, help="a text file, for any model")
    parser.add_argument(
        "--context", metavar="N", type=int, default=0,
        help=f"tokens of a window that begins anew (default: {_DATA_CONTEXT} of --data; of --text as many as it can)",
    )  # fmt: skip
    parser.add_argument("--limit", metavar="N", type=int, default=0, help="at most this many tokens; 0: all")
    options.add_memory(parser)
    options.add_device(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print a table, then one JSON line."""
    from engine.errors import ConfigError

    if args.context < 0 or args.limit < 0:
        raise ConfigError("--context and --limit must be 0 or more.")
    return _of_text(args) if args.text is not None else _of_data(args)


def _of_text(args: argparse.Namespace) -> int:
    """Perplexity of a text in windows that each begin anew."""
    from engine.errors import ConfigError
    from engine.io import strict_json
    from engine.llama import Llama
    from engine.runtime.scoring import window_losses

    llama = Llama.load_auto(options.model_path(args), args.device, args.threads, args.memory)
    ids = llama.tokenizer.encode(strict_json.read_text(args.text))
    ids = ids[: args.limit] if args.limit else ids
    if len(ids) < 2:
        raise ConfigError("{path} has fewer than two tokens; there is nothing to foretell.", path=args.text)
    losses = window_losses(llama.runtime, ids, args.context)
    loss = float(losses.mean())
    print(f"{len(ids):,} tokens of {args.text}: loss {loss:.4f} nats, perplexity {math.exp(loss):.3f}")
    print(json.dumps({"loss": loss, "perplexity": math.exp(loss), "tokens": len(ids), "scored": len(losses)}))
    return 0


def _of_data(args: argparse.Namespace) -> int:
    """Loss of a BitLlama, newborn in every window and over one pass that is never reset."""
    from engine.models.bitllama import BitLlama
    from engine.train.checkpoint import load_trained
    from engine.train.data import TokenData
    from engine.train.evaluate import check_held_out, evaluate

    context = args.context or _DATA_CONTEXT
    body = load_trained(args.model)
    data = TokenData.open(args.data)
    data.require_tokenizer_of(body)
    kind = data.meta["kind"]
    check_held_out(data.val, kind, context, args.limit, ("--context", "--limit"))
    result = evaluate(BitLlama.from_body(body), data.val, kind, context=context, limit=args.limit)
    unit = f"every window of {context} tokens" if kind == "text" else "every document"
    print(f"{'state':<44}{'loss (nats)':>12}{'perplexity':>12}")
    for name, loss in ((f"newborn in {unit}", result.fresh), ("carried, never reset", result.carried)):
        print(f"{name:<44}{loss:>12.4f}{math.exp(loss):>12.2f}")
    print(json.dumps({"fresh": result.fresh, "carried": result.carried, "tokens": result.tokens, "kind": kind}))
    return 0
