"""Our files, read by code that knows only the layout in the documentation, json, struct and the safetensors library."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import safetensors
import safetensors.numpy

from engine.io.bitt import save_bitt
from engine.io.checkpoint import save_checkpoint
from engine.io.model_file import ModelWeights, fingerprint, load_weights
from engine.io.soul import Soul, load_soul, save_soul


def read_bitt(path: Path) -> tuple[dict, dict[str, np.ndarray], int]:
    data = path.read_bytes()
    assert data[:4] == b"BITT"
    (length,) = struct.unpack("<Q", data[4:12])
    return json.loads(data[12 : 12 + length]), safetensors.numpy.load(data[12 + length :]), 12 + length


def tensor_names(layers: int) -> set[str]:
    parts = ["norm1", "ttt.down", "ttt.up", "norm2", "mlp.gate_proj", "mlp.down_proj", "mlp.up_proj"]
    inner = {f"layers.{i}.{part}.weight" for i in range(layers) for part in parts}
    return inner | {"embed.weight", "norm_f.weight", "lm_head.weight"}


def test_a_checkpoint(tmp_path: Path, body: ModelWeights) -> None:
    save_checkpoint(tmp_path, body)
    stored = safetensors.numpy.load_file(tmp_path / "model.safetensors")
    config = json.loads((tmp_path / "config.json").read_text("utf-8"))
    assert tensor_names(2) <= set(stored)
    if body.config.ttt_variant == "tied":
        assert tensor_names(2) == set(stored)
    for name, array in stored.items():
        np.testing.assert_array_equal(array, body.tensors[name])
    assert config["vocab_size"] == 37
    assert config["num_layers"] == 2
    assert config["hidden_dim"] == body.config.hidden_dim
    assert config["inner_lr"] == body.config.inner_lr
    assert config.get("author") == body.config.extra.get("author")
    assert json.loads((tmp_path / "tokenizer.json").read_text("utf-8")) == json.loads(body.tokenizer or "")


def test_a_float_bitt(tmp_path: Path, body: ModelWeights) -> None:
    save_bitt(tmp_path / "a.bitt", body, packed=False)
    header, stored, start = read_bitt(tmp_path / "a.bitt")
    assert start % 64 == 0
    assert header["config"]["hidden_dim"] == body.config.hidden_dim
    assert header["tokenizer"]["model"]["vocab"]["魂"] == 1
    assert set(stored) == set(body.tensors)
    for name, array in stored.items():
        np.testing.assert_array_equal(array, body.tensors[name])


def test_a_packed_bitt(tmp_path: Path, body: ModelWeights) -> None:
    save_bitt(tmp_path / "a.bitt", body, packed=True)
    header, stored, start = read_bitt(tmp_path / "a.bitt")
    assert start % 64 == 0
    assert header["encoding"] == "ternary2"
    for name, (rows, cols) in header["ternary"].items():
        weights = np.asarray(body.tensors[name])
        scale = np.float32(np.abs(weights.astype(np.float64)).mean())
        assert stored[name.replace(".weight", ".scale")][0] == scale
        packed = stored[name]
        codes = np.empty((rows, cols), np.int64)
        for column in range(cols):
            block, within = divmod(column, 64)
            lane, byte = divmod(within, 16)
            codes[:, column] = (packed[:, 16 * block + byte] >> (2 * lane) & 3).astype(int) - 1
        np.testing.assert_array_equal(codes, np.clip(np.rint(weights / scale), -1, 1))
    floats = set(body.tensors) - set(header["ternary"])
    assert "embed.weight" in floats
    for name in floats:
        np.testing.assert_array_equal(stored[name], body.tensors[name])


def test_a_soul(tmp_path: Path, soul: Soul) -> None:
    save_soul(tmp_path / "a.soul", soul)
    with safetensors.safe_open(tmp_path / "a.soul", framework="np") as file:
        assert sorted(file.keys()) == ["layers.0.ttt.w_state", "layers.1.ttt.w_state"]
        for i in range(2):
            np.testing.assert_array_equal(file.get_tensor(f"layers.{i}.ttt.w_state"), soul.layers[i])
        meta = {key: json.loads(value) for key, value in file.metadata().items()}
    assert meta["version"] == 1
    assert meta["body"] == soul.meta.body
    assert meta["level"] == 123
    assert meta["parent"] == "a1b2"
    assert meta["name"] == "Mika"
    assert meta["created"] == soul.meta.created
    assert meta["history"] == [{"event": "sleep", "level": 90, "note": "夜"}]


def test_the_other_way_round_files_of_others_are_read(tmp_path: Path, body: ModelWeights, soul: Soul) -> None:
    arrays = {name: np.asarray(tensor) for name, tensor in body.tensors.items()}
    (tmp_path / "c").mkdir()
    safetensors.numpy.save_file(arrays, tmp_path / "c" / "model.safetensors")
    (tmp_path / "c" / "config.json").write_text(json.dumps(body.config.to_dict()))
    header = json.dumps({"config": body.config.to_dict(), "tokenizer": body.tokenizer}).encode()  # no padding, as text
    raw = b"BITT" + struct.pack("<Q", len(header)) + header + safetensors.numpy.save(arrays)
    (tmp_path / "b.bitt").write_bytes(raw)
    for path in (tmp_path / "c", tmp_path / "c" / "model.safetensors", tmp_path / "b.bitt"):
        loaded = load_weights(path)
        assert loaded.fingerprint == fingerprint(body.config, body.tensors)
        for name in arrays:
            np.testing.assert_array_equal(loaded.tensors[name], arrays[name])
    safetensors.numpy.save_file({f"layer_{i}": layer for i, layer in enumerate(soul.layers)}, tmp_path / "old.soul")
    old = load_soul(tmp_path / "old.soul")
    for mine, theirs in zip(soul.layers, old.layers, strict=True):
        np.testing.assert_array_equal(mine, theirs)
    assert old.meta.body == ""
    assert old.meta.level == 0
