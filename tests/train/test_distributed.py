"""Ranks over gloo on the processor: as many as there are, the run is that of one process, and none is left behind."""

from __future__ import annotations

import dataclasses
import json
import os
import random
import signal
from pathlib import Path

import numpy as np
import pytest
from ranks import run_ranks, run_well

from engine.errors import ConfigError
from engine.formats.tensors import TensorFile
from engine.train import checkpoint
from engine.train.args import TrainArgs
from engine.train.distributed import Ranks, joined
from engine.train.prepare import prepare
from engine.train.training_loop import run_training

SMALL = TrainArgs(
    dim=16, layers=2, heads=2, context_len=16, batch_size=4, grad_accum=2, lr=3e-3, warmup_steps=5, steps=50,
    eval_interval=50, eval_tokens=200, log_interval=1, save_interval=10, reset_prob=0.3, activation_bits=32,
    gate_weight=0.1, device="cpu", threads=1,
)  # fmt: skip


@pytest.fixture(scope="module")
def corpora(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A text in two folders that are one corpus, and dialogues."""
    folder = tmp_path_factory.mktemp("corpora")
    (folder / "text.txt").write_text("the quick brown fox jumps over the lazy dog. " * 120)
    lines = [
        {
            "messages": [
                {"role": "user", "text": f"my number is {i}", "keep": [str(i)]},
                {"role": "assistant", "text": f"it is {i}"},
            ]
        }
        for i in range(60)
    ]
    (folder / "talk.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    for part in ("1", "2"):
        prepare([folder / "text.txt"], folder / "text" / part, "bytes", val_fraction=0.1)
    prepare([folder / "talk.jsonl"], folder / "talk", "bytes", val_fraction=0.1)
    return {"text": folder / "text", "talk": folder / "talk"}


def at(args: TrainArgs, data: Path, out: Path) -> TrainArgs:
    return dataclasses.replace(args, data=str(data), out=str(out))


@dataclasses.dataclass(frozen=True)
class Fate:
    """What becomes of one rank before one of its steps."""

    rank: int
    step: int
    signal: signal.Signals


def train(args: TrainArgs, resume: bool = False, fate: Fate | None = None, patience: float = 30.0) -> None:
    """What every rank does."""
    with joined("cpu", patience) as ranks:
        seen = iter(range(10**6))

        def stop() -> bool:
            if fate and (ranks.rank, next(seen)) == (fate.rank, fate.step):
                os.kill(os.getpid(), fate.signal)
            return False

        run_training(args, resume=resume, stop=stop, ranks=ranks)


def losses(out: str | Path) -> list[float]:
    return [json.loads(line)["loss"] for line in (Path(out) / "metrics.jsonl").read_text().splitlines()]


def shapes(out: str | Path) -> dict[str, tuple[int, ...]]:
    folder = checkpoint.find_latest(Path(out))
    assert folder is not None
    return {name: value.shape for name, value in TensorFile.open(folder / "training.safetensors").tensors.items()}


def apart(one: list[float], other: list[float]) -> float:
    assert len(one) == len(other) == SMALL.steps
    return float(np.abs(np.subtract(one, other)).max())


@pytest.fixture(scope="module")
def alone(corpora: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Runs of one process, by corpus."""
    runs = {kind: tmp_path_factory.mktemp("alone") / kind for kind in corpora}
    for kind, out in runs.items():
        train(at(SMALL, corpora[kind], out))
        assert losses(out)[-1] < losses(out)[0] - 0.5, "it learns"
    return runs


@pytest.mark.parametrize(("kind", "world"), [("text", 2), ("talk", 2), ("text", 4)])
def test_ranks_train_to_the_curve_of_one_process(
    kind: str, world: int, corpora: dict[str, Path], alone: dict[str, Path], tmp_path: Path
) -> None:
    run_well(world, tmp_path / "ranks", train, at(SMALL, corpora[kind], tmp_path / "many"))
    assert apart(losses(alone[kind]), losses(tmp_path / "many")) < 1e-5
    assert shapes(alone[kind]) == shapes(tmp_path / "many"), "the checkpoint holds the streams of all ranks"


def test_a_killed_rank_ends_the_run_and_another_number_goes_on(
    corpora: dict[str, Path], alone: dict[str, Path], tmp_path: Path
) -> None:
    args = at(SMALL, corpora["text"], tmp_path / "run")
    fate = Fate(random.randrange(4), random.randrange(11, SMALL.steps), signal.SIGKILL)
    ended = run_ranks(4, tmp_path / "four", train, args, False, fate)
    killed = ended.pop(fate.rank)
    assert killed.code == -signal.SIGKILL
    for one in ended:
        assert one.code == 1
        assert "TrainingError: Another process of this run ended" in one.log, fate
        assert one.seconds - killed.seconds < 10
    latest = checkpoint.find_latest(Path(args.out))
    assert latest is not None
    assert checkpoint.read_meta(latest)["step"] == fate.step // 10 * 10
    run_well(2, tmp_path / "two", train, args, True)
    assert apart(losses(alone["text"]), losses(args.out)) < 1e-5, fate


def test_a_rank_that_no_longer_answers_is_given_up(corpora: dict[str, Path], tmp_path: Path) -> None:
    args = at(SMALL, corpora["text"], tmp_path / "run")
    one, frozen = run_ranks(2, tmp_path / "two", train, args, False, Fate(1, 3, signal.SIGSTOP), 2.0, enough=1)
    assert one.code == 1
    assert "did not answer for 2 s" in one.log
    assert frozen.code is None


def test_streams_that_cannot_be_dealt_are_refused() -> None:
    with pytest.raises(ConfigError, match=r"--batch-size 6 cannot be dealt evenly to 4 ranks"):
        Ranks(1, 4).share(6)
