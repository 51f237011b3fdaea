"""Training: it learns, it resumes bit for bit, it stops well, and it refuses what cannot work."""

from __future__ import annotations

import dataclasses
import itertools
import json
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from runs import all_tensors

from engine.errors import ConfigError, DataError, FileFormatError, TrainingError
from engine.io.model_file import load_weights
from engine.models.bitllama import BitLlama
from engine.train import checkpoint, training_loop
from engine.train.args import TrainArgs
from engine.train.evaluate import evaluate
from engine.train.learner import take_over
from engine.train.metrics import TrainStatus
from engine.train.prepare import prepare
from engine.train.training_loop import run_training

TEXT = "the quick brown fox jumps over the lazy dog. " * 120
TINY = {
    "dim": 16, "layers": 1, "heads": 2, "context_len": 16, "batch_size": 4, "lr": 3e-3, "warmup_steps": 5,
    "eval_interval": 20, "eval_tokens": 200, "save_interval": 1000, "log_interval": 5,
}  # fmt: skip


@pytest.fixture(scope="module")
def text_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("text")
    (folder / "corpus.txt").write_text(TEXT)
    prepare([folder / "corpus.txt"], folder / "data", "bytes", val_fraction=0.1)
    return folder / "data"


@pytest.fixture(scope="module")
def talk_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("talk")
    lines = [
        {"messages": [{"role": "user", "text": f"my number is {i}"}, {"role": "assistant", "text": f"it is {i}"}]}
        for i in range(60)
    ]
    (folder / "talk.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    prepare([folder / "talk.jsonl"], folder / "data", "bytes", val_fraction=0.1)
    return folder / "data"


def args_for(data: Path, out: Path, **changes: object) -> TrainArgs:
    return TrainArgs(**({"data": str(data), "out": str(out)} | TINY | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "variant", "accum"), [("text", "linear", 1), ("text", "tied", 2), ("talk", "linear", 2)]
)
def test_thirty_and_thirty_is_sixty(
    kind: str, variant: str, accum: int, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    data = request.getfixturevalue(f"{kind}_data")
    changes = {"variant": variant, "grad_accum": accum, "reset_prob": 0.3, "inner_lr": 0.4}
    whole = args_for(data, tmp_path / "whole", steps=60, **changes)
    parts = args_for(data, tmp_path / "parts", steps=60, **changes)
    run_training(whole)
    seen = iter(range(100))
    halfway = run_training(parts, stop=lambda: next(seen) >= 30)
    assert (halfway.step, halfway.finished) == (30, False)
    torch.manual_seed(12345)
    assert run_training(parts, resume=True).finished
    one, two = all_tensors(tmp_path / "whole"), all_tensors(tmp_path / "parts")
    assert one.keys() == two.keys()
    assert [name for name in one if not np.array_equal(one[name], two[name])] == []
    assert any(name.startswith("carried.") for name in one)
    lines = [[json.loads(x) for x in (run / "metrics.jsonl").read_text().splitlines()] for run in
             (tmp_path / "whole", tmp_path / "parts")]  # fmt: skip
    assert [x["step"] for x in lines[0]] == [x["step"] for x in lines[1]]
    assert [x["loss"] for x in lines[0]] == pytest.approx([x["loss"] for x in lines[1]])


def test_it_learns_and_the_saved_body_is_the_trained_one(text_data: Path, tmp_path: Path) -> None:
    statuses: list[TrainStatus] = []
    result = run_training(args_for(text_data, tmp_path / "run", steps=150, lr=1e-2), on_status=statuses.append)
    assert statuses[-1].val_loss is not None
    assert statuses[-1].val_loss < 2.0 < statuses[0].loss
    body = load_weights(result.folder)
    assert body.tokenizer is not None
    from engine.train.data import TokenData

    again = evaluate(BitLlama.from_body(body), TokenData.open(text_data).val, "text", context=16, limit=200)
    assert again.fresh == pytest.approx(statuses[-1].val_loss, rel=1e-3)


def test_metrics_are_on_disk_while_it_runs(text_data: Path, tmp_path: Path) -> None:
    def look(status: TrainStatus) -> None:
        lines = (tmp_path / "run" / "metrics.jsonl").read_text().splitlines()
        assert json.loads(lines[-1])["step"] == status.step
        assert status.tokens_per_second > 0
        assert status.seconds_left >= 0

    run_training(args_for(text_data, tmp_path / "run", steps=10), on_status=look)


def test_a_loss_that_is_not_finite_stops_and_keeps_the_last_checkpoint(
    text_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real: Callable[..., float] = training_loop.train_step

    def poisoned(loop: checkpoint.LoopState, *rest: object) -> float:
        if loop.step == 12:
            with torch.no_grad():
                loop.model.norm_f.weight.fill_(math.inf)
        return real(loop, *rest)

    monkeypatch.setattr(training_loop, "train_step", poisoned)
    with pytest.raises(TrainingError, match=r"step 13.*step-0000010"):
        run_training(args_for(text_data, tmp_path / "run", steps=20, save_interval=10))
    assert all(np.isfinite(value).all() for value in all_tensors(tmp_path / "run").values())


def test_only_the_last_checkpoints_stay(text_data: Path, tmp_path: Path) -> None:
    run_training(args_for(text_data, tmp_path / "run", steps=9, save_interval=2))
    names = sorted(p.name for p in (tmp_path / "run" / "checkpoints").glob("step-*"))
    assert names == ["step-0000008", "step-0000009"]


def test_who_goes_back_keeps_what_was_later_and_what_is_new(text_data: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run" / "checkpoints"
    run_training(args_for(text_data, tmp_path / "run", steps=4, save_interval=1))
    for later in ("step-0000098", "step-0000099"):
        (folder / later).mkdir()
    (folder / "latest").write_text("step-0000003\n")
    run_training(args_for(text_data, tmp_path / "run", steps=5, save_interval=1), resume=True)
    assert checkpoint.find_latest(tmp_path / "run") == folder / "step-0000005"
    kept = sorted(path.name for path in folder.glob("step-*"))
    assert kept == ["step-0000004", "step-0000005", "step-0000098", "step-0000099"]


def test_training_can_start_from_a_packed_body(text_data: Path, tmp_path: Path) -> None:
    from engine.io.bitt import save_bitt

    first = run_training(args_for(text_data, tmp_path / "a", steps=30, lr=1e-2))
    save_bitt(tmp_path / "a.bitt", load_weights(first.folder), packed=True)
    statuses: list[TrainStatus] = []
    run_training(
        args_for(text_data, tmp_path / "b", steps=5, init_from=str(tmp_path / "a.bitt")), on_status=statuses.append
    )
    assert statuses[0].loss < 4.0  # random weights begin at ln(260) = 5.6


@pytest.mark.parametrize(
    ("changes", "flag"),
    [
        ({"lr": math.nan}, "--lr"), ({"lr": -1.0}, "--lr"), ({"lr": 0.0}, "--lr"), ({"min_lr": 1.0}, "--min-lr"),
        ({"steps": 0}, "--steps"), ({"batch_size": -3}, "--batch-size"), ({"reset_prob": 1.5}, "--reset-prob"),
        ({"beta2": 1.0}, "--beta2"), ({"grad_clip": math.inf}, "--grad-clip"),
    ],
    ids=str,
)  # fmt: skip
def test_arguments_that_cannot_work_name_their_flag(changes: dict[str, object], flag: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=flag):
        args_for(tmp_path, tmp_path, **changes)


def test_a_run_is_not_overwritten_nor_mixed_with_another(text_data: Path, tmp_path: Path) -> None:
    args = args_for(text_data, tmp_path / "run", steps=4)
    with pytest.raises(ConfigError, match="no checkpoint"):
        run_training(args, resume=True)
    run_training(args)
    with pytest.raises(ConfigError, match="--resume"):
        run_training(args)
    with pytest.raises(ConfigError, match="--seed"):
        run_training(dataclasses.replace(args, seed=2), resume=True)


def test_too_little_text_and_a_broken_checkpoint_are_told(text_data: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="context-len"):
        run_training(args_for(text_data, tmp_path / "long", steps=2, context_len=100_000))
    args = args_for(text_data, tmp_path / "run", steps=4)
    run_training(args)
    folder = checkpoint.find_latest(tmp_path / "run")
    assert folder is not None
    weights = folder / "training.safetensors"
    weights.write_bytes(weights.read_bytes()[:-50])
    with pytest.raises(FileFormatError, match="training"):
        run_training(dataclasses.replace(args, steps=8), resume=True)


def test_the_learning_rate_warms_up_and_falls_on_a_cosine() -> None:
    args = TrainArgs(lr=1.0, min_lr=0.1, warmup_steps=10, steps=110)
    rates = [args.learning_rate(step) for step in range(110)]
    assert rates[0] == pytest.approx(0.1)
    assert max(rates) == pytest.approx(1.0)
    assert rates[60] == pytest.approx(0.55)
    assert rates[-1] == pytest.approx(0.1, abs=1e-3)
    assert all(a >= b for a, b in itertools.pairwise(rates[10:]))


def test_a_prior_soul_is_taken_over_as_when_it_wakes() -> None:
    """Fast weights come from the named stream; what is transient does not, and a newborn has neither."""
    from engine.models.bitllama import ModelState
    from engine.models.config import BitLlamaConfig
    from engine.train.batches import Segment

    config = BitLlamaConfig(10, 8, 1, 0.5, ttt_variant="linear", num_heads=2)
    state = ModelState.fresh(config, 3)
    for row in range(3):
        state.layers[0].fast[row], state.layers[0].conv[row] = row + 1.0, row + 1.0
    nothing = np.zeros((3, 4), np.int64)
    segment = Segment(
        nothing, nothing, nothing.astype(np.float32), np.array([2, 1, 2]), np.array([True, True, False]),
        np.array([True, False, True]), nothing.astype(np.uint8),
    )  # fmt: skip
    (taken,) = take_over([state], segment, torch.device("cpu"))
    assert [float(x) for x in taken.layers[0].fast.amax(dim=(1, 2, 3))] == [3.0, 2.0, 0.0]
    assert [float(x) for x in taken.layers[0].conv.amax(dim=(1, 2))] == [0.0, 2.0, 0.0]


def test_a_rate_floor_spreads_the_gates_of_the_heads(text_data: Path, tmp_path: Path) -> None:
    args = args_for(
        text_data, tmp_path / "a", steps=1, lr=1e-9, min_lr=0.0, inner_lr=0.5, rate_floor=0.02, out_norm_eps=0.1
    )
    body = load_weights(run_training(args).folder)
    assert body.config.out_norm_eps == 0.1
    start = 1 / (1 + np.exp(-np.array(body.tensors["layers.0.ttt.rate.bias"])))
    assert start == pytest.approx([0.5, 0.02], rel=1e-4)
    # A model that is trained on keeps what its gates have learned, lowered by the same.
    again = dataclasses.replace(args, out=str(tmp_path / "b"), init_from=str(tmp_path / "a" / "model"))
    shifted = np.array(load_weights(run_training(again).folder).tensors["layers.0.ttt.rate.bias"])
    odds = np.log(0.02 / 0.98)
    assert shifted == pytest.approx([0.0, 2 * odds], abs=1e-3)
    with pytest.raises(ConfigError, match="rate-floor"):
        args_for(text_data, tmp_path, rate_floor=0.7)
