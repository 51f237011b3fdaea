"""Embedding and head as whole numbers: forms of the `.bitt` that both runtimes compute alike, and other models."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
from assert_close import assert_close
from native_bodies import needs_library, random_body, with_tensors

from engine import native
from engine.cli import main
from engine.errors import FileFormatError
from engine.io.bitt import load_bitt, save_bitt
from engine.io.checkpoint import load_checkpoint
from engine.io.inspect import inspect_path
from engine.io.model_file import fingerprint
from engine.io.packed import EMBED, EMBEDDING_FORMS, HEAD, EmbeddingForm, Packing
from engine.io.weights import ModelWeights, as_float
from engine.models.bitllama import BitLlama
from engine.ops.quantized_embedding.int5 import Int5Damage, Int5Embedding, find_damage, find_damage_natively
from engine.ops.quantized_embedding.int8 import Int8Embedding
from engine.runtime.native_runtime import NativeRuntime
from engine.runtime.torch_runtime import TorchRuntime

TOKENS = [(7 * i * i + 3) % 260 for i in range(40)]
FORMS: list[EmbeddingForm] = ["int8", "int5"]


def held(words: EmbeddingForm, shape: str, **changes: object) -> ModelWeights:
    body = random_body(shape, **changes)
    tables = {name: form.from_float(as_float(body.tensors[name])) for name, form in EMBEDDING_FORMS[words].items()}
    return ModelWeights(body.config, {**body.tensors, **tables}, body.tokenizer, encoding="packed")


def some_weights(rows: int, cols: int) -> np.ndarray:
    w = np.random.default_rng(rows + cols).standard_normal((rows, cols)).astype(np.float32) * np.float32(3)
    w[rows // 2] = 0
    return w


def test_a_row_of_bytes_is_at_most_half_a_step_away() -> None:
    w = some_weights(70, 33)
    table = Int8Embedding.from_float(w)
    assert table.damage() is None
    assert not table.to_float()[35].any()
    step = np.abs(w).max(axis=1, keepdims=True) / 127
    assert (np.abs(table.to_float() - w) <= step * 0.5001).all()
    assert np.abs(table.codes()).max(axis=1).tolist() == [127] * 35 + [0] + [127] * 34


@pytest.mark.parametrize("cols", [1, 33, 64, 65, 192])
def test_five_bits_lie_where_the_format_says(cols: int) -> None:
    table = Int5Embedding.from_float(some_weights(9, cols))
    assert table.damage() is None
    assert table.stored.shape == (9, Int5Embedding.stored_width(cols))
    blocks = table.stored.shape[1] // 40
    for row, codes in zip(table.stored, table.codes(), strict=True):
        for i, code in enumerate(codes):
            half = int(row[32 * (i // 64) + i % 32]) >> 4 * (i % 64 // 32) & 15
            fifth = int(row[32 * blocks + i // 8]) >> i % 8 & 1
            assert (half | fifth << 4) - 16 == code


def test_a_row_of_fives_has_the_best_of_many_scales() -> None:
    w = some_weights(40, 100)
    table = Int5Embedding.from_float(w)
    assert not table.to_float()[20].any()
    assert np.abs(table.codes()).max() == 15
    step = np.abs(w).max(axis=1, keepdims=True) / 15
    plain = np.rint(np.divide(w, step, where=step > 0, out=np.zeros_like(w))) * step
    mine, theirs = (np.square(got - w).sum(axis=1) for got in (table.to_float(), plain))
    assert (mine <= theirs * (1 + 1e-6)).all()
    assert mine.sum() < 0.95 * theirs.sum()


@needs_library
@pytest.mark.parametrize("cols", [33, 64, 130])
def test_the_library_finds_the_damage_that_numpy_finds(cols: int) -> None:
    whole = Int5Embedding.from_float(some_weights(7, cols))
    rng, found = np.random.default_rng(cols), set()
    assert find_damage_natively(whole) == find_damage(whole) == Int5Damage.NONE
    for _ in range(400):
        stored = whole.stored.copy()
        for _ in range(rng.integers(1, 3)):
            stored[rng.integers(7), rng.integers(stored.shape[1])] = rng.integers(256)
        table = Int5Embedding(stored, whole.scales, cols)
        assert find_damage_natively(table) == find_damage(table)
        found.add(find_damage(table))
    assert found >= {Int5Damage.NONE, Int5Damage.VALUE_ZERO} | ({Int5Damage.PADDING} if cols % 64 else set())


@pytest.mark.parametrize(("words", "said"), [("int8", "embedding and head as bytes"), ("int5", "head of five bits")])
def test_a_file_keeps_them_and_says_so(tmp_path: Path, words: EmbeddingForm, said: str) -> None:
    body, path = random_body("linear, odd sizes"), tmp_path / "a.bitt"
    save_bitt(path, body, packed=True, embedding=words)
    loaded, floats = load_bitt(path), tmp_path / "b.bitt"
    assert Packing.of(loaded.tensors).embedding == words
    assert loaded.fingerprint == fingerprint(loaded.config, loaded.tensors) != body.fingerprint
    card = inspect_path(path)
    assert card.ok
    assert said in card.format
    save_bitt(floats, body, packed=True)
    sizes = [inspect_path(p).to_dict() for p in (path, floats)]
    rows, cols = body.config.vocab_size, body.config.hidden_dim
    head = cols if words == "int8" else Int5Embedding.stored_width(cols)
    saved = rows * (8 * cols - cols - head - 8)  # a scale for each row of both is new
    assert sizes[1]["memory_packed_bytes"] - sizes[0]["memory_packed_bytes"] == saved
    again = tmp_path / "c.bitt"
    save_bitt(again, loaded, packed=True)
    assert again.read_bytes() == path.read_bytes()


@pytest.mark.parametrize("words", FORMS)
@pytest.mark.parametrize("half", [False, True])
def test_back_in_float_they_are_the_weights_that_they_mean(tmp_path: Path, words: EmbeddingForm, half: bool) -> None:
    body, path = held(words, "linear"), tmp_path / "a.bitt"
    save_bitt(path, body, packed=False, half=half)
    loaded = load_bitt(path)
    assert loaded.fingerprint == fingerprint(loaded.config, loaded.tensors) != body.fingerprint
    assert_close("head", loaded.tensors[HEAD], as_float(body.tensors[HEAD]), 1e-3 if half else 0)
    thawed = BitLlama.from_body(body, frozen=False)
    assert_close("thawed", thawed.lm_head.weight, as_float(body.tensors[HEAD]), 1e-7)
    assert thawed.to_body().validate().ok


def without(name: str) -> Callable[[dict[str, np.ndarray]], Mapping[str, np.ndarray]]:
    return lambda tensors: {key: value for key, value in tensors.items() if key != name}


def with_padding(tensors: dict[str, np.ndarray]) -> Mapping[str, np.ndarray]:
    head = tensors[HEAD].copy()
    head[3, head.shape[1] // 5 * 4 - 1] ^= 1 << 4  # of the last weight of a row that is not full
    return tensors | {HEAD: head}


@pytest.mark.parametrize(
    ("words", "change", "said"),
    [
        ("int8", lambda t: t | {"lm_head.scale": t["lm_head.scale"][:-1]}, "scale for each are needed"),
        ("int8", lambda t: t | {EMBED: t[EMBED].astype(np.float32)}, "scale for each are needed"),
        ("int8", without("embed.scale"), "missing"),
        ("int8", lambda t: t | {EMBED: t[EMBED] * 0}, "the byte 0"),
        ("int8", lambda t: t | {"embed.scale": t["embed.scale"] * np.nan}, "not finite"),
        ("int5", lambda t: t | {HEAD: t[EMBED]}, r"U8 rows of \d+ bytes and an F32 scale"),
        ("int5", without("lm_head.scale"), "missing"),
        ("int5", lambda t: t | {HEAD: t[HEAD] * 0}, "five bits of 0"),
        ("int5", lambda t: t | {"lm_head.scale": -t["lm_head.scale"]}, "negative"),
        ("int5", with_padding, "padding that is not zero"),
    ],
)
def test_damage_is_refused_in_words(
    tmp_path: Path, words: EmbeddingForm, change: Callable[[dict[str, np.ndarray]], Mapping[str, np.ndarray]], said: str
) -> None:
    path = tmp_path / "a.bitt"
    save_bitt(path, random_body("linear, odd sizes"), packed=True, embedding=words)
    with pytest.raises(FileFormatError, match=said):
        load_bitt(with_tensors(path, change))


@needs_library
@pytest.mark.parametrize("words", FORMS)
@pytest.mark.parametrize("shape", ["tied, odd sizes", "linear, odd sizes", "linear, wide"])
@pytest.mark.parametrize("bits", [8, 32])
def test_both_runtimes_compute_the_same(words: EmbeddingForm, shape: str, bits: int) -> None:
    body = held(words, shape, activation_bits=bits)
    mine, theirs = NativeRuntime(body, 2), TorchRuntime(body, "cpu")
    errors = []
    for token in TOKENS:
        got, expected = mine.step(token), theirs.step(token)
        errors.append(float(np.linalg.norm(got - expected) / np.linalg.norm(expected)))
    # Activations of 8 bits can round either way, then a token differs: see test_native_against_torch.
    assert (max(errors) if bits == 32 else np.median(errors)) < 1e-5
    scores = mine.score(TOKENS), theirs.score(TOKENS)
    assert_close("losses", *scores, 1e-5 if bits == 32 else 1e-2)


@needs_library
@pytest.mark.parametrize("words", FORMS)
def test_every_instruction_set_gives_the_same_logits(words: EmbeddingForm) -> None:
    body = held(words, "linear, odd sizes")
    first = [NativeRuntime(body, 1, instructions=name).step(7) for name in native.instruction_sets()]
    for logits in first[1:]:
        assert_close("logits", logits, first[0], 1e-5)


@pytest.mark.parametrize("words", FORMS)
def test_export_offers_them(tmp_path: Path, capsys: pytest.CaptureFixture[str], words: EmbeddingForm) -> None:
    source, path = tmp_path / "a.bitt", tmp_path / "b.bitt"
    save_bitt(source, random_body(), packed=True)
    assert main(["export", str(source), str(path), f"--{words}"]) == 0
    assert "a model of its own" in capsys.readouterr().out
    assert main(["export", str(path), str(tmp_path / "again.bitt")]) == 0
    assert "a model of its own" not in capsys.readouterr().out
    assert main(["export", str(path), str(tmp_path / "folder")]) == 0
    assert "a model of its own" in capsys.readouterr().out
    assert load_checkpoint(tmp_path / "folder").tensors[EMBED].dtype == np.float32
    assert main(["export", str(path), str(tmp_path / "d.bitt"), f"--{words}", "--float"]) == 1
    assert f"--{words}" in capsys.readouterr().err
    assert main(["inspect", str(path), "--json"]) == 0
    assert "as bytes" in json.loads(capsys.readouterr().out)["format"]


def test_a_body_of_bytes_can_become_one_of_fives(tmp_path: Path) -> None:
    source, path = tmp_path / "a.bitt", tmp_path / "b.bitt"
    save_bitt(source, random_body(), packed=True, embedding="int8")
    assert main(["export", str(source), str(path), "--int5"]) == 0
    assert Packing.of(load_bitt(path).tensors).embedding == "int5"
