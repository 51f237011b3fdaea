"""A small training run as ranks call it, and what is read from it afterwards."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
from pathlib import Path

import numpy as np

from engine.io.tensors import TensorFile
from engine.train import checkpoint
from engine.train.args import TrainArgs
from engine.train.distributed import joined
from engine.train.training_loop import run_training

SMALL = TrainArgs(
    dim=16, layers=2, heads=2, context_len=16, batch_size=4, grad_accum=2, lr=3e-3, warmup_steps=5, steps=50,
    eval_interval=50, eval_tokens=200, log_interval=1, save_interval=10, reset_prob=0.3, activation_bits=32,
    gate_weight=0.1, device="cpu", threads=1,
)  # fmt: skip


def at(args: TrainArgs, data: Path, out: Path) -> TrainArgs:
    return dataclasses.replace(args, data=str(data), out=str(out))


@dataclasses.dataclass(frozen=True)
class Fate:
    """What becomes of one rank before one of its steps, counted from where it begins."""

    rank: int
    step: int
    signal: signal.Signals | None = None
    """What it gets; None is the wish to stop."""


def train(
    args: TrainArgs,
    resume: bool = False,
    fate: Fate | None = None,
    patience: float = 30.0,
    shard: bool = False,
) -> None:
    """What every rank does."""
    with joined("cpu", patience, shard) as ranks:
        seen = iter(range(10**6))

        def stop() -> bool:
            if fate and (ranks.rank, next(seen)) == (fate.rank, fate.step):
                if fate.signal is None:
                    return True
                os.kill(os.getpid(), fate.signal)
            return False

        run_training(args, resume=resume, stop=stop, ranks=ranks)


def losses(out: str | Path) -> list[float]:
    return [json.loads(line)["loss"] for line in (Path(out) / "metrics.jsonl").read_text().splitlines()]


def all_tensors(run: str | Path) -> dict[str, np.ndarray]:
    """Those of a run's last checkpoint, written in one file."""
    folder = checkpoint.find_latest(Path(run))
    assert folder is not None
    return {name: np.array(value) for name, value in TensorFile.open(folder / "training.safetensors").tensors.items()}


def apart(one: list[float], other: list[float]) -> float:
    assert len(one) == len(other) == SMALL.steps
    return float(np.abs(np.subtract(one, other)).max())
