"""``bit-llama soul log`` and ``bit-llama soul forget``: what was said, and taking it back."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from engine.cli import options
from engine.cli.terminal import Interrupts, ProgressLine, printable, without_mark
from engine.errors import ConfigError
from engine.text.folding import fold

if TYPE_CHECKING:
    from engine.session.forgetting import ForgetPlan

_WIDTH = 100


def add_actions(action: Callable[[str, Any, str], argparse.ArgumentParser]) -> None:
    """Add these actions to ``soul``."""
    log = action("log", _log, "what this soul heard and said, with the ids that `forget` takes")
    log.add_argument("--find", metavar="TEXT", help="only messages that hold this text")
    log.add_argument("--last", metavar="N", type=int, default=40, help="how many of the newest (default: 40)")
    forget = action("forget", _forget, "take messages out of the log and out of every soul that lived them")
    forget.add_argument("id", metavar="ID", nargs="*", help="messages, from `soul log`; each goes with its reply")
    forget.add_argument("--conversation", metavar="ID", help="all messages of this conversation")
    forget.add_argument("--yes", action="store_true", help="do not ask")
    forget.add_argument("--also-pinned", action="store_true", help="delete pinned kept souls that have lived them, too")
    options.add_device(forget)


def _log(args: argparse.Namespace) -> int:
    from engine.io.conversation_log import ConversationLog
    from engine.session.history import heard_by
    from engine.session.soul_registry import SoulRegistry

    workspace = options.open_workspace(args)
    weights = options.soul_weights(args)
    store = SoulRegistry(workspace, weights.fast_config, weights.fingerprint).store(args.soul)
    active, log = store.load_active(), ConversationLog(workspace.memories)
    entries = heard_by(log.entries(), store.key, active.meta.history if active else [])
    found = [entry for entry in entries if not args.find or fold(args.find) in fold(entry.text)]
    for entry in found[-options.at_least_one(args.last, "--last") :]:
        text = " ".join(printable(entry.text).split())
        text = text if len(text) <= _WIDTH else text[: _WIDTH - 1] + "…"
        print(f"{entry.id}  {entry.timestamp:.16}  {entry.conversation:.8}  {entry.role:<9} {text}".rstrip())
    for problem in log.problems:
        print(problem, file=sys.stderr)
    if not found:
        print("Nothing was said." if not args.find else "No message holds this text.")
    return 0


def _forget(args: argparse.Namespace) -> int:
    from engine.runtime.base import Cancelled

    if not args.id and not args.conversation:
        raise ConfigError("Name messages by their ids (`bit-llama soul log` shows them), or a --conversation.")
    with options.open_mind(args) as mind:
        ids = list(args.id)
        if args.conversation:
            told = [e.id for e in mind.log.entries() if e.conversation.startswith(args.conversation)]
            if not told:
                raise ConfigError(f"There is no conversation {args.conversation!r}; `bit-llama soul log` shows them.")
            ids += told
        plan = mind.forget_plan(*ids, pinned_too=args.also_pinned)
        print(_cost(plan))
        if not args.yes and not _agreed():
            print("Nothing was changed.")
            return 1
        line = ProgressLine(sys.stderr)
        with Interrupts() as stop:
            try:
                mind.forget(plan, stop, lambda share: line.show(f"living it again  {share:4.0%}"))
            except Cancelled:
                line.clear()
                print("Stopped; nothing was changed.")
                return 130
        line.clear()
        print(f"Forgotten. Level {mind.level:,}.")
    return 0


def _cost(plan: ForgetPlan) -> str:
    """What will happen, in lines for a person."""
    lines = [f"{options.counted(len(plan.reduced.gone), 'message')} leave the log, replies among them:"]
    lines += [f"  {entry.role:<9} {' '.join(printable(entry.text).split())[:_WIDTH]}" for entry in plan.reduced.gone]
    for one in plan.rebuilds:
        start = f"from {one.start.event} {one.start.id[:8]}" if one.start else "from its birth"
        lines.append(
            f"The soul {one.store.name!r} is made anew {start}: {options.counted(one.turns, 'exchange')} and "
            f"{options.counted(one.nights, 'night')} to live again, {options.counted(one.tokens, 'token')}."
        )
    if plan.rebuilds:
        lines.append(f"This takes about {plan.seconds:.1f} s.")
    else:
        lines.append("No soul has lived it, so none changes.")
    for what, moments in (("are deleted or made anew", plan.deleted), ("stay, since they are pinned", plan.stale)):
        if moments:
            names = ", ".join(f"{moment.called} ({moment.event})" for _, moment in moments)
            lines.append(f"Kept souls that have lived it and {what}: {names}.")
    if plan.elsewhere:
        names = ", ".join(plan.elsewhere)
        lines.append(f"The same messages stay with souls that they were moved to or from: {names}.")
    return "\n".join(lines)


def _agreed() -> bool:
    try:
        return without_mark(input("Forget this for good? [y/N] ")).strip().casefold() in ("y", "yes")
    except EOFError:
        return False
