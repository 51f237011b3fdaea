"""Embedding and head as bytes: a form of the `.bitt` that both runtimes compute alike, and a body of its own."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from assert_close import assert_close
from native_bodies import needs_library, random_body

from engine.cli import main
from engine.errors import FileFormatError
from engine.formats.anatomy import Body, as_float
from engine.formats.bitt import BYTE_TABLES, load_bitt, save_bitt
from engine.formats.body import fingerprint
from engine.formats.checkpoint import load_checkpoint
from engine.formats.inspect import inspect_path
from engine.model import BitLlama
from engine.ops.word_table.table import ByteTable
from engine.runtime.native_runtime import NativeRuntime
from engine.runtime.torch_runtime import TorchRuntime

TOKENS = [(7 * i * i + 3) % 260 for i in range(40)]


def in_bytes(shape: str, **changes: object) -> Body:
    body = random_body(shape, **changes)
    tables = {name: ByteTable.from_float(as_float(body.tensors[name])) for name in BYTE_TABLES}
    return Body(body.config, {**body.tensors, **tables}, body.tokenizer, encoding="packed")


def test_a_row_is_at_most_half_a_step_away() -> None:
    w = np.random.default_rng(1).standard_normal((70, 33)).astype(np.float32) * np.float32(3)
    w[5] = 0
    table = ByteTable.from_float(w)
    assert table.damage() is None
    assert not table.to_float()[5].any()
    step = np.abs(w).max(axis=1, keepdims=True) / 127
    assert (np.abs(table.to_float() - w) <= step * 0.5001).all()
    assert np.abs(table.codes()).max(axis=1).tolist() == [127] * 5 + [0] + [127] * 64


def test_a_file_keeps_them_and_says_so(tmp_path: Path) -> None:
    body, path = random_body("linear, odd sizes"), tmp_path / "a.bitt"
    save_bitt(path, body, packed=True, words="bytes")
    loaded, floats = load_bitt(path), tmp_path / "b.bitt"
    assert isinstance(loaded.tensors["lm_head.weight"], ByteTable)
    assert loaded.fingerprint == fingerprint(loaded.config, loaded.tensors) != body.fingerprint
    card = inspect_path(path)
    assert card.ok
    assert "embedding and head as bytes" in card.format
    save_bitt(floats, body, packed=True)
    sizes = [inspect_path(p).to_dict() for p in (path, floats)]
    saved = 2 * body.config.vocab_size * (3 * body.config.hidden_dim - 4)  # a scale for each row is new
    assert sizes[1]["memory_packed_bytes"] - sizes[0]["memory_packed_bytes"] == saved
    again = tmp_path / "c.bitt"
    save_bitt(again, loaded, packed=True)
    assert again.read_bytes() == path.read_bytes()


@pytest.mark.parametrize("half", [False, True])
def test_back_in_float_they_are_the_weights_that_they_mean(tmp_path: Path, half: bool) -> None:
    body, path = in_bytes("linear"), tmp_path / "a.bitt"
    save_bitt(path, body, packed=False, half=half)
    loaded = load_bitt(path)
    assert loaded.fingerprint == fingerprint(loaded.config, loaded.tensors) != body.fingerprint
    assert_close(
        "head", loaded.tensors["lm_head.weight"], as_float(body.tensors["lm_head.weight"]), 1e-3 if half else 0
    )
    thawed = BitLlama.from_body(body, frozen=False)
    assert_close("thawed", thawed.lm_head.weight, as_float(body.tensors["lm_head.weight"]), 1e-7)
    assert thawed.to_body().validate().ok


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda t: t | {"lm_head.scale": t["lm_head.scale"][:-1]}, "scale for each are needed"),
        (lambda t: t | {"embed.weight": t["embed.weight"].astype(np.float32)}, "scale for each are needed"),
        (lambda t: {k: v for k, v in t.items() if k != "embed.scale"}, "missing"),
        (lambda t: t | {"embed.weight": t["embed.weight"] * 0}, "the byte 0"),
        (lambda t: t | {"embed.scale": t["embed.scale"] * np.nan}, "not finite"),
    ],
)
def test_damage_is_refused_in_words(tmp_path: Path, change: object, words: str) -> None:
    from engine.formats.tensors import TensorFile, read_header, save_tensors

    path = tmp_path / "a.bitt"
    save_bitt(path, random_body(), packed=True, words="bytes")
    with path.open("rb") as file:
        import mmap

        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    _, start = read_header(mapped, path, 4, len(mapped), "header")
    tensors = dict(TensorFile.read(mapped, path, start).tensors)
    damaged = tmp_path / "b.bitt"
    with damaged.open("wb") as file:
        file.write(mapped[:start])
        save_tensors(file, change(tensors))  # type: ignore[operator]
    with pytest.raises(FileFormatError, match=words):
        load_bitt(damaged)


@needs_library
@pytest.mark.parametrize("shape", ["tied, odd sizes", "linear, odd sizes", "linear, wide"])
@pytest.mark.parametrize("bits", [8, 32])
def test_both_runtimes_compute_the_same(shape: str, bits: int) -> None:
    body = in_bytes(shape, activation_bits=bits)
    mine, theirs = NativeRuntime(body, 2), TorchRuntime(body, "cpu")
    errors = []
    for token in TOKENS:
        got, expected = mine.step(token), theirs.step(token)
        errors.append(float(np.linalg.norm(got - expected) / np.linalg.norm(expected)))
    # Activations of 8 bits can round either way, then a token differs: see test_native_against_torch.
    assert (max(errors) if bits == 32 else np.median(errors)) < 1e-5
    scores = mine.score(TOKENS), theirs.score(TOKENS)
    assert_close("losses", *scores, 1e-5 if bits == 32 else 1e-2)


def test_export_offers_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, path = tmp_path / "a.bitt", tmp_path / "b.bitt"
    save_bitt(source, random_body(), packed=True)
    assert main(["export", str(source), str(path), "--bytes"]) == 0
    assert "a body of its own" in capsys.readouterr().out
    assert main(["export", str(path), str(tmp_path / "folder")]) == 0
    assert "a body of its own" in capsys.readouterr().out
    assert load_checkpoint(tmp_path / "folder").tensors["embed.weight"].dtype == np.float32
    assert main(["export", str(path), str(tmp_path / "d.bitt"), "--bytes", "--float"]) == 1
    assert "--bytes" in capsys.readouterr().err
    assert main(["inspect", str(path), "--json"]) == 0
    assert "as bytes" in json.loads(capsys.readouterr().out)["format"]
