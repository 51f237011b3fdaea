"""``bit-llama train``: train a model. Ctrl+C, SIGTERM or a closed terminal finish the step and save; --resume goes on
as if never stopped.
"""

from __future__ import annotations

import argparse
import dataclasses
import math
import os
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.cli.background import add_background
from engine.cli.launch import launch
from engine.cli.terminal import Interrupts
from engine.errors import ConfigError
from engine.train.args import TrainArgs
from engine.train.rendezvous import PATIENCE, check_share, rendezvous

if TYPE_CHECKING:
    from engine.train.metrics import TrainStatus

_TYPES = {"int": int, "float": float, "str": str}


def add_parser(commands: Any) -> None:
    """Add this command to the parser; its options are the fields of `TrainArgs`."""
    parser = commands.add_parser("train", help="train a model", description=__doc__)
    for field in dataclasses.fields(TrainArgs):
        parser.add_argument(
            "--" + field.name.replace("_", "-"),
            type=_TYPES[str(field.type)],
            choices=field.metadata["choices"],
            required=field.name == "data",
            help=f"{field.metadata['help']} (default: {field.default!r})".replace("%", "%%"),
        )
    parser.add_argument(
        "--resume",
        action="store_true",
        help="go on from the last checkpoint in --out, with its dials where none are given",
    )
    parser.add_argument(
        "--distributed", type=int, default=0, metavar="RANKS", help="train as this many processes of this machine"
    )
    parser.add_argument(
        "--shard", action="store_true", help="divide the model among the processes of a run, in place of a copy on each"
    )
    parser.add_argument(
        "--rank-timeout", type=float, default=PATIENCE, metavar="SECONDS",
        help=f"how long the processes of a run wait for each other (default: {PATIENCE:g})",
    )  # fmt: skip
    add_background(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Train; 0 also when stopped by Ctrl+C or a signal that ends programs, since everything is saved."""
    train_args = _train_args(args)
    if not (math.isfinite(args.rank_timeout) and args.rank_timeout > 0):
        raise ConfigError(f"--rank-timeout is {args.rank_timeout:g}; it must be a number of seconds above 0.")
    if args.shard and getattr(sys, "frozen", False):
        raise ConfigError(
            "--shard needs parts of torch that no bundle brings; train without it, or install the program with pip."
        )
    if args.shard and train_args.optimizer == "muon":
        raise ConfigError("--optimizer muon needs every matrix whole; train without --shard, or with adamw.")
    if args.distributed:
        return _launch(args, train_args)
    return _train(args, train_args)


def _train_args(args: argparse.Namespace) -> TrainArgs:
    """The dials that were given; at a resume the others are those of the checkpoint, else the defaults."""
    given = {field.name: getattr(args, field.name) for field in dataclasses.fields(TrainArgs)}
    given = {name: value for name, value in given.items() if value is not None}
    if args.resume:
        from engine.train.checkpoint import saved_args

        given = saved_args(Path(given.get("out", TrainArgs.out))) | given
    return TrainArgs(**given)


def _launch(args: argparse.Namespace, train_args: TrainArgs) -> int:
    """Start the ranks of this machine, each as a process that runs `_train`, and wait for them."""
    if args.distributed < 2:
        raise ConfigError(f"--distributed is {args.distributed}; it starts two processes or more.")
    if rendezvous().world > 1:
        raise ConfigError("--distributed starts processes itself; leave it out under torchrun.")
    check_share(train_args.batch_size, args.distributed)
    dials = [f"--{name.replace('_', '-')}={value}" for name, value in vars(train_args).items()]
    dials += [
        f"--rank-timeout={args.rank_timeout}",
        *(f"--{name}" for name in ("resume", "shard") if getattr(args, name)),
    ]
    program = [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "engine.cli"]
    well, lines = launch([*program, "train", *dials], args.distributed)
    for line in lines:
        print(line, file=sys.stderr)
    return 0 if well else 1


def _train(args: argparse.Namespace, train_args: TrainArgs) -> int:
    """Train in this process, by itself or as one rank."""
    import torch

    from engine.train.allocator import keep_freed_memory
    from engine.train.distributed import joined
    from engine.train.training_loop import run_training

    keep_freed_memory()
    if args.background and not train_args.threads:
        torch.set_num_threads(max(1, torch.get_num_threads() - 1))  # a thread that has to wait holds up all others
    place = rendezvous()
    with Interrupts(ends=False) as interrupts, joined(train_args.device, args.rank_timeout, args.shard) as ranks:
        if place.store is not None:
            threading.Thread(target=_stop_when_left, args=(interrupts,), daemon=True).start()

        def tell(status: TrainStatus) -> None:
            try:
                report(status)
            except OSError:  # whoever watched is gone, with the terminal or a pipe: save and end
                interrupts.wanted = True

        result = run_training(train_args, resume=args.resume, stop=interrupts, on_status=tell, ranks=ranks)
    if not ranks.leads:
        return 0
    if not result.finished:
        print(f"Stopped after step {result.step}; everything is saved in {train_args.out}. Go on with --resume.")
    print(f"The model is in {result.folder}.")
    return 0


def _stop_when_left(interrupts: Interrupts) -> None:
    """Want to stop once the process that started this rank closes its pipe, or is gone."""
    while os.read(0, 1):
        pass
    interrupts.wanted = True


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
