"""Associative recall: the task asks only what it told, and a model can learn it."""

from __future__ import annotations

import json

import numpy as np
import pytest

from engine.cli import main
from engine.errors import ConfigError
from engine.models.config import BitLlamaConfig
from tools.bench.associative_recall import RecallTask, train_recall


def test_every_answer_was_told_before_and_nothing_else_is_asked() -> None:
    task = RecallTask(pairs=8, length=64, vocab=65)
    tokens, targets = task.batch(np.random.default_rng(3), 50)
    assert tokens.shape == targets.shape == (50, 64)
    for row, wanted in zip(tokens, targets, strict=True):
        told = dict(zip(row[0:16:2].tolist(), row[1:16:2].tolist(), strict=True))
        assert len(told) == 8
        places = np.flatnonzero(wanted >= 0)
        assert sorted(row[places].tolist()) == sorted(told)
        for at in places:
            assert told[int(row[at])] == wanted[at] == row[at + 1]
        rest = np.delete(row[16:], np.concatenate((places, places + 1)) - 16)
        assert not rest.any()


def test_fewer_pairs_make_shorter_sequences() -> None:
    tokens, targets = RecallTask(pairs=8, length=64, vocab=65).batch(np.random.default_rng(3), 4, pairs=2)
    assert tokens.shape == (4, 16)
    assert (targets >= 0).sum() == 8


@pytest.mark.slow
def test_a_tiny_body_learns_to_look_up() -> None:
    task = RecallTask(pairs=2, length=8, vocab=17)
    config = BitLlamaConfig(17, 32, 2, 0.5, ttt_variant="linear", num_heads=2, intermediate_dim=32)
    seen: list[int] = []
    run = train_recall(config, task, 150, 1e-2, on_step=lambda step, _: seen.append(step), tokens_per_step=1024)
    assert seen == list(range(10, 151, 10))
    assert run.fast_weights == 2 * 2 * 16 * 16
    assert run.right > 0.6  # one in eight by chance


@pytest.mark.parametrize(("pairs", "length"), [(0, 8), (9, 32), (300, 2000)])
def test_tasks_that_cannot_be_made_are_refused(pairs: int, length: int) -> None:
    with pytest.raises(ConfigError, match="cannot be made"):
        RecallTask(pairs, length)


def test_the_bench_prints_a_line_for_every_form(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "recall", "--pairs", "2", "--length", "8", "--steps", "1", "--forms", "shipped, tied"]) == 0
    *_, shipped, tied, figures = capsys.readouterr().out.strip().splitlines()
    assert shipped.startswith("shipped")
    assert tied.startswith("tied")
    assert set(json.loads(figures)["forms"]) == {"shipped", "tied"}


@pytest.mark.parametrize("wrong", [["--forms", "nonsense"], ["--steps", "0"], ["--lr", "nan"], ["--pairs", "99"]])
def test_the_bench_refuses_what_cannot_be(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "recall", "--length", "8", *wrong]) != 0
    assert capsys.readouterr().err.count("\n") == 1
