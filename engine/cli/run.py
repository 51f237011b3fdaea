"""``bit-llama run``: one completion of a prompt."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from engine.cli import options
from engine.cli.terminal import Interrupts, printable, without_mark


def add_parser(commands: Any) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser("run", help="complete a prompt", description=__doc__, allow_abbrev=False)
    parser.add_argument("model", metavar="MODEL", type=Path, help="a model folder, .gguf, .safetensors or .bitt")
    parser.add_argument("prompt", metavar="PROMPT", help="the text to go on from; - reads it from the input")
    options.add_memory(parser)
    options.add_device(parser)
    options.add_sampling(parser, length=100)
    parser.add_argument("--stop", metavar="TEXT", action="append", default=[], help="end before this text; repeatable")
    parser.add_argument(
        "--soul-file", metavar="FILE", type=Path, help="begin as the soul in this file, which is not changed"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write the completion to the standard output; 130 when Ctrl+C cut it short."""
    from engine.llama import Llama

    options.sampling(args)
    options.at_least_one(args.max_tokens, "--max-tokens")
    llama = Llama.load_auto(options.model_path(args), args.device, args.threads, args.memory)
    if args.soul_file is not None:
        llama.load_soul(args.soul_file)
    prompt = without_mark(sys.stdin.read()) if args.prompt == "-" else args.prompt
    clean = printable if sys.stdout.isatty() else str
    with Interrupts() as stop:
        llama.stream_completion(
            prompt,
            args.max_tokens,
            args.temp,
            lambda piece: print(clean(piece), end="", flush=True),
            top_k=args.top_k,
            top_p=args.top_p,
            repetition_penalty=args.repetition_penalty,
            beams=args.beams,
            seed=args.seed,
            stop=args.stop,
            cancel=stop,
        )
    print()
    return 130 if stop.wanted else 0
