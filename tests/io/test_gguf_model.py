"""Models from GGUF files: the reference's own, written as llama.cpp's converters write them, give the same logits."""

from __future__ import annotations

from pathlib import Path

import gguf
import numpy as np
import pytest
import reference_gguf
import reference_transformers
import torch
from assert_close import assert_close

from engine.errors import ConfigError, FileFormatError
from engine.io.gguf import GGUFFile
from engine.io.gguf_model import open_gguf
from engine.io.transformer_weights import load_transformer
from engine.models.transformer import Transformer
from engine.ops.blocks.matrix import BlockMatrix

IDS = np.random.default_rng(0).integers(0, reference_transformers.VOCAB, 40).tolist()


def _logits(path: Path) -> np.ndarray:
    with torch.inference_mode():
        return Transformer.from_weights(load_transformer(path))(torch.tensor([IDS]))[0].numpy()


@pytest.mark.parametrize("name", sorted(reference_gguf.ARCHITECTURES))
def test_logits_are_the_references(name: str, tmp_path: Path) -> None:
    model = reference_transformers.make(name)
    reference_gguf.write(model, reference_gguf.ARCHITECTURES[name], tmp_path / "model.gguf")
    with torch.inference_mode():
        expected = model(torch.tensor([IDS])).logits[0]
    assert_close(name, _logits(tmp_path / "model.gguf"), expected, 1e-4)


@pytest.mark.parametrize("kind", ["Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "F16", "BF16"])
def test_quantised_weights_are_used_as_they_stand(kind: str, tmp_path: Path) -> None:
    model = reference_transformers.make("llama3", hidden_size=64, intermediate_size=96)
    written = reference_gguf.write(model, "llama", tmp_path / "model.gguf", kind)
    assert written
    _, config, tensors = open_gguf(tmp_path / "model.gguf")
    for name in (f"layers.1.attention.{part}_proj.weight" for part in "qkvo"):
        tensor = tensors[name]
        assert tensor.shape == config.tensor_specs()[name].shape
        if kind[0] == "Q":
            assert isinstance(tensor, BlockMatrix)
    restored = reference_transformers.make("llama3", hidden_size=64, intermediate_size=96)
    with torch.no_grad():
        for name, values in written.items():
            parameter = restored.get_parameter(name)
            if name.endswith(("q_proj.weight", "k_proj.weight")):
                heads = model.config.num_attention_heads if "q_proj" in name else model.config.num_key_value_heads
                values = values.reshape(heads, -1, 2, values.shape[1]).swapaxes(1, 2).reshape(values.shape)
            parameter.copy_(torch.from_numpy(np.ascontiguousarray(values)))
        expected = restored(torch.tensor([IDS])).logits[0]
    assert_close(kind, _logits(tmp_path / "model.gguf"), expected, 1e-4)


def test_tensors_are_views_of_the_file(tmp_path: Path) -> None:
    reference_gguf.write(reference_transformers.make("smollm2"), "llama", tmp_path / "model.gguf")
    _, _, tensors = open_gguf(tmp_path / "model.gguf")
    embedding = tensors["embed.weight"]
    assert not embedding.flags.owndata
    assert not embedding.flags.writeable


def test_what_the_metadata_says(tmp_path: Path) -> None:
    model = reference_transformers.make("smollm2", vocab_size=261)
    reference_gguf.write(model, "llama", tmp_path / "model.gguf", tokens=261)
    file, config, _ = open_gguf(tmp_path / "model.gguf")
    assert (config.family, config.name, config.licence) == ("llama", "tiny", "mit")
    assert (config.end_ids, config.bos_id, config.tied_head) == ((256,), None, True)
    assert config.chat_template == reference_gguf.TEMPLATE
    assert len(file.metadata["tokenizer.ggml.tokens"]) == file.metadata.count("tokenizer.ggml.tokens") == 261


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"general.architecture": "mamba"}, "mamba"),
        ({"llama.expert_count": 8}, "mixture of experts"),
        ({"llama.rope.scaling.type": "longrope", "llama.rope.scaling.factor": 2.0}, "longrope"),
        ({"llama.attention.value_length": 24}, "differ in width"),
        ({"llama.logit_scale": 2.0}, "logit_scale"),
    ],
)
def test_what_cannot_run_says_which_part_is_unknown(changes: dict[str, object], said: str, tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    values = {
        "general.architecture": "llama", "llama.block_count": 1, "llama.embedding_length": 32,
        "llama.attention.head_count": 2, "llama.feed_forward_length": 32, "llama.context_length": 64,
        "llama.attention.layer_norm_rms_epsilon": 1e-5,
    } | changes  # fmt: skip
    writer = gguf.GGUFWriter(path, str(values.pop("general.architecture")))
    for key, value in values.items():
        add = {int: writer.add_uint32, float: writer.add_float32, str: writer.add_string}[type(value)]
        add(key, value)
    writer.add_tensor("token_embd.weight", np.zeros((40, 32), np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    with pytest.raises(ConfigError, match=said):
        open_gguf(path)


def test_kinds_that_are_not_computed_are_named(tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_tensor("x", np.zeros((2, 84), np.uint8), raw_dtype=gguf.GGMLQuantizationType.Q2_K)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    with pytest.raises(FileFormatError, match="Q2_K"):
        GGUFFile(path)
