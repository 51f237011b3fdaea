"""Heads that grow compute what they did, and then learn with all their width."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
import tiny
import torch
from assert_close import assert_close

from engine.errors import ConfigError
from engine.io.model_file import load_weights
from engine.models.bitllama import BitLlama
from engine.train.args import TrainArgs
from engine.train.prepare import prepare
from engine.train.training_loop import run_training
from engine.train.widening import widen_heads, wider

TOKENS = torch.randint(0, 256, (2, 70), generator=torch.Generator().manual_seed(0))


def narrow(**changes: object) -> BitLlama:
    config = tiny.config("linear", **changes)
    torch.manual_seed(0)
    return BitLlama(config)


def read(model: BitLlama) -> tuple[torch.Tensor, list[torch.Tensor]]:
    with torch.no_grad():
        tokens = TOKENS % model.config.vocab_size
        hidden, state, _ = model.hidden(tokens, model.init_state(2))
        return model.head(hidden), [layer.fast for layer in state.layers]


@pytest.mark.parametrize("times", [2, 3])
@pytest.mark.parametrize("out_norm_eps", [0.0, 0.1])
def test_silent_new_channels_change_nothing(times: int, out_norm_eps: float) -> None:
    model = narrow(out_norm_eps=out_norm_eps)
    d = model.config.fast_dim
    wide = widen_heads(model, times * d, faint=0.0)
    assert wide.config.fast_dim == times * d
    before, fast = read(model)
    after, wider_fast = read(wide)
    assert_close("logits", after, before, 1e-5)
    for was, now in zip(fast, wider_fast, strict=True):
        assert_close("what is stored", now[..., :d, :d], was, 1e-5)
        assert not now[..., d:, :].any(), "a silent value is stored"


def test_faint_channels_change_little_and_are_there() -> None:
    model = narrow(out_norm_eps=0.1)
    wide = widen_heads(model, 2 * model.config.fast_dim)
    before, after = read(model)[0], read(wide)[0]
    assert 0 < (after - before).norm() / before.norm() < 0.05
    assert all(layer[..., model.config.fast_dim :].any() for layer in read(wide)[1])


@pytest.mark.parametrize(
    ("changes", "width", "says"),
    [
        ({"conv_kernel": 1}, 16, "with a convolution"),
        ({}, 12, "must be a multiple of the width that the heads have, 8"),
        ({}, 8, "and larger"),
        ({}, 4, "and larger"),
    ],
)
def test_what_cannot_grow_is_refused(changes: dict[str, int], width: int, says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        wider(dataclasses.replace(tiny.config("linear"), head_dim=8, **changes), width)
    with pytest.raises(ConfigError, match="linear variant"):
        wider(tiny.config("tied"), 64)


def test_a_run_begins_with_wider_heads_and_trains_them(tmp_path: Path) -> None:
    text = tmp_path / "text.txt"
    text.write_text("the quick brown fox jumps over the lazy dog. " * 120)
    prepare([text], tmp_path / "data", "bytes", val_fraction=0.1)
    with pytest.raises(ConfigError, match="--init-from"):
        TrainArgs(widen_heads=16)
    args = TrainArgs(
        data=str(tmp_path / "data"), out=str(tmp_path / "narrow"), dim=16, layers=1, heads=2, context_len=16,
        batch_size=4, steps=3, warmup_steps=1, eval_tokens=200, lr=3e-3,
    )  # fmt: skip
    run_training(args)
    narrow_model = tmp_path / "narrow" / "model"
    run_training(
        dataclasses.replace(args, out=str(tmp_path / "wide"), init_from=str(narrow_model), widen_heads=16, steps=2)
    )
    began, ended = load_weights(narrow_model), load_weights(tmp_path / "wide" / "model")
    assert (began.config.fast_dim, ended.config.fast_dim) == (8, 16)
    grown = widen_heads(BitLlama.from_body(began, frozen=False), 16).state_dict()
    moved = ended.tensors["layers.0.ttt.conv.weight"] - grown["layers.0.ttt.conv.weight"].numpy()
    assert abs(moved).reshape(3, 2, 2, 8, -1).max(axis=(0, 1, 3, 4)).min() > 1e-4, "old and new channels learn"
