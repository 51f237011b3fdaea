"""Files of readers: written and read back, found beside their model, refused in words where they are damaged."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tiny_transformer

from engine.errors import ConfigError, FileFormatError
from engine.io.memory_file import backbone_identity
from engine.io.model_file import open_model
from engine.io.reader_file import ReaderWeights, find_reader, load_reader, save_reader
from engine.io.tensors import save_tensors
from engine.layers.low_rank import LowRankAdapter


def test_a_reader_comes_back_and_is_found(tmp_path: Path) -> None:
    model = tiny_transformer.save_transformer(tmp_path / "tiny")
    weights = open_model(model)
    assert find_reader(model, weights.config, weights.tokenizer) is None
    adapter = LowRankAdapter(weights.config, 2, 4, seed=1)
    tensors = {name: tensor.numpy() for name, tensor in adapter.named_tensors().items()}
    identity = backbone_identity(weights.config, weights.tokenizer or "")
    save_reader(model / "any.reader.safetensors", ReaderWeights(2, 4, tensors, identity))
    path = find_reader(model, weights.config, weights.tokenizer)
    assert path == model / "any.reader.safetensors"
    read = load_reader(path)
    assert (read.first, read.rank, read.backbone) == (2, 4, identity)
    again = LowRankAdapter.from_tensors(weights.config, read.first, read.rank, read.tensors)
    for name, tensor in again.named_tensors().items():
        np.testing.assert_allclose(tensor.numpy(), tensors[name], atol=1e-3)


def test_a_reader_of_another_model_is_not_found_and_fits_none(tmp_path: Path) -> None:
    model = tiny_transformer.save_transformer(tmp_path / "tiny")
    weights = open_model(model)
    adapter = LowRankAdapter(weights.config, 2, 4)
    tensors = {name: tensor.numpy() for name, tensor in adapter.named_tensors().items()}
    save_reader(model / "any.reader.safetensors", ReaderWeights(2, 4, tensors, "llama-1-1-1-0"))
    assert find_reader(model, weights.config, weights.tokenizer) is None
    with pytest.raises(ConfigError):
        LowRankAdapter.from_tensors(weights.config, 1, 4, tensors)


@pytest.mark.parametrize(
    "metadata",
    [
        {"format": "other", "version": "1", "first": "0", "rank": "1"},
        {"format": "bitllama-reader", "version": "9", "first": "0", "rank": "1"},
        {"format": "bitllama-reader", "version": "1", "first": "x", "rank": "1"},
    ],
)
def test_what_is_no_reader_is_refused(tmp_path: Path, metadata: dict[str, str]) -> None:
    path = tmp_path / "x.reader.safetensors"
    save_tensors(path, {"a": np.zeros(3, np.float16)}, metadata)
    with pytest.raises(FileFormatError, match=r"x\.reader\.safetensors"):
        load_reader(path)


def test_values_that_are_not_finite_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.reader.safetensors"
    save_reader(path, ReaderWeights(0, 1, {"a": np.array([np.nan], np.float32)}, ""))
    with pytest.raises(FileFormatError):
        load_reader(path)
