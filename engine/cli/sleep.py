"""``bit-llama sleep``: learn firmly what was said since the last sleep, and show what the night brought.

It runs on a copy of the soul; Ctrl+C wakes.
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

from engine.cli import options
from engine.cli.terminal import Interrupts, ProgressLine, printable

if TYPE_CHECKING:
    from engine.session.memory_session import MemorySession


def add_parser(commands: Any) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser("sleep", help="learn firmly what was said since the last sleep", description=__doc__)
    options.add_model(parser)
    options.add_workspace(parser)
    options.add_device(parser)
    options.add_sleep(parser)
    parser.add_argument(
        "--whole", action="store_true", help="keep all or nothing: when woken, the soul is the one of before"
    )
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--ask", action="store_true", help="show the report first, then ask whether to keep the night")
    group.add_argument("--accept", action="store_true", help="go on as the soul of the night that waits for a decision")
    group.add_argument("--reject", action="store_true", help="let that night go; the soul is as it was before it")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Sleep once, or decide about the night before; 130 when it was woken, 3 when the night was rejected by itself."""
    line = ProgressLine(sys.stderr)
    with options.open_mind(args) as mind:
        if args.accept or args.reject:
            return _decide(mind, args.accept)
        if not mind.waiting():
            print("Nothing to sleep on: nothing was said since the last sleep.")
            return 0
        with Interrupts() as wake:
            report = mind.sleep(
                lambda progress: line.show(options.progress_text(progress)),
                wake,
                decide="ask" if args.ask else "auto",
                keep=not args.whole,
                **options.sleep_settings(args),
            )
        line.clear()
        if table := options.report_table(report):
            print(printable(table))
        print(options.report_text(report))
        if report.pending:
            if not sys.stdin.isatty():
                print("`bit-llama sleep --accept` keeps the night, `bit-llama sleep --reject` lets it go.")
            else:
                _decide(mind, _wanted())
    return 130 if report.woken else 3 if report.verdict == "rejected" else 0


def _wanted() -> bool:
    while True:
        try:
            answer = input("Keep this night? [y/n] ").strip().lower()
        except EOFError:
            return False
        if answer in ("y", "yes", "n", "no"):
            return answer.startswith("y")


def _decide(mind: MemorySession, accept: bool) -> int:
    if accept:
        soul = mind.accept_sleep()
        print(f"Kept: level {soul.meta.level:,}; the former soul was kept too.")
    else:
        mind.reject_sleep()
        print("Let go: the soul is as it was, and what was said goes on waiting for sleep.")
    return 0
