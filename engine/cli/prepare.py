"""``bit-llama prepare``: turn text and dialogues into a tokenizer and memory-mapped token files."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from engine.cli.background import add_background
from engine.cli.terminal import ProgressLine


def add_parser(commands: Any) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser("prepare", help="turn text or dialogues into training data", description=__doc__)
    parser.add_argument(
        "inputs", metavar="INPUT", type=Path, nargs="+", help=".txt or .jsonl files, or folders of them"
    )
    parser.add_argument("--out", type=Path, required=True, help="folder for the token files")
    parser.add_argument("--kind", choices=("bpe", "unigram", "bytes"), default="bpe", help="tokenizer (default: bpe)")
    parser.add_argument("--vocab-size", type=int, default=4096, help="entries of a bpe or unigram tokenizer")
    parser.add_argument("--val-fraction", type=float, default=0.05, help="share of the corpus that is held out")
    parser.add_argument(
        "--tokenizer", type=Path, help="a tokenizer.json, or a model that has one, to use instead of training one"
    )
    add_background(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Prepare the corpus and print what was made."""
    from engine.train.prepare import prepare

    line = ProgressLine()
    try:
        report = prepare(
            args.inputs,
            args.out,
            args.kind,
            args.vocab_size,
            args.val_fraction,
            args.tokenizer,
            _progress_lines() if args.background else lambda what, done: line.show(f"{what} {done:.0%}"),
        )
    finally:
        line.clear()
    print(report.render())
    return 0


def _progress_lines() -> Callable[[str, float], None]:
    """Progress for a program that reads along: a line of JSON whenever another percent is done."""
    last: list[object] = []

    def tell(what: str, done: float) -> None:
        now = [what, int(100 * done)]
        if now != last:
            last[:] = now
            print(json.dumps({"doing": what, "done": round(done, 4)}), flush=True)

    return tell
