"""``bit-llama sleep``: replay what was said since the last sleep, so that it stays. Ctrl+C wakes."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from engine.cli import options
from engine.cli.terminal import Interrupts, ProgressLine


def add_parser(commands: Any) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser("sleep", help="replay what was said since the last sleep", description=__doc__)
    options.add_model(parser)
    options.add_workspace(parser)
    options.add_device(parser)
    options.add_sleep(parser)
    parser.add_argument(
        "--whole", action="store_true", help="keep all or nothing: when woken, the soul is the one of before"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Sleep once; 130 when it was woken."""
    line = ProgressLine(sys.stderr)
    with options.open_mind(args) as mind:
        if not mind.waiting(args.sleep_replies):
            print("Nothing to sleep on: nothing was said since the last sleep.")
            return 0
        with Interrupts() as wake:
            report = mind.sleep(
                lambda progress: line.show(options.progress_text(progress)),
                wake,
                keep=not args.whole,
                **options.sleep_settings(args),
            )
    line.clear()
    print(options.report_text(report))
    return 130 if report.woken else 0
