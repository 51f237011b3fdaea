"""Laws of the whole model: every form of it gives the same numbers."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from assert_close import assert_close

from engine.errors import BitLlamaError, ConfigError, DeviceError
from engine.io.bitt import load_bitt, save_bitt
from engine.io.checkpoint import save_checkpoint
from engine.layers.ttt import LayerState, TTTLayer
from engine.models.bitllama import BitLlama, ModelState
from engine.models.config import BitLlamaConfig
from engine.ops.delta_rule import chunk
from engine.runtime.torch_runtime import TorchState

TIED = BitLlamaConfig(90, 32, 2, 0.4)
LINEAR = BitLlamaConfig(90, 36, 2, 0.5, ttt_variant="linear", num_heads=3)
VARIANTS = pytest.mark.parametrize("config", [TIED, LINEAR], ids=["tied", "linear"])


def make(config: BitLlamaConfig, **changes: object) -> BitLlama:
    torch.manual_seed(1)
    return BitLlama(dataclasses.replace(config, **changes))


def lived(model: BitLlama, batch: int) -> ModelState:
    """A state that is not newborn."""
    tokens = torch.randint(0, 90, (batch, 11), generator=torch.Generator().manual_seed(9))
    with torch.no_grad():
        return model(tokens, model.init_state(batch))[1]


@VARIANTS
@pytest.mark.parametrize("size", [1, 5, 16, 64])
@pytest.mark.parametrize("start", ["newborn", "lived"])
def test_chunks_equal_token_by_token(
    config: BitLlamaConfig, size: int, start: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Float activations: int8 rounding could fall differently on a last-bit difference, which says nothing of the form.
    model = make(config, activation_bits=32)
    monkeypatch.setitem(chunk.delta_rule.__kwdefaults__, "chunk", size)
    tokens = torch.randint(0, 90, (2, 37), generator=torch.Generator().manual_seed(2))
    results = []
    for steps in (1, 37):
        state = model.init_state(2) if start == "newborn" else lived(model, 2)
        fasts = [layer.fast.requires_grad_() for layer in state.layers]
        model.zero_grad()
        outputs = []
        for part in tokens.split(steps, dim=1):
            logits, state = model(part, state)
            outputs.append(logits)
        logits = torch.cat(outputs, dim=1)
        (logits * torch.linspace(-1, 1, logits.numel()).view_as(logits)).sum().backward()
        gradients = {name: p.grad.clone() for name, p in model.named_parameters() if p.grad is not None}
        gradients |= {f"start.{i}": fast.grad for i, fast in enumerate(fasts)}
        results.append((logits, state, gradients))
    (logits_a, state_a, grads_a), (logits_b, state_b, grads_b) = results
    assert_close("logits", logits_b, logits_a, 1e-5)
    for i, (a, b) in enumerate(zip(state_a.layers, state_b.layers, strict=True)):
        assert_close(f"fast {i}", b.fast, a.fast, 1e-5)
        assert_close(f"conv {i}", b.conv, a.conv, 1e-5)
    assert grads_a.keys() == grads_b.keys()
    for name, gradient in grads_a.items():
        assert_close(f"gradient of {name}", grads_b[name], gradient, 1e-4, floor=1e-5)


@VARIANTS
def test_own_state_equals_the_functional_form(config: BitLlamaConfig) -> None:
    model = make(config)
    tokens = [3, 1, 4, 1, 5]
    with torch.no_grad():
        logits, _ = model(torch.tensor([tokens]))
    for i, token in enumerate(tokens):
        assert_close(f"logits {i}", model.forward(token_id=token), logits[0, i], 1e-4)
    model.reset_state()
    assert_close("after a reset", model.forward(token_id=3), logits[0, 0], 1e-5)


@VARIANTS
def test_streams_do_not_touch_each_other(config: BitLlamaConfig) -> None:
    model = make(config)
    tokens = torch.randint(0, 90, (3, 20), generator=torch.Generator().manual_seed(4))
    with torch.no_grad():
        together, _ = model(tokens)
        for row in range(3):
            assert_close(f"row {row}", together[row], model(tokens[row : row + 1])[0][0], 1e-5)


@VARIANTS
@pytest.mark.parametrize("packed", [True, False])
def test_every_file_gives_the_same_model(config: BitLlamaConfig, packed: bool, tmp_path: Path) -> None:
    model = make(config)
    body = model.to_body()
    save_checkpoint(tmp_path / "folder", body)
    save_bitt(tmp_path / "model.bitt", body, packed=packed)
    tokens = torch.randint(0, 90, (1, 15), generator=torch.Generator().manual_seed(5))
    expected = BitLlama.from_body(body)(tokens)[0]
    for path in (tmp_path / "folder", tmp_path / "folder" / "model.safetensors", tmp_path / "model.bitt"):
        assert_close(f"{path.name}, to train", BitLlama(config, path)(tokens)[0], expected, 1e-5)
    loaded = load_bitt(tmp_path / "model.bitt")
    assert torch.equal(BitLlama.from_body(loaded)(tokens)[0], expected)
    assert loaded.fingerprint == body.fingerprint


def test_a_body_without_its_config_takes_the_given_one(tmp_path: Path) -> None:
    save_checkpoint(tmp_path, make(TIED).to_body())
    (tmp_path / "config.json").unlink()
    assert BitLlama(TIED, tmp_path / "model.safetensors").forward(token_id=1).shape == (90,)


def test_weights_of_other_sizes_are_refused(tmp_path: Path) -> None:
    save_checkpoint(tmp_path, make(TIED).to_body())
    with pytest.raises(BitLlamaError, match=r"embed\.weight"):
        BitLlama(dataclasses.replace(TIED, vocab_size=91), tmp_path)


@VARIANTS
def test_a_raised_rate_changes_what_is_learned_and_stays_bounded(config: BitLlamaConfig) -> None:
    model = make(config)
    tokens = torch.randint(0, 90, (1, 400), generator=torch.Generator().manual_seed(6))
    with torch.no_grad():
        _, normal = model(tokens)
        _, raised = model(tokens, rate_scale=2.0)
    assert not torch.allclose(normal.layers[0].fast, raised.layers[0].fast)
    assert raised.layers[0].fast.abs().max() < 10


@VARIANTS
def test_reading_a_text_twice_lowers_the_inner_loss(config: BitLlamaConfig) -> None:
    model = make(config)
    tokens = torch.randint(0, 90, (1, 12), generator=torch.Generator().manual_seed(7))
    with torch.no_grad():
        _, state, first = model.hidden(tokens, model.init_state())
        _, _, second = model.hidden(tokens, state)
    assert torch.stack(second).mean() < torch.stack(first).mean()


def test_a_larger_out_norm_eps_leaves_a_faint_reading_faint() -> None:
    out = []
    for eps in (0.0, 1.0):
        torch.manual_seed(1)
        layer = TTTLayer(dataclasses.replace(LINEAR, out_norm_eps=eps, activation_bits=32))
        state = LayerState.fresh(layer.config, 1, "cpu")
        with torch.no_grad():
            layer.value.weight.mul_(1e-2)
            out.append(float(layer(torch.randn(1, 9, LINEAR.hidden_dim), state)[0].abs().mean()))
    assert out[1] < out[0] / 3


@VARIANTS
def test_souls_carry_the_fast_weights_exactly(config: BitLlamaConfig) -> None:
    model = make(config)
    state = lived(model, 1)
    arrays = TorchState(config, state.select(torch.tensor([0]))).persist()
    assert all(a.shape == config.fast_shape for a in arrays)
    woken = TorchState(config, model.init_state())
    woken.load(arrays)
    again = woken.model_state
    assert all(torch.equal(a.fast, b.fast) for a, b in zip(state.layers, again.layers, strict=True))
    assert all(not layer.conv.any() for layer in again.layers)


def test_no_cuda_is_said_in_words() -> None:
    if torch.cuda.is_available():
        pytest.skip("this machine has CUDA")
    with pytest.raises(DeviceError, match="CUDA"):
        BitLlama(TIED, device="cuda")


@pytest.mark.parametrize("token", [-1, 90])
def test_a_token_outside_the_vocabulary_is_refused(token: int) -> None:
    with pytest.raises(ConfigError, match="vocabulary"):
        make(TIED).forward(token_id=token)


@pytest.mark.parametrize(
    "changes",
    [
        {"inner_lr": 2.0}, {"inner_lr": float("nan")}, {"inner_lr": 0}, {"vocab_size": 0}, {"hidden_dim": 30},
        {"num_layers": True}, {"activation_bits": 7}, {"ttt_variant": "other"}, {"num_heads": 2},
        {"vocab_size": 1 << 20, "hidden_dim": 1 << 20},
    ],
    ids=str,
)  # fmt: skip
def test_configs_that_cannot_work_are_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ConfigError):
        dataclasses.replace(TIED, **changes)


def test_config_survives_json_with_unknown_keys() -> None:
    config = BitLlamaConfig.from_json('{"vocab_size": 9, "hidden_dim": 8, "num_layers": 1, "inner_lr": 0.1, "x": [1]}')
    assert BitLlamaConfig.from_json(config.to_json()) == config
    assert config.extra == {"x": [1]}
    assert (config.ttt_variant, config.mlp_dim, config.fast_shape) == ("tied", 32, (2, 2))


def test_the_written_config_is_the_four_basic_keys() -> None:
    assert BitLlamaConfig(16384, 256, 8, 0.1).to_dict() == {
        "vocab_size": 16384, "hidden_dim": 256, "num_layers": 8, "inner_lr": 0.1,
    }  # fmt: skip


@VARIANTS
def test_tensor_specs_are_the_parameters(config: BitLlamaConfig) -> None:
    model = make(config)
    assert {name: tuple(p.shape) for name, p in model.named_parameters()} == {
        name: spec.shape for name, spec in config.tensor_specs().items()
    }
    assert sum(p.numel() for p in model.parameters()) == config.num_parameters
    assert np.isclose(model.forward(token_id=0).mean().item(), 0, atol=1.0)


def test_loading_draws_no_weights_and_does_not_import_the_compiler(tmp_path: Path) -> None:
    save_bitt(tmp_path / "model.bitt", make(LINEAR).to_body(), packed=True)
    script = (
        "import sys, torch\n"
        "from engine.io.model_file import load_weights\n"
        "from engine.models.bitllama import BitLlama\n"
        "before = torch.get_rng_state()\n"
        "BitLlama.from_body(load_weights(sys.argv[1]))\n"
        "assert torch.equal(before, torch.get_rng_state())\n"
        "assert 'torch._dynamo' not in sys.modules\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "model.bitt")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
