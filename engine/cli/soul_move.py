"""``bit-llama soul move``: what was said to a soul of one model is learned by a new soul of another."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.cli import options
from engine.cli.terminal import Interrupts, ProgressLine, printable

if TYPE_CHECKING:
    from engine.session.move import MoveReport

_WIDTH = 100


def add_action(actions: Any) -> None:
    """Add this action to ``soul``."""
    text = "learn what was said to a soul in another model, as a new soul that wakes there; this one stays as it is"
    parser = actions.add_parser("move", help=text, description=text)
    parser.add_argument(
        "--to", dest="target", metavar="MODEL", type=Path, required=True,
        help="the other model, named as in chat: one with a memory",
    )  # fmt: skip
    parser.add_argument(
        "--from", "--model", dest="model", metavar="MODEL", type=Path, help="whose soul it is (default: as in chat)"
    )
    parser.add_argument("--name", metavar="NAME", default="", help="of the new soul (default: that of the former one)")
    options.add_memory(parser)
    parser.add_argument(
        "--from-memory", metavar="FILE", default="auto", help="the memory of the model that it is moved from"
    )
    options.add_workspace(parser)
    options.add_device(parser)
    options.add_sleep(parser)
    parser.set_defaults(run=_move)


def _move(args: argparse.Namespace) -> int:
    """0 when it was moved, 3 when the night was refused, 130 when it was stopped; in the last two nothing changed."""
    from engine.io.conversation_log import ConversationLog
    from engine.llama import Llama
    from engine.session.default_model import named_model
    from engine.session.move import move_soul
    from engine.session.soul_registry import SoulRegistry
    from engine.sleep import make_settings

    settings = make_settings(**options.sleep_settings(args))
    target_memory, args.memory = args.memory, args.from_memory
    workspace = options.open_workspace(args)
    weights = options.soul_weights(args)
    line = ProgressLine(sys.stderr)
    with workspace.lock():
        registry = SoulRegistry(workspace, weights.fast_config, weights.fingerprint)
        store = registry.existing(args.soul) if args.soul else registry.store()
        former = registry.name_of(store.name)
        target = Llama.load_auto(named_model(args.target), args.device, args.threads, target_memory)
        with Interrupts() as stop:
            report = move_soul(
                workspace, ConversationLog(workspace.memories), registry, store, target, args.name, settings, stop,
                lambda progress: line.show(options.progress_text(progress)),
            )  # fmt: skip
    line.clear()
    if report.night.woken:
        print("Stopped; nothing was changed.")
        return 130
    if report.soul is None:
        print(printable(_table(report)))
        print(f"The night was rejected, so nothing was moved. {report.night.why} A higher --drift-limit allows more.")
        return 3
    print(printable(_told(report, former)))
    return 0


def _told(report: MoveReport, former: str) -> str:
    """What came along and what did not, fact by fact."""
    asked = len(report.known) + len(report.lost)
    told = (
        f"Moved {options.counted(report.night.entries, 'message')} in {report.night.seconds:.1f} s: of "
        f"{options.counted(asked, 'fact')} that were read it knows {len(report.known)}. The soul {report.name!r} wakes "
        f"in this model from now on; {former!r}, which it comes from, is as it was. {report.night.note}"
    )
    return "\n".join(filter(None, (_table(report), told.rstrip())))


def _table(report: MoveReport) -> str:
    """Every fact, asked before and after, and the messages in which none was read."""
    lines = [table] if (table := options.report_table(report.night)) else []
    if report.unread:
        lines.append("No fact was read in these messages:")
        lines += [f"    {' '.join(entry.text.split())[:_WIDTH]}" for entry in report.unread]
    return "\n".join(lines)
