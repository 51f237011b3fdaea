"""The GGUF container (version 2 and 3, little endian), read from a memory map; every field is checked before use.

Layout: ``GGUF``, version (u32), number of tensors and of metadata entries (u64 each); the entries (key, type, value);
for each tensor its name, sizes, type and offset; padding; then the tensors. A string is its length (u64) and its bytes.
No count or length in the file makes anything be allocated before the bytes that it speaks of are known to be there.
"""

from __future__ import annotations

import math
import mmap
import os
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import FileFormatError
from engine.io.tensors import map_file
from engine.ops.blocks.matrix import LAYOUTS, BlockMatrix

MAGIC = b"GGUF"
_VERSIONS = (2, 3)
_MAX_KEY = 1 << 12
_MAX_ENTRIES = 1 << 16
_MAX_TENSORS = 1 << 17
_MAX_AXES = 4
_MAX_SPAN = 1 << 48
_MAX_ALIGNMENT = 1 << 20
_I2_S_TAIL = 32
"""Bytes behind the codes of an I2_S tensor: its scale and padding."""

_STRING, _ARRAY, _BOOL = 8, 9, 7
_SCALARS = {
    0: struct.Struct("<B"), 1: struct.Struct("<b"), 2: struct.Struct("<H"), 3: struct.Struct("<h"),
    4: struct.Struct("<I"), 5: struct.Struct("<i"), 6: struct.Struct("<f"), 7: struct.Struct("<B"),
    10: struct.Struct("<Q"), 11: struct.Struct("<q"), 12: struct.Struct("<d"),
}  # fmt: skip
_FLOATS: dict[int, tuple[str, np.dtype[Any]]] = {
    0: ("F32", np.dtype("<f4")),
    1: ("F16", np.dtype("<f2")),
    30: ("BF16", np.dtype("<u2")),
}
_BLOCKS = {
    2: "Q4_0", 3: "Q4_1", 6: "Q5_0", 7: "Q5_1", 8: "Q8_0", 12: "Q4_K", 13: "Q5_K", 14: "Q6_K",
    34: "TQ1_0", 35: "TQ2_0", 36: "I2_S",
}  # fmt: skip
_OTHERS = {
    9: "Q8_1", 10: "Q2_K", 11: "Q3_K", 15: "Q8_K", 16: "IQ2_XXS", 17: "IQ2_XS", 18: "IQ3_XXS", 19: "IQ1_S",
    20: "IQ4_NL", 21: "IQ3_S", 22: "IQ2_S", 23: "IQ4_XS", 24: "I8", 25: "I16", 26: "I32", 27: "I64", 28: "F64",
    29: "IQ1_M", 39: "MXFP4", 40: "NVFP4",
}  # fmt: skip


@dataclass(frozen=True)
class GGUFTensorInfo:
    """Where one tensor lies: its kind, its sizes with the longest stride first, and its bytes in the file."""

    kind: str
    shape: tuple[int, ...]
    start: int
    nbytes: int


class GGUFMetadata(Mapping[str, Any]):
    """The metadata by key: numbers, truth values and texts; arrays become lists when they are asked for.

    Text that is not UTF-8 is given with U+FFFD in its place.
    """

    def __init__(self, buffer: mmap.mmap, entries: Mapping[str, tuple[int, int]]) -> None:
        self._buffer = buffer
        self._entries = entries

    def __getitem__(self, key: str) -> Any:
        kind, at = self._entries[key]
        if kind == _STRING:
            return self._text(at)[0]
        if kind != _ARRAY:
            return self._scalar(kind, at)
        item, count = struct.unpack_from("<IQ", self._buffer, at)
        at += 12
        if item == _STRING:
            texts = []
            for _ in range(count):
                text, at = self._text(at)
                texts.append(text)
            return texts
        code = "?" if item == _BOOL else _SCALARS[item].format
        return np.frombuffer(self._buffer, np.dtype(code), count, at).tolist()

    def count(self, key: str) -> int:
        """How many items the array of that key has, without making them; 0 where there is none."""
        kind, at = self._entries.get(key, (0, 0))
        return int(struct.unpack_from("<Q", self._buffer, at + 4)[0]) if kind == _ARRAY else 0

    def _scalar(self, kind: int, at: int) -> Any:
        (value,) = _SCALARS[kind].unpack_from(self._buffer, at)
        return bool(value) if kind == _BOOL else value

    def _text(self, at: int) -> tuple[str, int]:
        (length,) = struct.unpack_from("<Q", self._buffer, at)
        end = at + 8 + length
        return self._buffer[at + 8 : end].decode("utf-8", "replace"), end

    def __contains__(self, key: object) -> bool:
        return key in self._entries

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)


class GGUFFile:
    """The metadata and tensors of a GGUF file, mapped and never copied.

    Raises `FileFormatError`, naming the file, for anything that is missing, truncated, overlapping, contradictory, or
    of a kind that this program cannot compute.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self._buffer = map_file(self.path)
        reader = _Header(self.path, self._buffer)
        tensors, entries = reader.counts()
        self.metadata = GGUFMetadata(self._buffer, reader.entries(entries))
        self.infos = reader.tensors(tensors, self._alignment())

    def tensor(self, name: str) -> NDArray[Any] | BlockMatrix:
        """A tensor: float32 of its shape for F32, F16 and BF16, F32 without a copy; a `BlockMatrix` for blocks."""
        info = self.infos[name]
        if info.kind in LAYOUTS:
            return self._blocks(info)
        dtype = next(dtype for kind, dtype in _FLOATS.values() if kind == info.kind)
        array: NDArray[Any] = np.ndarray(info.shape, dtype, self._buffer, info.start)
        if info.kind == "BF16":
            array = (array.astype(np.uint32) << 16).view(np.float32)
        elif info.kind == "F16" or not array.flags.aligned:
            array = array.astype(np.float32)
        array.flags.writeable = False
        return array

    def _blocks(self, info: GGUFTensorInfo) -> BlockMatrix:
        layout = LAYOUTS[info.kind]
        rows, columns = math.prod(info.shape[:-1]), info.shape[-1]
        row = columns // layout.weights * layout.nbytes
        data = np.ndarray((rows, row), np.uint8, self._buffer, info.start)
        data.flags.writeable = False
        scale = 1.0
        if info.kind == "I2_S":
            (scale,) = struct.unpack_from("<f", self._buffer, info.start + rows * row)
        return BlockMatrix(layout, data, (rows, columns), scale)

    def _alignment(self) -> int:
        alignment = self.metadata.get("general.alignment", 32)
        if type(alignment) is not int or not 0 < alignment <= _MAX_ALIGNMENT or alignment & (alignment - 1):
            raise FileFormatError(
                "{path}: the alignment {alignment} is not a power of two; the file is damaged.",
                path=self.path,
                alignment=str(alignment)[:40],
            )
        return alignment


def is_gguf(path: Path) -> bool:
    """Whether a file begins as a GGUF file does; False for what cannot be read."""
    try:
        with open(path, "rb") as file:
            return file.read(4) == MAGIC
    except (OSError, ValueError):
        return False


class _Header:
    """Walks through the header; what it steps over is known to be within the file."""

    def __init__(self, path: Path, buffer: mmap.mmap) -> None:
        self._path, self._buffer, self._end = path, buffer, len(buffer)
        self._at = 0

    def counts(self) -> tuple[int, int]:
        """The numbers of tensors and of metadata entries."""
        if self._buffer[:4] != MAGIC:
            raise FileFormatError("{path} is not a GGUF file: it begins otherwise.", path=self._path)
        self._at = 4
        version = self._number("<I", "version")
        if version not in _VERSIONS:
            swapped = int.from_bytes(version.to_bytes(4, "little"), "big") in _VERSIONS
            raise FileFormatError(
                "{path} is GGUF of version {version}; versions 2 and 3 in little-endian order can be read. "
                "Take a current copy of the model.",
                path=self._path,
                version=f"{version >> 24} (big endian)" if swapped else version,
            )
        tensors, entries = self._number("<Q", "number of tensors"), self._number("<Q", "number of entries")
        self._check_count(tensors, _MAX_TENSORS, 24, "tensors")
        self._check_count(entries, _MAX_ENTRIES, 13, "metadata entries")
        return tensors, entries

    def entries(self, count: int) -> dict[str, tuple[int, int]]:
        """For each key the type of its value and where it stands."""
        out: dict[str, tuple[int, int]] = {}
        for _ in range(count):
            key = self._name("metadata key")
            if key in out:
                raise self._damaged("the metadata key {name!r} stands twice", key)
            kind = self._number("<I", "type of a value")
            out[key] = kind, self._at
            self._skip_value(kind, key)
        return out

    def tensors(self, count: int, alignment: int) -> dict[str, GGUFTensorInfo]:
        """Where each tensor lies; none overlaps another."""
        stated: dict[str, tuple[list[int], int, int]] = {}
        for _ in range(count):
            name = self._name("tensor name")
            if name in stated:
                raise self._damaged("the tensor {name!r} stands twice", name)
            axes = self._number("<I", "number of sizes")
            if not 1 <= axes <= _MAX_AXES:
                raise self._damaged("the tensor {name!r} has a number of sizes that no tensor has", name)
            sizes = [self._number("<Q", "size of a tensor") for _ in range(axes)]
            stated[name] = sizes, self._number("<I", "type of a tensor"), self._number("<Q", "offset of a tensor")
        base = -(-self._at // alignment) * alignment
        infos = {name: self._info(name, base, alignment, *parts) for name, parts in stated.items()}
        end = base
        for name, info in sorted(infos.items(), key=lambda item: item[1].start):
            if info.start < end:
                raise self._damaged("the tensor {name!r} overlaps another", name)
            end = info.start + info.nbytes
        return infos

    def _info(self, name: str, base: int, alignment: int, sizes: list[int], kind: int, offset: int) -> GGUFTensorInfo:
        if kind not in _FLOATS and kind not in _BLOCKS:
            raise FileFormatError(
                "{path} cannot run: its tensor {name!r} is stored as {kind}, which is not known here. "
                "Take the model in one of {kinds}.",
                path=self._path,
                name=name[:80],
                kind=_OTHERS.get(kind, f"type {kind}"),
                kinds=", ".join(["F16", "BF16", *_BLOCKS.values()]),
            )
        if min(sizes) < 1 or math.prod(sizes) > _MAX_SPAN:
            raise self._damaged("the tensor {name!r} has sizes that no tensor has", name)
        shape = tuple(reversed(sizes))
        if kind in _FLOATS:
            word, dtype = _FLOATS[kind]
            nbytes = math.prod(shape) * dtype.itemsize
        else:
            word = _BLOCKS[kind]
            layout = LAYOUTS[word]
            if shape[-1] % layout.weights:
                raise self._damaged("the rows of the tensor {name!r} are not whole blocks", name)
            nbytes = math.prod(shape) // layout.weights * layout.nbytes + (_I2_S_TAIL if word == "I2_S" else 0)
        if offset % alignment:
            raise self._damaged("the tensor {name!r} does not lie at a multiple of the alignment", name)
        if base + offset + nbytes > self._end:
            raise FileFormatError(
                "{path} is truncated: the tensor {name!r} ends at byte {end:,} of {there:,}; copy it again.",
                path=self._path,
                name=name[:80],
                end=base + offset + nbytes,
                there=self._end,
            )
        return GGUFTensorInfo(word, shape, base + offset, nbytes)

    def _skip_value(self, kind: int, key: str) -> None:
        if kind == _STRING:
            self._string("text")
        elif kind == _ARRAY:
            item, count = self._number("<I", "type of a list"), self._number("<Q", "length of a list")
            if item == _STRING:
                self._check_count(count, self._end, 8, "texts")
                self._skip_texts(count)
            elif item in _SCALARS:
                self._advance(_SCALARS[item].size * count, "list")
            else:
                raise self._damaged("the metadata {name!r} is a list of an unknown type", key)
        elif kind in _SCALARS:
            self._advance(_SCALARS[kind].size, "value")
        else:
            raise self._damaged("the metadata {name!r} has an unknown type", key)

    def _skip_texts(self, count: int) -> None:
        """A vocabulary is most of a header, so this is a loop without calls of its own."""
        buffer, at, last = self._buffer, self._at, self._end - 8
        length_at = struct.Struct("<Q").unpack_from
        for _ in range(count):
            if at > last:
                break
            at += 8 + length_at(buffer, at)[0]
        else:
            self._advance(at - self._at, "texts")
            return
        self._advance(self._end + 1, "texts")

    def _name(self, what: str) -> str:
        start, end = self._string(what)
        if end - start > _MAX_KEY:
            raise self._damaged("a name has {name} bytes", str(end - start))
        try:
            return self._buffer[start:end].decode("utf-8")
        except UnicodeDecodeError as error:
            raise self._damaged("the name {name} is not UTF-8 text", str(self._buffer[start:end][:40])) from error

    def _string(self, what: str) -> tuple[int, int]:
        """First byte of a string and the byte after it."""
        length = self._number("<Q", "length of a " + what)
        start = self._at
        self._advance(length, what)
        return start, self._at

    def _number(self, code: str, what: str) -> int:
        at = self._at
        self._advance(struct.calcsize(code), what)
        value: int = struct.unpack_from(code, self._buffer, at)[0]
        return value

    def _advance(self, nbytes: int, what: str) -> None:
        if nbytes > self._end - self._at:
            raise FileFormatError(
                "{path} is truncated or damaged: its header speaks of more bytes ({what}) than the file has; "
                "copy it again.",
                path=self._path,
                what=what,
            )
        self._at += nbytes

    def _check_count(self, count: int, most: int, each: int, what: str) -> None:
        """Refuse more things than there may be, or than the rest of the file could hold at `each` bytes."""
        if count > most or count * each > self._end - self._at:
            raise FileFormatError(
                "{path} speaks of {count:,} {what}, which it cannot hold; the file is truncated or damaged.",
                path=self._path,
                count=count,
                what=what,
            )

    def _damaged(self, sentence: str, name: str) -> FileFormatError:
        return FileFormatError("{path}: " + sentence + "; the file is damaged.", path=self._path, name=name[:80])
