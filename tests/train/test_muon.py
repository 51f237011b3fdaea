"""Muon: its directions are orthogonal, it moves weights as torch's own does, and a run with it resumes and divides."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from ranks import run_well
from runs import SMALL, all_tensors, apart, at, losses, train

from engine.cli import main
from engine.errors import ConfigError
from engine.train import checkpoint
from engine.train.distributed import joined
from engine.train.muon import ORTHOGONAL, MuonAdamW, orthogonalize
from engine.train.training_loop import run_training

MUON = dataclasses.replace(SMALL, optimizer="muon")
SHAPES = [(24, 40), (40, 24), (24, 24), (24, 40)]


@pytest.mark.parametrize("shape", [(3, 16, 16), (2, 24, 80), (1, 1, 7)])
def test_all_directions_get_about_the_same_length(shape: tuple[int, int, int]) -> None:
    x = torch.randn(shape, generator=torch.Generator().manual_seed(1)) * 1e-3
    before = torch.linalg.svdvals(x)
    after = torch.linalg.svdvals(orthogonalize(x))
    seen = before > before.amax(-1, keepdim=True) / 50  # what is far smaller is lifted, but not all of the way
    assert after[seen].min() > 0.6
    assert after.max() < 1.25


def test_a_gradient_of_nothing_moves_nothing() -> None:
    assert not orthogonalize(torch.zeros(2, 4, 6)).any()


def test_it_moves_matrices_as_the_optimiser_of_torch_does() -> None:
    """That one computes in bfloat16, whose steps differ by some percent; AdamW for the rest is torch's to the bit."""
    draw = torch.Generator().manual_seed(2)
    start = [torch.randn(shape, generator=draw) for shape in SHAPES]
    ours, theirs = ([torch.nn.Parameter(x.clone()) for x in start] for _ in range(2))
    vector, same = (torch.nn.Parameter(torch.ones(5)) for _ in range(2))
    optimizer = MuonAdamW(
        [{"params": [vector], "weight_decay": 0.0}, {"params": ours, ORTHOGONAL: True}], lr=0.02, weight_decay=0.1
    )
    peers = [
        torch.optim.Muon(theirs, lr=0.02, weight_decay=0.1, adjust_lr_fn="match_rms_adamw"),
        torch.optim.AdamW([same], lr=0.02, weight_decay=0.0),
    ]
    for _ in range(4):
        for p, q in zip([*ours, vector], [*theirs, same], strict=True):
            p.grad = torch.randn(p.shape, generator=draw)
            q.grad = p.grad.clone()
        optimizer.step()
        for peer in peers:
            peer.step()
    assert torch.equal(vector, same)
    for p, q, x in zip(ours, theirs, start, strict=True):
        moved = (p - x).norm()
        assert moved > 0.1
        assert (p - q).norm() < 0.03 * moved


def test_a_run_resumes_to_the_bit_with_the_moments_of_both(corpora: dict[str, Path], tmp_path: Path) -> None:
    whole, parts = (at(MUON, corpora["talk"], tmp_path / name) for name in ("whole", "parts"))
    run_training(whole)
    seen = iter(range(100))
    assert run_training(parts, stop=lambda: next(seen) >= 23).step == 23
    assert run_training(parts, resume=True).finished
    assert losses(whole.out) == losses(parts.out)
    one, other = (all_tensors(args.out) for args in (whole, parts))
    assert one.keys() == other.keys()
    for name, value in one.items():
        np.testing.assert_array_equal(value, other[name], err_msg=name)
    kinds = {name.split(".", 2)[2] for name in one if name.startswith("optimizer.")}
    assert kinds == {"step", "exp_avg", "exp_avg_sq"}
    assert sum(name.endswith("exp_avg_sq") for name in one) < sum(name.endswith("exp_avg") for name in one)


def test_it_learns_otherwise_than_adamw(corpora: dict[str, Path], tmp_path: Path) -> None:
    curves = []
    for name in ("adamw", "muon"):
        args = at(dataclasses.replace(SMALL, optimizer=name), corpora["talk"], tmp_path / name)
        run_training(args)
        curves.append(losses(args.out))
    assert curves[0] != curves[1]
    assert all(np.mean(curve[-5:]) < np.mean(curve[:5]) for curve in curves)


def test_a_run_with_the_one_is_not_resumed_with_the_other(corpora: dict[str, Path], tmp_path: Path) -> None:
    args = at(MUON, corpora["talk"], tmp_path / "run")
    run_training(args, stop=lambda: checkpoint.find_latest(tmp_path / "run") is not None)
    with pytest.raises(ConfigError, match="--optimizer muon, not adamw"):
        run_training(dataclasses.replace(args, optimizer="adamw"), resume=True)


def test_a_run_from_before_there_was_a_choice_is_resumed_as_it_was(corpora: dict[str, Path], tmp_path: Path) -> None:
    args = at(SMALL, corpora["talk"], tmp_path / "run")
    run_training(args, stop=lambda: checkpoint.find_latest(tmp_path / "run") is not None)
    folder = checkpoint.find_latest(tmp_path / "run")
    assert folder is not None
    meta = json.loads((folder / "loop.json").read_text())
    for newer in ("optimizer", "most_weight"):
        del meta["args"][newer]
    (folder / "loop.json").write_text(json.dumps(meta))
    for changed in ({"optimizer": "muon"}, {"most_weight": 1}):
        with pytest.raises(ConfigError, match="resume with the same value"):
            run_training(dataclasses.replace(args, **changed), resume=True)  # type: ignore[arg-type]
    assert run_training(args, resume=True).finished


def test_two_ranks_move_the_weights_as_one_process_does(corpora: dict[str, Path], tmp_path: Path) -> None:
    alone = at(MUON, corpora["talk"], tmp_path / "alone")
    run_training(alone)
    run_well(2, tmp_path / "ranks", train, at(MUON, corpora["talk"], tmp_path / "run"))
    assert apart(losses(alone.out), losses(tmp_path / "run")) < 1e-5


@pytest.mark.parametrize("count", [1, 2, 5])
def test_ranks_divide_any_number_of_matrices(count: int, tmp_path: Path) -> None:
    run_well(2, tmp_path / "ranks", _orthogonalize_together, count)


def _orthogonalize_together(count: int) -> None:
    x = torch.randn(count, 6, 9, generator=torch.Generator().manual_seed(3))
    computed = []

    def work(part: torch.Tensor) -> torch.Tensor:
        computed.append(len(part))
        return orthogonalize(part)

    with joined("cpu") as ranks:
        together = ranks.divided(work, x)
    assert torch.allclose(together, orthogonalize(x), atol=1e-5)
    assert computed[0] <= -(-count // 2)


def test_a_divided_model_is_refused_before_anything_begins(
    corpora: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["train", "--data", corpora["talk"], "--out", tmp_path / "run", "--optimizer", "muon"]
    assert main([*map(str, words), "--distributed", "2", "--shard"]) == 1
    assert "--optimizer muon needs every matrix whole; train without --shard" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()
