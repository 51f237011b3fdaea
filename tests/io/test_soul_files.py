"""Souls on disk: what is lived comes back bit for bit, and no damage or foreign soul passes."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
from small_bodies import CONFIGS

from engine.errors import BitLlamaError, FileFormatError, SoulMismatchError
from engine.io.bitt import save_bitt
from engine.io.checkpoint import save_checkpoint
from engine.io.model_file import ModelWeights
from engine.io.soul import Soul, SoulMeta, check_fits, load_soul, new_id, new_meta, save_soul
from engine.models.config import BitLlamaConfig


def test_a_soul_comes_back_bit_for_bit(tmp_path: Path, soul: Soul) -> None:
    save_soul(tmp_path / "a.soul", soul)
    again = load_soul(tmp_path / "a.soul")
    assert again.meta == soul.meta
    assert len(again.layers) == len(soul.layers)
    for mine, theirs in zip(again.layers, soul.layers, strict=True):
        assert mine.tobytes() == theirs.tobytes()
        assert mine.dtype == np.float32


def test_a_loaded_soul_does_not_hold_its_file(tmp_path: Path, soul: Soul) -> None:
    save_soul(tmp_path / "a.soul", soul)
    loaded = load_soul(tmp_path / "a.soul")
    (tmp_path / "a.soul").write_bytes(b"")  # would end the program if the arrays were still mapped
    np.testing.assert_array_equal(loaded.layers[0], soul.layers[0])
    loaded.layers[0][:] = 0


def test_every_soul_has_an_id_and_a_time_of_its_own() -> None:
    assert new_id() != new_id()
    first, second = new_meta("b" * 64), new_meta("b" * 64, 5, "n", "p", [{"event": "save"}])
    assert first.id != second.id
    assert first.created.endswith("+00:00")
    assert second == SoulMeta(1, "b" * 64, 5, "p", second.id, second.created, "n", [{"event": "save"}])


def test_a_soul_fits_its_body_and_no_other(soul: Soul, body: ModelWeights) -> None:
    config = body.config
    check_fits(soul, config, body.fingerprint)
    with pytest.raises(SoulMismatchError) as caught:
        check_fits(soul, config, "e" * 64)
    assert body.fingerprint[:16] in str(caught.value)
    assert "e" * 16 in str(caught.value)
    wider = dataclasses.replace(config, head_dim=config.fast_dim + 2)
    with pytest.raises(SoulMismatchError) as caught:
        check_fits(soul, wider, body.fingerprint)
    for shape in (config.fast_shape, wider.fast_shape):
        assert " x ".join(map(str, shape)) in str(caught.value)
    with pytest.raises(SoulMismatchError, match="2 layers and this body has 3"):
        check_fits(soul, dataclasses.replace(config, num_layers=3), body.fingerprint)


def test_a_soul_that_does_not_say_its_body_is_judged_by_its_shapes(soul: Soul, body: ModelWeights) -> None:
    silent = Soul(soul.layers)
    check_fits(silent, body.config, body.fingerprint)
    other = CONFIGS["linear" if body.config.ttt_variant == "tied" else "tied"]
    with pytest.raises(SoulMismatchError, match="fast weights of"):
        check_fits(silent, other, body.fingerprint)


W0, W1 = np.eye(3, dtype=np.float32), np.ones((3, 3), np.float32)


def names(*numbers: int, pattern: str = "layers.{}.ttt.w_state") -> dict[str, np.ndarray]:
    return {pattern.format(n): (W0, W1)[n % 2] for n in numbers}


def test_legacy_names_are_read_in_the_order_of_numbers(tmp_path: Path) -> None:
    layers = {f"layer_{i}": np.full((2, 2), i, np.float32) for i in range(12)}
    safetensors.numpy.save_file(layers, tmp_path / "a.soul")
    assert [int(layer[0, 0]) for layer in load_soul(tmp_path / "a.soul").layers] == list(range(12))


BAD_TENSORS: dict[str, tuple[dict[str, np.ndarray], str]] = {
    "a layer missing": (names(0, 2), "lacks the fast weights of layer 1"),
    "the first missing": (names(1), "lacks the fast weights of layer 0"),
    "an unknown tensor": (names(0) | {"layers.1.ttt.W_state": W1}, "'layers.1.ttt.W_state'"),
    "both ways of naming": (names(0) | names(1, pattern="layer_{}"), "'layer_1'"),
    "no soul at all": ({"embed.weight": W0}, "not a soul"),
    "no tensors": ({}, "not a soul"),
    "not square": ({"layer_0": np.ones((3, 4), np.float32)}, "not square"),
    "a vector": ({"layer_0": np.ones(4, np.float32)}, "not square"),
    "empty": ({"layer_0": np.ones((0, 0), np.float32)}, "not square"),
    "whole numbers": ({"layer_0": np.ones((3, 3), np.int32)}, "int32"),
    "two sizes": ({"layer_0": W0, "layer_1": np.eye(4, dtype=np.float32)}, "4 x 4 and of layer 0 3 x 3"),
    "NaN": ({"layer_0": W0, "layer_1": W0 * np.float32(np.nan)}, "layer 1 hold NaN"),
    "infinity": ({"layer_0": W0 + np.float32(np.inf)}, "layer 0 hold NaN"),
}


@pytest.mark.parametrize("case", sorted(BAD_TENSORS))
def test_broken_layers_are_refused_and_none_is_skipped(tmp_path: Path, case: str) -> None:
    arrays, words = BAD_TENSORS[case]
    safetensors.numpy.save_file(arrays, tmp_path / "a.soul")
    with pytest.raises(FileFormatError) as caught:
        load_soul(tmp_path / "a.soul")
    assert str(tmp_path / "a.soul") in str(caught.value)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("key", "text", "words"),
    [
        ("version", "2", "format 2; this program reads up to 1"),
        ("version", "0", "version"),
        ("version", '"1"', "version"),
        ("level", "-1", "level"),
        ("level", "1.5", "level"),
        ("level", "true", "level"),
        ("level", "9" * 30, "64 bits"),
        ("level", '5,"name":"x"', "not valid JSON"),
        ("body", "12", "body"),
        ("name", "null", "name"),
        ("name", '"\\ud800"', "Unicode"),
        ("parent", "[]", "parent"),
        ("history", "{}", "history"),
        ("history", "[1]", "history"),
        ("history", "[" * 50_000, "nested"),
        ("created", "NaN", "NaN"),
        ("id", "plain", "not valid JSON"),
    ],
)
def test_broken_metadata_is_refused(tmp_path: Path, key: str, text: str, words: str) -> None:
    safetensors.numpy.save_file(names(0), tmp_path / "a.soul", {key: text})
    with pytest.raises(FileFormatError) as caught:
        load_soul(tmp_path / "a.soul")
    assert str(tmp_path / "a.soul") in str(caught.value)
    assert words in str(caught.value)


def test_metadata_of_others_does_no_harm(tmp_path: Path) -> None:
    safetensors.numpy.save_file(names(0), tmp_path / "a.soul", {"format": "pt", "level": "7", "parent": "null"})
    assert load_soul(tmp_path / "a.soul").meta == SoulMeta(level=7)


def test_a_body_is_not_a_soul(tmp_path: Path, body: ModelWeights) -> None:
    save_bitt(tmp_path / "a.bitt", body, packed=True)
    save_checkpoint(tmp_path / "c", body)
    for path in (tmp_path / "a.bitt", tmp_path / "c" / "model.safetensors"):
        with pytest.raises(FileFormatError, match="not a soul"):
            load_soul(path)
    with pytest.raises(FileFormatError, match="folder"):
        load_soul(tmp_path / "c")


def changed(**values: Any) -> Callable[[Soul], Soul]:
    return lambda soul: Soul(soul.layers, dataclasses.replace(soul.meta, **values))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda soul: Soul([soul.layers[0], soul.layers[1] * np.float32(np.inf)], soul.meta),
        lambda soul: Soul([layer.astype(np.float64) for layer in soul.layers], soul.meta),
        lambda soul: Soul([], soul.meta),
        changed(level=-1),
        changed(name="\ud800"),
        changed(history=[{"when": float("nan")}]),
        changed(history=[{"when": object()}]),
        changed(version=2),
    ],
)
@pytest.mark.filterwarnings("ignore:invalid value")
def test_what_could_not_be_read_again_is_not_written(tmp_path: Path, soul: Soul, spoil: Callable[[Soul], Soul]) -> None:
    save_soul(tmp_path / "a.soul", soul)
    with pytest.raises(BitLlamaError):
        save_soul(tmp_path / "a.soul", spoil(soul))
    assert load_soul(tmp_path / "a.soul").meta == soul.meta
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.soul"]


def test_names_and_notes_in_any_script_survive(tmp_path: Path, soul: Soul) -> None:
    meta = dataclasses.replace(soul.meta, name='ミカ "1" \n\\', history=[{"note": "🙂 " + "長" * 5000}])
    save_soul(tmp_path / "a.soul", Soul(soul.layers, meta))
    assert load_soul(tmp_path / "a.soul").meta == meta
    assert json.loads(safetensors.safe_open(tmp_path / "a.soul", "np").metadata()["name"]) == meta.name


def test_the_level_is_kept_beyond_four_thousand_million(tmp_path: Path, soul: Soul, config: BitLlamaConfig) -> None:
    save_soul(tmp_path / "a.soul", changed(level=1 << 40)(soul))
    assert load_soul(tmp_path / "a.soul").meta.level == 1 << 40
