"""Options that several commands share, and what they mean in the engine."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import ConfigError

if TYPE_CHECKING:
    from engine.io.model_file import AnyWeights
    from engine.session.memory_session import MemorySession, SleepProgress, SleepReport
    from engine.session.workspace import Workspace
    from engine.text.sampling import SamplingParams

_SLEEP = ("method", "rate", "passes", "replies", "older", "drift_limit", "seed")


def add_model(parser: argparse.ArgumentParser, option: bool = False) -> None:
    """The model, `default_model` where none is named: an argument, or with `option` ``--model``."""
    text = (
        "a model folder, .gguf, .safetensors or .bitt; or companion or smollm2, which come with the program "
        "(default: the one of the two that was used last, or that can talk best)"
    )
    if option:
        parser.add_argument("--model", metavar="MODEL", type=Path, help=text)
    else:
        parser.add_argument("model", metavar="MODEL", type=Path, nargs="?", help=text)
    add_memory(parser)


def add_memory(parser: argparse.ArgumentParser) -> None:
    """The memory of a transformer."""
    parser.add_argument(
        "--memory", metavar="FILE", default="auto",
        help="a transformer's memory; none: without (default: NAME.memory.safetensors beside the model, or the "
        "one that comes with the program, where it belongs to the model)",
    )  # fmt: skip


def soul_weights(args: argparse.Namespace) -> AnyWeights:
    """The weights of the model that was named, for its souls; none is compared with the config.

    Raises `ConfigError` for a model that has no souls, and what `open_model` raises.
    """
    from engine.io.model_file import open_model

    weights = open_model(model_path(args), check=False, memory=args.memory)
    if weights.fast_config is None:
        raise ConfigError(
            "{model} has no memory of its own, so it has no soul and cannot learn.", model=str(weights.path)
        )
    return weights


def add_workspace(parser: argparse.ArgumentParser) -> None:
    """Where memories and souls are."""
    group = parser.add_mutually_exclusive_group()
    group.add_argument(
        "--workspace", metavar="FOLDER", type=Path, help="where memories and souls are kept (default: per user)"
    )
    group.add_argument("--portable", action="store_true", help="keep the workspace beside the program")
    parser.add_argument("--soul", metavar="NAME", help="which soul of this model (default: the one used last)")


def add_device(parser: argparse.ArgumentParser) -> None:
    """Who computes."""
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:1 or mps (default: auto)")
    parser.add_argument("--threads", metavar="N", type=int, help="processor threads (default: as many as help)")


def add_sampling(parser: argparse.ArgumentParser, length: int, beams: int = 1) -> None:
    """How text is chosen."""
    group = parser.add_argument_group("how text is chosen")
    group.add_argument("--temp", metavar="X", type=float, default=0.2, help="0 = always the likeliest (default: 0.2)")
    group.add_argument("--top-k", metavar="K", type=int, default=0, help="only the K likeliest tokens (default: all)")
    group.add_argument("--top-p", metavar="P", type=float, default=1.0, help="only the likeliest that reach P together")
    group.add_argument("--repetition-penalty", metavar="X", type=float, default=1.0, help="above 1: repeat less")
    group.add_argument(
        "--beams", metavar="N", type=int, default=beams, help=f"ways to go on weighed where in doubt (default: {beams})"
    )
    group.add_argument("--seed", metavar="N", type=int, help="the same seed gives the same text")
    group.add_argument(
        "--max-tokens", "--len", metavar="N", type=int, default=length, help=f"the longest text (default: {length})"
    )


def sampling(args: argparse.Namespace) -> SamplingParams:
    """What `add_sampling` was given. Raises `ConfigError`."""
    from engine.text.sampling import SamplingParams

    return SamplingParams(
        temperature=args.temp,
        top_k=args.top_k,
        top_p=args.top_p,
        repetition_penalty=args.repetition_penalty,
        beams=args.beams,
        seed=args.seed,
    )


def model_path(args: argparse.Namespace) -> Path:
    """The model that was named, or that of the workspace. Raises `FileFormatError` where that is missing."""
    from engine.session.default_model import default_model, named_model
    from engine.session.workspace import default_path

    if args.model is not None:
        return named_model(Path(args.model))
    return default_model(args.workspace or default_path(args.portable))


def open_workspace(args: argparse.Namespace) -> Workspace:
    """What `add_workspace` was given. Raises `WorkspaceError`."""
    from engine.session.workspace import Workspace

    return Workspace.open(args.workspace, portable=args.portable)


def open_mind(args: argparse.Namespace) -> MemorySession:
    """The model, its soul and its log."""
    from engine.session.memory_session import MemorySession

    workspace = open_workspace(args)
    return MemorySession.open(workspace, model_path(args), args.device, args.threads, args.soul, args.memory)


def at_least_one(value: int, name: str) -> int:
    """`value` where it is at least 1, else `ConfigError` naming the option."""
    if value < 1:
        raise ConfigError(f"{name} is {value}; it must be at least 1.")
    return value


def add_sleep(parser: argparse.ArgumentParser, prefix: str = "") -> None:
    """How a sleep goes."""
    group = parser.add_argument_group("sleep")
    group.add_argument(
        f"--{prefix}method", dest="sleep_method", choices=("replay", "deep", "both"),
        help="live it again, learn it by gradient descent on the soul, or both (default: deep; see docs/sleep.md)",
    )  # fmt: skip
    group.add_argument(
        f"--{prefix}rate", dest="sleep_rate", metavar="X", type=float,
        help="how much more strongly it learns asleep (default: 1, the best by measurement; see docs/sleep.md)",
    )  # fmt: skip
    group.add_argument(
        f"--{prefix}passes", dest="sleep_passes", metavar="N", type=int, help="how often all is replayed (default: 1)"
    )
    group.add_argument(
        f"--{prefix}replies", dest="sleep_replies", choices=("none", "context", "learn"),
        help="its own answers: left out, read for context, or learned too (default: none)",
    )  # fmt: skip
    group.add_argument(
        f"--{prefix}older", dest="sleep_older", metavar="SHARE", type=float,
        help="messages of former nights that come along, for each new one (default: 0.5)",
    )  # fmt: skip
    group.add_argument(
        f"--{prefix}drift-limit", dest="sleep_drift_limit", metavar="SHARE", type=float,
        help="reject a night by which the loss on other dialogues grew by more (default: 0.08 = 8%%)",
    )  # fmt: skip
    group.add_argument(
        f"--{prefix}seed", dest="sleep_seed", metavar="N", type=int, help="the same seed gives the same night"
    )


def sleep_settings(args: argparse.Namespace) -> dict[str, Any]:
    """What `add_sleep` was given, for `MemorySession.sleep`; what was not named is left to the defaults."""
    given = {name: getattr(args, f"sleep_{name}") for name in _SLEEP}
    return {name: value for name, value in given.items() if value is not None}


def progress_text(progress: SleepProgress) -> str:
    """One line on how far a sleep has come."""
    return (
        f"asleep {progress.fraction:4.0%}  {progress.tokens_per_second:,.0f} tokens/s  "
        f"{progress.seconds_left:,.0f} s left  {progress.line}"
    )


def counted(number: int, noun: str) -> str:
    """``1 message``, ``2 messages``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def report_text(report: SleepReport) -> str:
    """What a sleep did, in a few sentences."""
    if report.verdict == "rejected":
        return f"The night was rejected. {report.why} {report.note}".rstrip()
    if not report.kept and not report.pending:
        return "Woken before anything was replayed to its end; the soul is as it was."
    what = f"{counted(report.entries, 'message')} of {counted(report.conversations, 'conversation')}"
    if report.older:
        what += f" and {counted(report.older, 'message')} of former nights"
    state = "It waits for your decision" if report.pending else f"Level {report.level:,}; the former soul was kept"
    rate = "" if report.rate == 1 else f", {report.rate:g} times as strongly as by default"
    done = "replayed" if report.method == "replay" else "learned"
    lessons = f" and {counted(report.lesson_tokens, 'token')} of lessons" if report.lesson_tokens else ""
    text = (
        f"{'Woken early' if report.woken else 'Slept'}: {done} {what}, reading {counted(report.tokens, 'token')} of "
        f"the log{lessons} in {report.seconds:.1f} s{rate}. {state}."
    )
    if report.rate < report.rate_asked:
        text += f" (A rate of {report.rate_asked:g} would have been unstable in this model.)"
    asked = min(len(report.before.answers), len(report.after.answers))  # who was woken was asked less
    if asked:
        knew, knows = (sum(answer.right for answer in p.answers[:asked]) for p in (report.before, report.after))
        text += f" It knew {knew} of {asked} things, now {knows}."
    return f"{text} {report.note}".rstrip()


def report_table(report: SleepReport) -> str:
    """The probes of a night one by one, and what they come to."""
    lines = []
    for before, after in zip(report.before.answers, report.after.answers, strict=False):
        mark = "+" if after.right else "-"
        asked = f"{after.asked} ..." if after.kind == "cloze" else after.asked
        lines.append(f"  {mark} {asked}  [{after.expected}]  before: {before.said or '-'}  now: {after.said or '-'}")
    rows = [
        ("loss on what was said", report.before.log_loss, report.after.log_loss),
        ("loss on other dialogues", report.before.heldout_loss, report.after.heldout_loss),
    ]
    for name, before_loss, after_loss in rows:
        if before_loss == before_loss and after_loss == after_loss:  # measured, not NaN
            lines.append(f"  {name}: {before_loss:.3f}, now {after_loss:.3f} ({after_loss / before_loss - 1:+.1%})")
    if report.chat_tokens_per_second and report.tokens_per_second:
        times = report.tokens_per_second / report.chat_tokens_per_second
        lines.append(
            f"  replay: {report.tokens_per_second:,.0f} tokens/s, {times:.0f} times the "
            f"{report.chat_tokens_per_second:,.0f} of chatting"
        )
    return "\n".join(lines)


_FORMER_LINEARS = {"fours": "ternary2", "triples": "ternary5in3"}
"""What earlier versions called the ways to pack ternary weights."""


def add_linears(parser: Any, text: str) -> None:
    """``--linears``, and ``--maps`` as it was called in earlier versions."""
    forms = ("ternary2", "ternary5in3")
    parser.add_argument("--linears", choices=forms, help=text)
    parser.add_argument(
        "--maps",
        dest="linears",
        type=lambda form: _FORMER_LINEARS.get(form, form),
        choices=forms,
        help=argparse.SUPPRESS,
    )
