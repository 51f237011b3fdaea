"""The card of a file: true numbers, and a problem instead of a crash."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy
from small_bodies import CONFIGS, make_body

from engine.io.bitt import save_bitt
from engine.io.checkpoint import save_checkpoint
from engine.io.file_info import readable_size
from engine.io.inspect import inspect_path
from engine.io.model_file import ModelWeights
from engine.io.soul import Soul, save_soul
from engine.models.config import BitLlamaConfig


def test_the_card_of_a_body_tells_its_sizes(tmp_path: Path, body: ModelWeights) -> None:
    save_bitt(tmp_path / "a.bitt", body, packed=True)
    card = inspect_path(tmp_path / "a.bitt")
    data = card.to_dict()
    counts = {True: 0, False: 0}
    for name, spec in body.config.tensor_specs().items():
        counts[spec.ternary] += np.asarray(body.tensors[name]).size
    stored = safetensors.numpy.load((tmp_path / "a.bitt").read_bytes()[header_end(tmp_path / "a.bitt") :])
    assert card.ok
    assert json.loads(json.dumps(data))["kind"] == "body"
    assert data["size"] == (tmp_path / "a.bitt").stat().st_size
    assert data["ternary_parameters"] == counts[True]
    assert data["float_parameters"] == counts[False]
    assert data["parameters"] == sum(counts.values()) == body.config.num_parameters
    assert data["bits_per_weight"] == pytest.approx(8 * sum(a.nbytes for a in stored.values()) / sum(counts.values()))
    assert data["fast_weights"] == 2 * np.prod(body.config.fast_shape)
    assert data["soul_bytes"] == 4 * data["fast_weights"]
    assert data["memory_packed_bytes"] == sum(a.nbytes for a in stored.values()) + data["soul_bytes"]
    assert data["memory_float_bytes"] == 4 * (data["parameters"] + data["fast_weights"])
    assert (data["tokenizer"], data["tokenizer_entries"]) == ("BPE", 4)
    assert data["fingerprint"] == body.fingerprint
    assert data["fingerprint_state"] == "verified"
    assert data["chat_template"] is (body.config.chat_template is not None)


def header_end(path: Path) -> int:
    return 12 + struct.unpack("<Q", path.read_bytes()[4:12])[0]


def test_the_card_reads_as_aligned_lines(tmp_path: Path) -> None:
    save_bitt(tmp_path / "a.bitt", make_body(CONFIGS["linear"]), packed=True)
    lines = inspect_path(tmp_path / "a.bitt").render().splitlines()
    column = len("bits per weight") + 2
    assert all(line[column - 2 : column] == "  " and line[column] != " " for line in lines)
    text = {line[:column].strip(): line[column:] for line in lines}
    assert text["TTT"] == "linear, 3 heads x 8, inner rate 0.5"
    assert text["layers"] == "2"
    assert text["vocabulary"] == "37"
    assert text["format"] == ".bitt, packed ternary weights, float weights as F32"
    assert text["fingerprint"].endswith("(verified)")
    assert text["problems"] == "none"


@pytest.mark.parametrize("name", ["c", "c/model.safetensors"])
def test_the_card_of_a_checkpoint(tmp_path: Path, body: ModelWeights, name: str) -> None:
    save_checkpoint(tmp_path / "c", body)
    card = inspect_path(tmp_path / name)
    assert card.ok
    assert card.format == "checkpoint, float weights as F32"
    data = card.to_dict()
    assert data["fingerprint"] == body.fingerprint
    assert data["fingerprint_state"] == "computed"
    assert data["bits_per_weight"] == 32.0


def test_a_false_fingerprint_is_found(tmp_path: Path, body: ModelWeights) -> None:
    save_bitt(tmp_path / "a.bitt", body, packed=True)
    raw = (tmp_path / "a.bitt").read_bytes().replace(body.fingerprint.encode(), b"0" * 64)
    (tmp_path / "b.bitt").write_bytes(raw)
    card = inspect_path(tmp_path / "b.bitt")
    assert not card.ok
    assert card.to_dict()["fingerprint_state"] == "differs"
    assert body.fingerprint in card.problems[0]


def test_the_card_of_a_soul(tmp_path: Path, soul: Soul) -> None:
    soul.meta.history.extend({"event": "sleep", "level": i} for i in range(9))
    save_soul(tmp_path / "a.soul", soul)
    card = inspect_path(tmp_path / "a.soul")
    data = card.to_dict()
    assert card.ok
    assert data["kind"] == "soul"
    assert data["level"] == 123
    assert data["name"] == "Mika"
    assert data["body"] == soul.meta.body
    assert data["norms"] == pytest.approx([float(np.linalg.norm(layer.reshape(-1))) for layer in soul.layers])
    assert json.loads(json.dumps(data))["history"] == soul.meta.history
    text = card.render()
    assert "123 tokens lived" in text
    assert "10 events, the last 5:" in text
    assert "event sleep, level 8" in text
    assert "level 3" not in text


def test_a_soul_is_known_by_its_tensors_whatever_its_name(tmp_path: Path, soul: Soul) -> None:
    save_soul(tmp_path / "a.bin", soul)
    assert inspect_path(tmp_path / "a.bin").kind == "soul"


def test_a_name_from_a_file_cannot_steer_the_terminal(tmp_path: Path, soul: Soul) -> None:
    soul.meta.history.append({"note": "\x1b[2J\nproblem  none"})
    save_soul(tmp_path / "a.soul", soul)
    text = inspect_path(tmp_path / "a.soul").render()
    assert "\x1b" not in text
    assert not any(line.startswith("problem ") for line in text.splitlines())


def test_a_broken_file_gets_a_card_that_says_so(tmp_path: Path, body: ModelWeights, soul: Soul) -> None:
    save_bitt(tmp_path / "whole.bitt", body, packed=True)
    save_soul(tmp_path / "whole.soul", soul)
    save_checkpoint(tmp_path / "c", body)
    for name in ("whole.bitt", "whole.soul"):
        raw = (tmp_path / name).read_bytes()
        (tmp_path / name.replace("whole", "cut")).write_bytes(raw[:-10])
    (tmp_path / "empty.soul").write_bytes(b"")
    (tmp_path / "empty").mkdir()
    (tmp_path / "c" / "config.json").unlink()
    for name, kind, words in (
        ("cut.bitt", "body", "truncated"),
        ("cut.soul", "soul", "truncated"),
        ("empty.soul", "soul", "empty"),
        ("empty", "body", "not a checkpoint folder"),
        ("c", "body", "no config.json"),
        ("nowhere", "unknown", "no file"),
        ("nul\0", "unknown", "Could not read"),
    ):
        card = inspect_path(tmp_path / name)
        assert not card.ok, name
        assert card.kind == kind
        assert words in card.problems[0]
        assert "problem " in card.render()
        json.dumps(card.to_dict())


def test_what_is_wrong_with_the_weights_stands_beside_what_is_known(tmp_path: Path, body: ModelWeights) -> None:
    save_checkpoint(tmp_path, body)
    arrays = safetensors.numpy.load_file(tmp_path / "model.safetensors")
    arrays["embed.weight"][0, 0] = np.nan
    del arrays["norm_f.weight"]
    safetensors.numpy.save_file(arrays, tmp_path / "model.safetensors")
    card = inspect_path(tmp_path)
    assert len(card.problems) == 2
    assert "norm_f.weight" in card.problems[0]
    assert "embed.weight" in card.problems[1]
    assert card.to_dict()["fingerprint_state"] == "unverified"
    assert card.to_dict()["layers"] == 2


def test_a_config_of_a_million_layers_is_only_counted(tmp_path: Path, body: ModelWeights) -> None:
    save_checkpoint(tmp_path, body)
    config = {**body.config.to_dict(), "num_layers": 1_000_000}
    (tmp_path / "config.json").write_text(json.dumps(config))
    card = inspect_path(tmp_path)
    assert "1000000 layers" in card.problems[0]
    assert card.to_dict()["parameters"] == BitLlamaConfig.from_dict(config).num_parameters


SIZES = [(0, "0 bytes"), (999, "999 bytes"), (1000, "1.0 kB"), (123_456, "123 kB"), (1_500_000, "1.5 MB")]


@pytest.mark.parametrize(("size", "text"), [*SIZES, (2 * 10**15, "2000.0 TB")])
def test_sizes_are_readable(size: int, text: str) -> None:
    assert readable_size(size) == text
