"""`python -m tools.companion generate --out DIR --lives N --seed S`: writes training dialogues."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from engine.errors import BitLlamaError
from tools.companion.recipe import MIXES, generate


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.companion", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    make = commands.add_parser("generate", help="write dialogues as JSON lines, one life a line")
    make.add_argument("--out", type=Path, required=True, help="the folder to write to; the file is named by the split")
    make.add_argument("--lives", type=int, default=1000, help="how many lives (default 1000)")
    make.add_argument("--seed", type=int, default=1, help="another seed gives other lives (default 1)")
    make.add_argument(
        "--split", choices=("train", "test"), default="train", help="test: wordings and values never trained on"
    )
    make.add_argument("--mix", choices=tuple(MIXES), default="mixed", help="what kinds of lives (default mixed)")
    args = parser.parse_args(argv)
    start = time.perf_counter()
    try:
        written = generate(args.out, args.lives, args.seed, args.split, args.mix)
    except BitLlamaError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    seconds = time.perf_counter() - start
    sys.stdout.write(
        f"{written.path}: {written.lives:,} lives, {written.messages:,} messages, {written.characters:,} characters "
        f"({written.characters / written.lives:,.0f} a life) in {seconds:.1f} s\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
