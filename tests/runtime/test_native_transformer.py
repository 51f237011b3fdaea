"""The native runtime of transformers computes what torch does, in every way that a family may be made."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from assert_close import assert_close
from native_bodies import needs_library

from engine import native
from engine.errors import ConfigError, DeviceError
from engine.io.transformer_weights import TransformerWeights
from engine.models.transformer import Transformer
from engine.models.transformer_config import TransformerConfig
from engine.ops.blocks.matrix import LAYOUTS, BlockMatrix
from engine.ops.rope.frequencies import RopeScaling
from engine.ops.ternary.ternary2 import Ternary2
from engine.runtime.base import Cancelled
from engine.runtime.native_transformer import NativeTransformerRuntime

pytestmark = needs_library

SETS = native.instruction_sets() if native.why_not() is None else []
PLAIN = TransformerConfig(
    family="llama", vocab_size=96, hidden_dim=64, num_layers=2, intermediate_dim=96, num_heads=6, num_kv_heads=3,
    head_dim=16, max_context=512,
)  # fmt: skip
FAMILIES: dict[str, dict[str, Any]] = {
    "llama": {},
    "tied, one key head": {"tied_head": True, "num_kv_heads": 1, "head_dim": 20},
    "scaled positions": {"rope_scaling": RopeScaling("llama3", 8.0, 64), "rope_base": 500.0},
    "yarn, half rotated": {"rope_scaling": RopeScaling("yarn", 4.0, 32), "rope_dim": 8},
    "qwen2": {"qkv_bias": True, "output_bias": True, "mlp_bias": True},
    "qwen3": {"qk_norm": True},
    "gemma3": {
        "activation": "gelu_tanh", "post_norms": True, "qk_norm": True, "embedding_scale": 8.0, "window": 7,
        "windowed_layers": (True, False), "rope_local_base": 100.0, "attention_softcap": 3.0, "logit_softcap": 2.0,
        "attention_scale": 0.2,
    },
    "squared relu": {"activation": "relu2", "sub_norms": True},
}  # fmt: skip
CLOSE = 1e-3
"""Keys and values are held in float16, to eleven bits."""
IDS = [(7 * i * i + 3 * i) % 96 for i in range(180)]
"""More than one chunk."""


def weights(config: TransformerConfig, make: Callable[[Any, tuple[int, ...]], Any] | None = None) -> TransformerWeights:
    """Random weights; `make` gives a matrix of the given shape another form."""
    rng = np.random.default_rng(5)
    tensors: dict[str, Any] = {}
    for name, spec in config.tensor_specs().items():
        values = rng.normal(size=spec.shape).astype(np.float32)
        if len(spec.shape) == 1:
            tensors[name] = values * np.float32(0.1) + np.float32(0 if name.endswith("bias") else 1)
        else:
            values *= np.float32(spec.shape[1] ** -0.5)
            tensors[name] = values if make is None else make(values, spec.shape)
    kinds = dict.fromkeys(tensors, ("F32", 0))
    return TransformerWeights(config, tensors, kinds, None, Path("random"), "GGUF")


def blocks(kind: str) -> Callable[[Any, tuple[int, ...]], BlockMatrix]:
    """Matrices as random blocks of a kind, of about the right size."""
    layout = LAYOUTS[kind]

    def make(values: np.ndarray, shape: tuple[int, int]) -> BlockMatrix:
        rng = np.random.default_rng(values.size)
        data = rng.integers(0, 256, (shape[0], shape[1] // layout.weights, layout.nbytes), np.uint8)
        span = {"Q8_0": 127.0, "Q5_0": 16.0, "Q4_K": 250.0, "Q5_K": 500.0, "Q6_K": 1200.0}.get(kind, 8.0)
        scale = 1.5 * shape[1] ** -0.5 / span
        minimum = scale * {"Q4_1": -7.5, "Q4_K": 7.5, "Q5_K": 15.5}.get(kind, 0.0)  # so that the mean is about zero
        for at, number in zip(layout.halves, (scale, minimum), strict=False):
            data[..., at : at + 2] = np.array([number], np.float16).view(np.uint8)
        return BlockMatrix(layout, data.reshape(shape[0], -1), shape)

    return make


def reference(given: TransformerWeights) -> np.ndarray:
    """Logits (T, V) of `IDS` by torch, all at once."""
    with torch.inference_mode():
        logits: np.ndarray = Transformer.from_weights(given)(torch.tensor([IDS]))[0].numpy()
    return logits


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("threads", [1, 3])
def test_every_family_is_what_torch_computes(family: str, threads: int) -> None:
    given = weights(dataclasses.replace(PLAIN, **FAMILIES[family]))
    expected, mine = reference(given), NativeTransformerRuntime(given, threads)
    logits = mine.prefill(IDS[:131])
    assert logits is not None
    assert_close("after a prompt", logits, expected[130], CLOSE)
    for at in range(131, 150):
        assert_close(f"token {at}", mine.step(IDS[at]), expected[at], CLOSE)
    mine.reset()
    assert_close("losses", mine.score(IDS), _losses(expected), CLOSE)


def _losses(logits: np.ndarray) -> np.ndarray:
    truth = torch.tensor(IDS[1:])
    return torch.nn.functional.cross_entropy(torch.from_numpy(logits[:-1].copy()), truth, reduction="none").numpy()


@pytest.mark.parametrize("instructions", SETS)
@pytest.mark.parametrize("kind", ["Q8_0", "Q5_0", "Q4_0", "Q4_1", "Q4_K", "Q5_K", "Q6_K"])
def test_blocks_of_a_file_are_computed_as_groups(kind: str, instructions: str) -> None:
    wide = dataclasses.replace(PLAIN, hidden_dim=256, intermediate_dim=256, num_heads=16, num_kv_heads=4)
    given = weights(wide, blocks(kind))
    expected, mine = reference(given), NativeTransformerRuntime(given, 2, instructions=instructions)
    assert_close("all tokens", mine.prefill(IDS), expected[-1], 5e-2)
    mine.reset()
    for at in range(20):
        logits = mine.step(IDS[at])
    assert_close("token by token", logits, expected[19], 5e-2)


@pytest.mark.parametrize("instructions", SETS)
def test_ternary_weights_keep_their_two_bits(instructions: str) -> None:
    config = dataclasses.replace(PLAIN, ternary=True, activation_bits=8, sub_norms=True, intermediate_dim=128)

    def pack(values: np.ndarray, shape: tuple[int, int]) -> Any:
        return values if shape[0] == config.vocab_size else Ternary2.from_float(values)

    given = weights(config, pack)
    expected, mine = reference(given), NativeTransformerRuntime(given, 2, instructions=instructions)
    assert_close("all tokens", mine.prefill(IDS), expected[-1], 5e-2)
    held = mine.weight_bytes - 2 * 4 * config.vocab_size * config.hidden_dim
    assert held < config.num_ternary


def test_threads_change_no_bit() -> None:
    given = weights(dataclasses.replace(PLAIN, num_heads=10, num_kv_heads=5), blocks("Q4_1"))
    found = []
    for threads in (1, 2, 3):
        mine = NativeTransformerRuntime(given, threads)
        found.append([mine.prefill(IDS), *(mine.step(token).copy() for token in IDS[:5])])
    for others in found[1:]:
        assert all((a == b).all() for a, b in zip(found[0], others, strict=True))


def test_rewound_it_goes_on_as_if_nothing_had_been_read() -> None:
    mine = NativeTransformerRuntime(weights(PLAIN, blocks("Q8_0")), 2)
    mine.prefill(IDS[:40])
    mark = mine.state.mark()
    expected = [mine.step(token).copy() for token in IDS[40:50]]
    mine.state.rewind(mark)
    mine.prefill(IDS[60:100])
    for _ in range(2):
        mine.state.rewind(mark)
        assert all((mine.step(t) == e).all() for t, e in zip(IDS[40:50], expected, strict=True))


def test_logits_go_where_the_caller_says() -> None:
    mine = NativeTransformerRuntime(weights(PLAIN), 1)
    out = np.empty(PLAIN.vocab_size, np.float32)
    assert mine.step(IDS[0], out=out) is out
    kept = out.copy()
    mine.step(IDS[1])
    assert (out == kept).all()
    with pytest.raises(ValueError, match="float32"):
        mine.step(IDS[2], out=np.empty(3, np.float32))


def test_it_says_what_it_does_not_know_and_what_is_too_much() -> None:
    with pytest.raises(DeviceError, match="Q5_1"):
        NativeTransformerRuntime(weights(PLAIN, blocks("Q5_1")))
    mine = NativeTransformerRuntime(weights(PLAIN), 1, context=16)
    assert mine.capabilities.max_context == 16
    mine.prefill(IDS[:10])
    with pytest.raises(ConfigError, match="16"):
        mine.prefill(IDS[:7])
    with pytest.raises(ConfigError, match="outside the vocabulary"):
        mine.step(PLAIN.vocab_size)
    with pytest.raises(ConfigError, match="512"):
        NativeTransformerRuntime(weights(PLAIN), 1, context=513)


def test_a_prompt_stops_between_chunks_and_can_be_read_on() -> None:
    given = weights(PLAIN, blocks("Q4_0"))
    mine, other = NativeTransformerRuntime(given, 2), NativeTransformerRuntime(given, 2)
    answers = iter([False, True])
    with pytest.raises(Cancelled) as stopped:
        mine.prefill(IDS, cancel=lambda: next(answers))
    assert stopped.value.fed == native.MAX_CHUNK
    last, expected = mine.prefill(IDS[native.MAX_CHUNK :]), other.prefill(IDS)
    assert last is not None
    assert (last == expected).all()
