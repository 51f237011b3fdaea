"""A script written against the ``cortex_rust`` module runs with its import line changed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tiny
from safetensors.numpy import save_file

from engine import BitLlama, Llama, cortex_rust
from engine.errors import ConfigError, DeviceError
from engine.io.model_file import load_weights


@pytest.fixture
def weights(models: Path) -> Path:
    return models / "tiny" / "model.safetensors"


def test_tokens_in_logits_out(weights: Path) -> None:
    model = cortex_rust.BitLlama(tiny.config(), str(weights), device="cpu")
    reference = BitLlama(tiny.config(), weights)
    for token in (1, 50, 100):
        logits = model.forward(token_id=token)
        assert isinstance(logits, list)
        assert np.allclose(logits, reference.forward(token_id=token).detach().numpy(), atol=1e-5)  # type: ignore[union-attr]


def test_it_generates_tokens_and_text(weights: Path) -> None:
    model = cortex_rust.BitLlama(tiny.config(), str(weights))
    llama = Llama.load_auto(weights, device="cpu")
    start = llama.tokenizer.encode("Hello")
    tokens = model.generate_tokens(start, 8)
    assert tokens[:5] == start
    assert len(tokens) == 13
    expected = llama.stream_completion("Hello", 8, 0).text
    assert llama.tokenizer.decode(tokens[5:]) == expected
    model.reset_state()
    assert model.generate("Hello", 8) == expected


def test_the_four_numbers_of_a_config_and_bare_weights_suffice(tmp_path: Path) -> None:
    config = cortex_rust.BitLlamaConfig(vocab_size=64, hidden_dim=16, num_layers=1, inner_lr=0.1)
    random = np.random.default_rng(0)
    specs = config.tensor_specs()
    save_file({n: random.normal(size=s.shape).astype(np.float32) for n, s in specs.items()}, tmp_path / "m.safetensors")
    model = cortex_rust.BitLlama(config, str(tmp_path / "m.safetensors"), device="cpu")
    assert len(model.forward(42)) == 64
    assert len(model.generate_tokens([1], 3)) == 4
    with pytest.raises(ConfigError, match="tokenizer"):
        model.generate("Hello", 3)
    with pytest.raises(ConfigError, match="start_tokens"):
        model.generate_tokens([], 3)


def test_the_names_that_stream_text(models: Path) -> None:
    heard: list[str] = []
    for load in (cortex_rust.Llama.load_auto, cortex_rust.BitLlama.load_auto):
        done = load(str(models / "tiny.bitt")).stream_completion("Hello", 5, 0.8, heard.append)
        assert 0 < done.tokens <= 5  # fewer where the end was drawn


def test_training_step_by_step_learns_and_is_saved(weights: Path, tmp_path: Path) -> None:
    trainer = cortex_rust.PyTrainer(tiny.config(), str(weights), device="cpu")
    trainer.set_learning_rate(0.01)
    text = [7, 8, 9, 10] * 8
    losses = [trainer.train_step(input_ids=text[:-1], targets=text[1:]) for _ in range(15)]
    assert losses[-1] < losses[0] - 1
    trainer.save_checkpoint(str(tmp_path / "updated.safetensors"))
    updated = cortex_rust.BitLlama(tiny.config(), str(tmp_path / "updated.safetensors"))
    assert updated.generate_tokens(text[:8], 4)[8:] == [7, 8, 9, 10]
    for name in ("updated.bitt", "folder"):
        trainer.save_checkpoint(tmp_path / name)
        assert load_weights(tmp_path / name).config == tiny.config()


@pytest.mark.parametrize(
    ("inputs", "targets", "words"),
    [
        ([1, 2], [1], "agree"),
        ([], [], "rows of tokens"),
        ([260], [1], "260"),
        ([1], [-1], "-1"),
        (["a"], [1], "inputs"),
    ],
)
def test_steps_that_cannot_be_are_refused(inputs: list[int], targets: list[int], words: str) -> None:
    trainer = cortex_rust.PyTrainer(tiny.config())
    with pytest.raises(ConfigError, match=words):
        trainer.train_step(inputs, targets)
    with pytest.raises(ConfigError, match="learning rate"):
        trainer.set_learning_rate(float("nan"))


def test_an_absent_device_is_told_in_words() -> None:
    with pytest.raises(DeviceError, match="warp"):
        cortex_rust.BitLlama(tiny.config(), device="warp")
