"""Ranks over gloo on the processor: as many as there are, the run is that of one process, and none is left behind."""

from __future__ import annotations

import dataclasses
import random
import signal
from pathlib import Path

import numpy as np
import pytest
from ranks import run_ranks, run_well
from runs import SMALL, Fate, apart, at, losses, train

from engine.errors import ConfigError
from engine.train import checkpoint
from engine.train.distributed import Ranks
from engine.train.shard_files import Shards

pytestmark = pytest.mark.slow


def shapes(out: str | Path) -> dict[str, tuple[int, ...]]:
    folder = checkpoint.find_latest(Path(out))
    assert folder is not None
    return Shards(folder).shapes


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


def test_products_in_bf16_train_as_those_in_float32(
    corpora: dict[str, Path], alone: dict[str, Path], tmp_path: Path
) -> None:
    args = dataclasses.replace(at(SMALL, corpora["text"], tmp_path / "run"), precision="bf16")
    run_well(2, tmp_path / "two", train, args, False, None, 30.0, True)
    gaps = np.abs(np.subtract(losses(alone["text"]), losses(args.out)))
    assert 0 < gaps[0] < 2e-3, "other products, the same weights"
    assert gaps.mean() < 0.02, "another seed is 0.3 away"
    folder = checkpoint.find_latest(Path(args.out))
    assert folder is not None
    stored = Shards(folder)
    assert {stored[name].dtype.name for name in stored if name != "random"} == {"float32"}
