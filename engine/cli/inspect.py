"""``bit-llama inspect``: a card for each model, memory or soul file, with what is wrong if anything is."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from engine.cli import options


def add_parser(commands: Any) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser("inspect", help="say what a model, memory or soul file is", description=__doc__)
    parser.add_argument(
        "paths", metavar="PATH", type=Path, nargs="+", help="model folders, .gguf, .safetensors, .bitt, .soul"
    )
    options.add_memory(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object a line instead")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the cards; 1 when one of them tells of a problem."""
    from engine.io.inspect import inspect_path

    cards = [inspect_path(path, args.memory) for path in args.paths]
    if args.json:
        for card in cards:
            print(json.dumps(card.to_dict(), ensure_ascii=False))
    else:
        print("\n\n".join(card.render().rstrip("\n") for card in cards))
    return 1 if any(card.problems for card in cards) else 0
