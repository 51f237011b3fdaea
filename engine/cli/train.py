"""``bit-llama train``: train a body. Ctrl+C finishes the step and saves; --resume goes on as if never stopped."""

from __future__ import annotations

import argparse
import dataclasses
from typing import TYPE_CHECKING, Any

from engine.cli.terminal import Interrupts
from engine.train.args import TrainArgs

if TYPE_CHECKING:
    from engine.train.training_loop import TrainStatus

_TYPES = {"int": int, "float": float, "str": str}


def add_parser(commands: Any) -> None:
    """Add this command to the parser; its options are the fields of `TrainArgs`."""
    parser = commands.add_parser("train", help="train a body", description=__doc__)
    for field in dataclasses.fields(TrainArgs):
        parser.add_argument(
            "--" + field.name.replace("_", "-"),
            type=_TYPES[str(field.type)],
            default=field.default,
            choices=field.metadata["choices"],
            required=field.name == "data",
            help=f"{field.metadata['help']} (default: {field.default!r})".replace("%", "%%"),
        )
    parser.add_argument("--resume", action="store_true", help="go on from the last checkpoint in --out")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Train; 0 also when stopped by Ctrl+C, since everything is saved."""
    names = [field.name for field in dataclasses.fields(TrainArgs)]
    train_args = TrainArgs(**{name: getattr(args, name) for name in names})
    from engine.train.training_loop import run_training

    with Interrupts() as interrupts:
        result = run_training(train_args, resume=args.resume, stop=interrupts, on_status=report)
    if not result.finished:
        print(f"Stopped after step {result.step}; everything is saved in {train_args.out}. Go on with --resume.")
    print(f"The body is in {result.folder}.")
    return 0


def report(status: TrainStatus) -> None:
    """One line on how the run stands."""
    minutes, seconds = divmod(int(status.seconds_left), 60)
    line = (
        f"step {status.step:>6}/{status.steps}  loss {status.loss:.4f}  lr {status.learning_rate:.2e}  "
        f"{status.tokens_per_second:,.0f} tok/s  {minutes}:{seconds:02} left"
    )
    if status.val_loss is not None:
        line += f"  held out {status.val_loss:.4f}"
    if status.val_carried is not None:
        line += f" (carried {status.val_carried:.4f})"
    print(line, flush=True)
