"""The transformer against the reference implementation: tiny random models of every family."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import reference_transformers as reference
import torch
from assert_close import assert_close

from engine.errors import ConfigError
from engine.io.transformer_weights import TransformerWeights, load_transformer
from engine.models.transformer import Transformer
from engine.runtime.torch_transformer import TorchTransformer

TOLERANCE = 1e-4
"""Relative, of logits in float32."""
TOKENS = 40
"""Well past the windows of 8 tokens."""


@pytest.fixture(scope="module", params=sorted(reference.FAMILIES))
def pair(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, TransformerWeights]:
    """The reference model and ours, read from the files that the reference wrote."""
    folder = tmp_path_factory.mktemp(request.param)
    model = reference.save(request.param, folder)
    return model, load_transformer(folder)


@pytest.fixture(scope="module")
def ids() -> list[int]:
    return np.random.default_rng(0).integers(0, reference.VOCAB, TOKENS).tolist()


def _expected(model: Any, ids: list[int]) -> np.ndarray:
    """Logits (T, V) of the reference."""
    with torch.inference_mode():
        return model(torch.tensor([ids])).logits[0].numpy()


def test_all_tokens_at_once(pair: tuple[Any, TransformerWeights], ids: list[int]) -> None:
    model, weights = pair
    net = Transformer.from_weights(weights)
    with torch.inference_mode():
        got = net(torch.tensor([ids, ids[::-1]]))
    assert_close("first stream", got[0], _expected(model, ids), TOLERANCE)
    assert_close("second stream", got[1], _expected(model, ids[::-1]), TOLERANCE)


def test_token_by_token_and_in_chunks(pair: tuple[Any, TransformerWeights], ids: list[int]) -> None:
    model, weights = pair
    expected = _expected(model, ids)
    runtime = TorchTransformer(weights, "cpu")
    assert_close("steps", np.stack([runtime.step(token) for token in ids]), expected, TOLERANCE)
    for size in (1, 3, 7, 16, TOKENS):
        runtime.reset()
        runtime.chunk = size
        assert_close(f"chunks of {size}", runtime.prefill(ids), expected[-1], TOLERANCE)
    runtime.reset()
    runtime.chunk = 7
    losses = -torch.tensor(expected[:-1]).log_softmax(-1)[range(TOKENS - 1), ids[1:]]
    assert_close("losses", runtime.score(ids), losses, TOLERANCE)


def test_rewound_it_goes_on_as_if_nothing_had_been_read(pair: tuple[Any, TransformerWeights], ids: list[int]) -> None:
    _, weights = pair
    runtime = TorchTransformer(weights, "cpu")
    runtime.prefill(ids[:20])
    mark = runtime.state.mark()
    straight = [runtime.step(token) for token in ids[20:30]]
    runtime.state.rewind(mark)
    assert runtime.state.tokens == ids[:20]
    again = [runtime.step(token) for token in ids[20:30]]
    assert np.array_equal(straight, again)
    runtime.state.truncate(5)
    runtime.prefill([3, 1, 4])
    runtime.state.rewind(mark)
    assert runtime.state.tokens == ids[:20]
    assert np.array_equal(runtime.step(ids[20]), straight[0])


def test_greedy_text_is_the_references(pair: tuple[Any, TransformerWeights], ids: list[int]) -> None:
    model, weights = pair
    runtime = TorchTransformer(weights, "cpu")
    token = int(runtime.prefill(ids[:12]).argmax())
    mine = [token]
    while len(mine) < 24:
        token = int(runtime.step(token).argmax())
        mine.append(token)
    with torch.inference_mode():
        prompt = torch.tensor([ids[:12]])
        theirs = model.generate(
            prompt, attention_mask=torch.ones_like(prompt), max_new_tokens=24, do_sample=False, eos_token_id=None
        )[0, 12:].tolist()
    assert mine == theirs


def test_context_that_is_full_is_said_in_words(pair: tuple[Any, TransformerWeights]) -> None:
    _, weights = pair
    runtime = TorchTransformer(weights, "cpu", context=16)
    runtime.prefill([1] * 16)
    with pytest.raises(ConfigError, match="16"):
        runtime.step(1)
    with pytest.raises(ConfigError):
        TorchTransformer(weights, "cpu", context=weights.config.max_context + 1)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_shards_of_half_precision(tmp_path: Path, ids: list[int], dtype: torch.dtype) -> None:
    model = reference.save("llama3", tmp_path, dtype, shard="60KB")
    assert len(list(tmp_path.glob("*.safetensors"))) > 1
    with torch.inference_mode():
        got = Transformer.from_weights(load_transformer(tmp_path))(torch.tensor([ids]))[0]
    assert_close("logits", got, _expected(model, ids), TOLERANCE)
