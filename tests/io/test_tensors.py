"""The safetensors layout: mapped without a copy, and refused wherever a length does not hold."""

from __future__ import annotations

import io
import json
import mmap
import struct
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy

from engine.errors import FileFormatError
from engine.io.tensors import Pending, TensorFile, save_tensors


def write(path: Path, header: dict[str, Any] | bytes, data: bytes = b"", length: int | None = None) -> Path:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text) if length is None else length) + text + data)
    return path


def entry(begin: int = 0, end: int = 16, dtype: Any = "F32", shape: Any = (2, 2)) -> dict[str, Any]:
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}


def is_mapped(array: np.ndarray) -> bool:
    base: Any = array
    while isinstance(base, np.ndarray):
        base = base.base
    return isinstance(base, mmap.mmap)


def test_what_is_saved_is_read_by_us_and_by_the_library(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    arrays: dict[str, np.ndarray] = {
        "matrix": rng.normal(size=(3, 5)).astype(np.float32),
        "half": rng.normal(size=7).astype(np.float16),
        "bytes": rng.integers(0, 256, (3, 3), dtype=np.uint8),
        "single": np.array(4, np.int64),
        "none": np.zeros((0, 4), np.float32),
        "turned": rng.normal(size=(4, 6)).astype(np.float32).T,
    }
    save_tensors(tmp_path / "a", arrays, {"key": "値"})
    file = TensorFile.open(tmp_path / "a")
    theirs = safetensors.numpy.load_file(tmp_path / "a")
    assert file.metadata == {"key": "値"}
    assert set(file.tensors) == set(theirs) == set(arrays)
    for name, array in arrays.items():
        np.testing.assert_array_equal(file.tensors[name], array)
        np.testing.assert_array_equal(theirs[name], array)


def test_float32_and_bytes_are_read_only_views_of_the_map(tmp_path: Path) -> None:
    save_tensors(tmp_path / "a", {"f": np.ones((4, 4), np.float32), "b": np.ones(9, np.uint8)})
    tensors = TensorFile.open(tmp_path / "a").tensors
    for array in tensors.values():
        assert is_mapped(array)
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


def test_data_starts_on_a_vector_boundary(tmp_path: Path) -> None:
    whole = {"f": np.ones((16, 16), np.float32), "b": np.ones(64, np.uint8), "c": np.ones((3, 64), np.uint8)}
    parts = {"a": np.ones(1, np.float32), "d": np.ones(5, np.float16), "e": np.ones(3, np.uint8)}
    save_tensors(tmp_path / "a", whole | parts)
    for name, array in TensorFile.open(tmp_path / "a").tensors.items():
        assert array.flags.aligned
        assert is_mapped(array) or name == "d"
        assert array.ctypes.data % 64 == 0 or name in parts


def test_opening_a_large_file_takes_no_memory(tmp_path: Path) -> None:
    save_tensors(tmp_path / "a", {"f": np.ones((4 << 20,), np.float32)})
    tracemalloc.start()
    try:
        array = TensorFile.open(tmp_path / "a").tensors["f"]
        assert float(array[-1]) == 1.0
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 1 << 20


def test_pending_tensors_are_made_one_at_a_time() -> None:
    alive: list[str] = []

    def make(name: str) -> np.ndarray:
        alive.append(name)
        return np.full(3, len(alive), np.float32)

    pending = {n: Pending(np.dtype(np.float32), (3,), lambda n=n: make(n)) for n in "ba"}  # type: ignore[misc]
    file = io.BytesIO()
    save_tensors(file, pending)
    assert alive == ["a", "b"]
    assert safetensors.numpy.load(file.getvalue())["b"].tolist() == [2, 2, 2]


def test_other_floats_are_given_as_float32(tmp_path: Path) -> None:
    values = np.array([1.0, -2.5, 0.15625, 0.0], np.float32)
    brain = (values.view(np.uint32) >> 16).astype(np.uint16)  # these values are exact in bfloat16
    data = values.astype(np.float64).tobytes() + values.astype(np.float16).tobytes() + brain.tobytes()
    header = {
        "double": entry(0, 32, "F64", [4]),
        "half": entry(32, 40, "F16", [4]),
        "brain": entry(40, 48, "BF16", [4]),
    }
    tensors = TensorFile.open(write(tmp_path / "a", header, data)).tensors
    for name in header:
        assert tensors[name].dtype == np.float32
        np.testing.assert_array_equal(tensors[name], values)
        assert not tensors[name].flags.writeable


def test_tensors_at_odd_addresses_are_read(tmp_path: Path) -> None:
    header = {"byte": entry(0, 1, "U8", [1]), "f": entry(1, 17)}
    data = b"\7" + np.arange(4, dtype="<f4").tobytes()
    array = TensorFile.open(write(tmp_path / "a", header, data)).tensors["f"]
    assert array.flags.aligned
    assert array.tolist() == [[0, 1], [2, 3]]


def test_an_empty_tensor_may_share_its_place(tmp_path: Path) -> None:
    header = {"f": entry(), "none": entry(0, 0, shape=[0, 3])}
    tensors = TensorFile.open(write(tmp_path / "a", header, bytes(16))).tensors
    assert tensors["none"].shape == (0, 3)


def test_a_body_inside_another_file(tmp_path: Path) -> None:
    inner = safetensors.numpy.save({"f": np.arange(6, dtype=np.float32)})
    (tmp_path / "a").write_bytes(b"before" + inner + b"after")
    tensors = TensorFile.open(tmp_path / "a", 6, len(inner)).tensors
    assert tensors["f"].tolist() == [0, 1, 2, 3, 4, 5]
    with pytest.raises(FileFormatError, match="truncated"):
        TensorFile.open(tmp_path / "a", 6, len(inner) + 6)


F = {"f": entry()}
DATA = bytes(16)
BAD: dict[str, tuple[Any, bytes, int | None, str]] = {
    "header longer than the file": (F, DATA, 1000, "claims 1,000 bytes but"),
    "header longer than any": (F, DATA, 1 << 40, "claims 1,099,511,627,776 bytes"),
    "header length all ones": (F, DATA, (1 << 64) - 1, "damaged"),
    "not JSON": (b"{'f': 1}", DATA, None, "not valid JSON"),
    "not UTF-8": (b'{"\xff": 1}', DATA, None, "not valid JSON"),
    "a list": (b"[]", b"", None, "JSON object"),
    "nested": (b'{"f":' + b"[" * 100_000 + b"]" * 100_000 + b"}", b"", None, "nested"),
    "nested a little": (b'{"f":' + b"[" * 100 + b"]" * 100 + b"}", b"", None, "nested deeper than 64"),
    "a key twice": (json.dumps(F)[:-1].encode() + b"," + json.dumps(F)[1:].encode(), DATA, None, "'f' stands twice"),
    "an endless number": (b'{"f":' + b"9" * 5000 + b"}", DATA, None, "64 bits"),
    "metadata of numbers": ({"__metadata__": {"a": 1}, **F}, DATA, None, "metadata"),
    "metadata in a list": ({"__metadata__": ["a"], **F}, DATA, None, "metadata"),
    "a tensor that is a number": ({"f": 1}, DATA, None, "not described"),
    "a tensor without a shape": ({"f": {"dtype": "F32", "data_offsets": [0, 16]}}, DATA, None, "not described"),
    "an unknown dtype": ({"f": entry(dtype="F8_E4M3")}, DATA, None, "F8_E4M3"),
    "a dtype that is a list": ({"f": entry(dtype=[])}, DATA, None, "cannot read"),
    "a shape of text": ({"f": entry(shape="22")}, DATA, None, "shape"),
    "a negative size": ({"f": entry(shape=[-2, -2])}, DATA, None, "shape"),
    "a broken size": ({"f": entry(shape=[2.0, 2])}, DATA, None, "shape"),
    "true as a size": ({"f": entry(shape=[True, 4])}, DATA, None, "shape"),
    "too many axes": ({"f": entry(shape=[1] * 70 + [4])}, DATA, None, "shape"),
    "an absurd shape": ({"f": entry(0, 0, shape=[0, 1 << 50, 1 << 50])}, b"", None, "shape"),
    "a shape that does not fit the bytes": ({"f": entry(shape=[2, 3])}, DATA, None, "do not make"),
    "offsets past the end": ({"f": entry(0, 20, shape=[5])}, DATA, None, "truncated"),
    "offsets backwards": ({"f": entry(16, 0)}, DATA, None, "claims the bytes"),
    "one offset": ({"f": {**entry(), "data_offsets": [16]}}, DATA, None, "claims the bytes"),
    "an overlap": ({"f": entry(), "g": entry(8, 24)}, bytes(24), None, "overlaps"),
    "the same bytes twice": ({"f": entry(), "g": entry()}, DATA, None, "overlaps"),
    "a hole": ({"f": entry(), "g": entry(20, 36)}, bytes(36), None, "hole"),
    "bytes after the last": (F, bytes(20), None, "4 bytes follow"),
}


@pytest.mark.parametrize("case", sorted(BAD))
def test_damage_is_one_sentence_that_names_the_file(tmp_path: Path, case: str) -> None:
    header, data, length, words = BAD[case]
    path = write(tmp_path / "a.safetensors", header, data, length)
    with pytest.raises(FileFormatError) as caught:
        TensorFile.open(path)
    assert str(path) in str(caught.value)
    assert words in str(caught.value)
    assert len(str(caught.value)) < 400 + len(str(path))


def test_what_is_not_a_file(tmp_path: Path) -> None:
    (tmp_path / "empty").write_bytes(b"")
    (tmp_path / "short").write_bytes(b"1234567")
    for name, words in (("", "folder"), ("missing", "no file"), ("empty", "empty"), ("short", "truncated")):
        with pytest.raises(FileFormatError, match=words):
            TensorFile.open(tmp_path / name)
