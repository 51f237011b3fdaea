"""Souls on disk: what is lived comes back bit for bit, and no damage or foreign soul passes."""

from __future__ import annotations

import dataclasses
import io
import json
import mmap
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
from engine.io.soul import (
    TTT_V1,
    Soul,
    SoulMeta,
    check_fits,
    load_meta,
    load_soul,
    new_id,
    new_meta,
    save_soul,
    successor,
)
from engine.io.tensors import save_tensors
from engine.models.config import BitLlamaConfig
from engine.models.memory_config import MEMORY_V1, MemoryConfig


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
    with pytest.raises(SoulMismatchError, match="2 layers and this model has 3"):
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
        ("version", "3", "format 3; this program reads up to 2"),
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
        ("schema", '"ttt-v9"', "schema 'ttt-v9'; this program reads ttt-v1"),
        ("schema", "1", "schema"),
        ("file", "[]", "file"),
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
        changed(version=3),
        changed(schema="other"),
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


def test_souls_from_before_there_were_schemas_are_of_the_first(tmp_path: Path) -> None:
    safetensors.numpy.save_file(names(0), tmp_path / "a.soul", {"version": "1", "level": "7"})
    meta = load_soul(tmp_path / "a.soul").meta
    assert (meta.schema, meta.file, meta.level) == (TTT_V1, "", 7)


def test_a_program_that_knows_version_1_alone_reads_what_is_written(tmp_path: Path, soul: Soul) -> None:
    save_soul(tmp_path / "a.soul", changed(file="c" * 64)(soul))
    with safetensors.safe_open(tmp_path / "a.soul", "np") as file:
        told = {key: json.loads(text) for key, text in file.metadata().items()}
    assert told["version"] == 1
    assert (told["schema"], told["file"]) == ("ttt-v1", "c" * 64)


def test_metadata_needs_the_header_alone(
    tmp_path: Path, soul: Soul, config: BitLlamaConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever a byte could be read or mapped from, only those of the header are."""
    large = [np.full((700, 700), np.nan, np.float32)] * 3  # which nobody could load
    tensors = {f"layers.{i}.ttt.w_state": layer for i, layer in enumerate(large)}
    told = {key: json.dumps(value) for key, value in dataclasses.asdict(soul.meta).items()}
    save_tensors(tmp_path / "a.soul", tensors, told)
    header = (tmp_path / "a.soul").stat().st_size - sum(layer.nbytes for layer in large)
    taken = CountedFile(tmp_path / "a.soul", monkeypatch)
    assert load_meta(tmp_path / "a.soul") == soul.meta
    assert taken.bytes == header
    assert not taken.mapped
    with pytest.raises(FileFormatError, match="NaN"):
        load_soul(tmp_path / "a.soul")
    assert taken.mapped


class CountedFile:
    """Counts the bytes that are read of one file, and says whether it was mapped."""

    def __init__(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.bytes, self.mapped = 0, False
        counted, opens, maps = self, open, mmap.mmap

        class Reader(io.FileIO):
            def read(self, size: int | None = -1) -> bytes:
                data = super().read(size)
                counted.bytes += len(data or b"")
                return data or b""

        def opening(place: Any, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
            return Reader(place) if place == path and mode == "rb" else opens(place, mode, *args, **kwargs)

        def mapping(*args: Any, **kwargs: Any) -> mmap.mmap:
            self.mapped = True
            return maps(*args, **kwargs)

        monkeypatch.setattr("builtins.open", opening)
        monkeypatch.setattr("mmap.mmap", mapping)


TOLD_BY_VALUES = {"not square", "a vector", "empty", "whole numbers", "two sizes", "NaN", "infinity"}


@pytest.mark.parametrize("case", sorted(BAD_TENSORS.keys() - TOLD_BY_VALUES))
def test_metadata_of_what_is_no_soul_is_refused_too(tmp_path: Path, case: str) -> None:
    arrays, words = BAD_TENSORS[case]
    safetensors.numpy.save_file(arrays, tmp_path / "a.soul")
    with pytest.raises(FileFormatError) as caught:
        load_meta(tmp_path / "a.soul")
    assert words in str(caught.value)


def test_metadata_of_a_truncated_file_is_refused(tmp_path: Path, soul: Soul) -> None:
    save_soul(tmp_path / "a.soul", soul)
    data = (tmp_path / "a.soul").read_bytes()
    for length in (0, 4, 8, 100, len(data) - 1):
        (tmp_path / "a.soul").write_bytes(data[:length])
        with pytest.raises(FileFormatError) as caught:
            load_meta(tmp_path / "a.soul")
        assert str(tmp_path / "a.soul") in str(caught.value)


def test_a_successor_goes_on_from_where_it_came() -> None:
    old = dataclasses.replace(new_meta("b" * 64, 5, "n", "p", [{"event": "save"}], file="f"), lived="x")
    new = successor(old, "other")
    assert new.id not in (old.id, "")
    assert (new.parent, new.name, new.level, new.lived, new.file) == (old.id, "other", 5, "x", "f")
    assert new.history == old.history
    assert successor(old, root=True).parent is None


def test_a_soul_of_a_memory_says_so_and_fits_no_bitllama(tmp_path: Path, body: ModelWeights) -> None:
    memory = MemoryConfig(48, (1,), (2,), 3, 8, 6, stream_norms=(1.0,))
    layers = [np.full(memory.fast_shape, 0.5, np.float32)]
    soul = Soul(layers, new_meta("b" * 64, 9, schema=MEMORY_V1))
    save_soul(tmp_path / "a.soul", soul)
    with safetensors.safe_open(tmp_path / "a.soul", "numpy") as file:
        assert list(file.keys()) == ["layers.0.memory.fast"]
        assert json.loads(file.metadata()["version"]) == 2
    found = load_soul(tmp_path / "a.soul")
    np.testing.assert_array_equal(found.layers[0], layers[0])
    assert load_meta(tmp_path / "a.soul") == found.meta == soul.meta
    assert successor(found.meta).schema == MEMORY_V1
    check_fits(found, memory, "b" * 64)
    for config in (body.config, None, dataclasses.replace(memory, key_dim=9)):
        with pytest.raises(SoulMismatchError):
            check_fits(found, config, "b" * 64)
    for broken in (layers[0][0], layers[0].astype(np.float64), layers[0] * np.nan):
        with pytest.raises(FileFormatError):
            save_soul(tmp_path / "b.soul", Soul([broken], soul.meta))
    assert not (tmp_path / "b.soul").exists()
