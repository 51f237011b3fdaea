"""GGUF files that nobody vouches for: damaged anywhere, they are refused in words, at once and in little memory."""

from __future__ import annotations

import struct
import tracemalloc
from pathlib import Path

import gguf
import numpy as np
import pytest

from engine.errors import BitLlamaError, FileFormatError
from engine.io.gguf import GGUFFile
from engine.io.transformer_weights import load_transformer

MUTATIONS = 400
"""Of the header, in one run of the test."""
_EXTREMES = (0, 1, 0x7FFFFFFF, 0xFFFFFFFF, 1 << 40, (1 << 63) - 1, (1 << 64) - 1)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A small file with every type of metadata that models have."""
    path = tmp_path_factory.mktemp("gguf") / "model.gguf"
    writer = gguf.GGUFWriter(path, "llama")
    for key, value in (
        ("block_count", 1), ("embedding_length", 32), ("feed_forward_length", 32), ("context_length", 64),
        ("attention.head_count", 2), ("attention.head_count_kv", 1),
    ):  # fmt: skip
        writer.add_uint32(f"llama.{key}", value)
    writer.add_float32("llama.attention.layer_norm_rms_epsilon", 1e-5)
    writer.add_tokenizer_model("gpt2")
    writer.add_token_merges([])
    writer.add_token_list([f"t{i}" for i in range(40)])
    writer.add_token_types([1] * 40)
    writer.add_bool("tokenizer.ggml.add_bos_token", True)
    writer.add_string("tokenizer.chat_template", "{{ messages }}")
    rng = np.random.default_rng(0)
    for name, shape in (
        ("token_embd", (40, 32)), ("output_norm", (32,)), ("blk.0.attn_norm", (32,)), ("blk.0.ffn_norm", (32,)),
        ("blk.0.attn_q", (32, 32)), ("blk.0.attn_k", (16, 32)), ("blk.0.attn_v", (16, 32)),
        ("blk.0.attn_output", (32, 32)), ("blk.0.ffn_gate", (32, 32)), ("blk.0.ffn_up", (32, 32)),
    ):  # fmt: skip
        writer.add_tensor(f"{name}.weight", rng.standard_normal(shape).astype(np.float32))
    kind = gguf.GGMLQuantizationType.Q8_0
    writer.add_tensor(
        "blk.0.ffn_down.weight", gguf.quantize(rng.standard_normal((32, 32)).astype(np.float32), kind), raw_dtype=kind
    )
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    load_transformer(path)
    return path.read_bytes()


def _header_size(data: bytes, folder: Path) -> int:
    path = folder / "sound.gguf"
    path.write_bytes(data)
    return min(info.start for info in GGUFFile(path).infos.values())


def _mutated(data: bytes, header: int, rng: np.random.Generator) -> bytes:
    """The file with something in its header changed, or cut short."""
    out = bytearray(data)
    if rng.random() < 0.15:
        return bytes(out[: rng.integers(0, len(out))])
    for _ in range(rng.integers(1, 4)):
        at = int(rng.integers(0, header - 8))
        if rng.random() < 0.5:
            out[at] = rng.integers(0, 256)
        elif rng.random() < 0.5:
            out[at : at + 8] = struct.pack("<Q", _EXTREMES[rng.integers(0, len(_EXTREMES))])
        else:
            out[at : at + 4] = struct.pack("<I", _EXTREMES[rng.integers(0, 4)])
    return bytes(out)


def test_mutations_are_refused_in_words_or_read(sound: bytes, tmp_path: Path) -> None:
    header = _header_size(sound, tmp_path)
    rng = np.random.default_rng(7)
    path = tmp_path / "mutated.gguf"
    read, refusals = 0, []
    tracemalloc.start()
    for _ in range(MUTATIONS):
        path.write_bytes(_mutated(sound, header, rng))
        try:
            weights = load_transformer(path)
            for name in weights.tensors:
                tensor = weights.tensors[name]
                _ = tensor if isinstance(tensor, np.ndarray) else tensor.to_float()
            read += 1
        except BitLlamaError as error:
            refusals.append(str(error))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    print(f"{read} read, {len(refusals)} refused, at most {peak:,} bytes for a file of {len(sound):,}")
    assert all(str(path) in refusal for refusal in refusals)
    assert len(refusals) > MUTATIONS // 3
    assert peak < 2 * len(sound) + 4_000_000


@pytest.mark.parametrize(
    ("at", "number"),
    [(8, 1 << 62), (16, 1 << 62), (8, 1 << 20), (16, (1 << 64) - 1)],
    ids=["tensors", "entries", "more tensors than the file has bytes", "most entries"],
)
def test_counts_that_the_file_cannot_hold(sound: bytes, tmp_path: Path, at: int, number: int) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(sound[:at] + struct.pack("<Q", number) + sound[at + 8 :])
    with pytest.raises(FileFormatError):
        GGUFFile(path)


@pytest.mark.parametrize("version", [0, 1, 4, 3 << 24])
def test_versions_that_cannot_be_read_are_named(sound: bytes, tmp_path: Path, version: int) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(sound[:4] + struct.pack("<I", version) + sound[8:])
    with pytest.raises(FileFormatError, match="version"):
        GGUFFile(path)


def test_every_truncation_is_refused(sound: bytes, tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    for length in [*range(1, 400, 7), *range(400, len(sound) - 1088, 997), len(sound) - 1089]:
        path.write_bytes(sound[:length])
        with pytest.raises(FileFormatError):
            GGUFFile(path)
