"""The safetensors layout, read from a memory map at any offset and written as a stream.

Layout: header length (u64, little endian), JSON header {name: {dtype, shape, data_offsets}, "__metadata__": {..}},
then the bytes of the tensors without holes. Every length is checked against the file before it is used.
"""

from __future__ import annotations

import contextlib
import json
import math
import mmap
import os
import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from engine.errors import FileFormatError, Message
from engine.io import strict_json
from engine.io.atomic import writing

Array = NDArray[Any]

ALIGNMENT = 64
"""Written tensor data starts on a multiple of this many bytes in the file, and so does each tensor whose size is one:
a vector loaded from the map then lies in one line of the caches."""
_STORED = {
    "F32": "<f4", "F16": "<f2", "F64": "<f8", "U8": "u1", "I8": "i1", "BOOL": "?",
    "I16": "<i2", "U16": "<u2", "I32": "<i4", "U32": "<u4", "I64": "<i8", "U64": "<u8",
}  # fmt: skip
_DTYPES = {**{name: np.dtype(code) for name, code in _STORED.items()}, "BF16": np.dtype("<u2")}
_NAMES = {np.dtype(code): name for name, code in _STORED.items()}
_AS_FLOAT32 = {"F16", "F64", "BF16"}
_MAX_AXES = 8
_MAX_SPAN = 1 << 56  # elements; numpy refuses more, even where another axis is 0


@dataclass(frozen=True)
class Pending:
    """A tensor to be written whose values are made only when its turn comes, so that one at a time is in memory."""

    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    make: Callable[[], Array]


@dataclass(frozen=True)
class TensorInfo:
    """Where one tensor lies: its safetensors dtype name, shape, and first byte and length in the file."""

    dtype: str
    shape: tuple[int, ...]
    start: int
    nbytes: int


class MappedTensors(Mapping[str, Array]):
    """Tensors by name, as read-only arrays.

    Aligned float32 and integer tensors are views of the memory map, so nothing is copied. F16, BF16 and F64 are given
    as new float32 arrays each time they are asked for, so that only the ones in use take memory.
    """

    def __init__(self, buffer: mmap.mmap, infos: Mapping[str, TensorInfo]) -> None:
        self._buffer = buffer
        self.infos = infos

    def __getitem__(self, name: str) -> Array:
        info = self.infos[name]
        array: Array = np.ndarray(info.shape, _DTYPES[info.dtype], self._buffer, info.start)
        if info.dtype == "BF16":
            array = (array.astype(np.uint32) << 16).view(np.float32)
        elif info.dtype in _AS_FLOAT32:
            with np.errstate(all="ignore"):  # what overflows becomes inf and is refused by name later
                array = array.astype(np.float32)
        elif not array.flags.aligned:
            array = array.copy()
        array.flags.writeable = False
        return array

    def let_go(self, sparse: str) -> None:
        """Give back the memory of what was read so far. What is used again comes back by itself, a page at a time; a
        page of the tensor `sparse` is small."""
        if not hasattr(mmap, "MADV_DONTNEED"):
            return
        self._buffer.madvise(mmap.MADV_DONTNEED)
        if hasattr(mmap, "MADV_NOHUGEPAGE") and sparse in self.infos:
            info = self.infos[sparse]
            start = info.start // mmap.PAGESIZE * mmap.PAGESIZE
            with contextlib.suppress(OSError):  # a system built without large pages
                self._buffer.madvise(mmap.MADV_NOHUGEPAGE, start, info.start + info.nbytes - start)

    def __contains__(self, name: object) -> bool:  # that of `Mapping` would make the array
        return name in self.infos

    def __iter__(self) -> Iterator[str]:
        return iter(self.infos)

    def __len__(self) -> int:
        return len(self.infos)


@dataclass(frozen=True)
class TensorFile:
    """The tensors and the metadata of a safetensors file, or of a safetensors body inside another file."""

    tensors: MappedTensors
    metadata: dict[str, str]

    @classmethod
    def open(cls, path: str | os.PathLike[str], offset: int = 0, length: int | None = None) -> TensorFile:
        """Map the safetensors data that fills `length` bytes (the rest of the file) from `offset`.

        The map lives as long as an array that looks into it. Raises `FileFormatError`, naming the file, for anything
        that is missing, truncated, overlapping or contradictory.
        """
        path = Path(path)
        return cls.read(map_file(path), path, offset, length)

    @classmethod
    def read(cls, buffer: mmap.mmap, path: Path, offset: int = 0, length: int | None = None) -> TensorFile:
        """As `open`, from a map that is there already."""
        end = len(buffer) if length is None else offset + length
        if not 0 <= offset <= end <= len(buffer):
            raise FileFormatError(
                "{path} is truncated: it has {has:,} bytes of the {end:,} it speaks of.",
                path=path,
                has=len(buffer),
                end=end,
            )
        metadata, infos = _parsed(buffer, path, offset, end)
        return cls(MappedTensors(buffer, infos), metadata)


def read_metadata(path: Path) -> tuple[dict[str, str], list[str]]:
    """Metadata and names of the tensors of a safetensors file, from its header alone; no byte of a tensor is read.

    Raises what `TensorFile.open` raises.
    """
    size = strict_json.require_file(path)
    try:
        with open(path, "rb") as file:
            head = file.read(8)
            length = struct.unpack("<Q", head)[0] if len(head) == 8 else 0
            if length <= min(strict_json.MAX_BYTES, size):
                head += file.read(length)
    except OSError as error:
        raise FileFormatError("Could not read {path}: {why}.", path=path, why=error.strerror or error) from error
    metadata, infos = _parsed(head, path, 0, size)
    return metadata, list(infos)


def map_file(path: Path) -> mmap.mmap:
    """Map a plain file for reading. Raises `FileFormatError` where it is missing, empty, a folder or unreadable."""
    if strict_json.require_file(path) == 0:
        raise FileFormatError("{path} is empty; copy or save it again.", path=path)
    try:
        with open(path, "rb") as file:
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise FileFormatError("Could not read {path}: {why}.", path=path, why=why) from error
    strict_json.refuse_stand_in(mapped[:512], path)
    return mapped


def read_header(buffer: bytes | mmap.mmap, path: Path, at: int, end: int, what: str) -> tuple[dict[str, Any], int]:
    """The JSON object whose u64 length stands at byte `at`, and the byte after it. Raises `FileFormatError`."""
    if end - at < 8:
        raise FileFormatError(
            "{path} is truncated: it ends before the length of its {what}; copy it again.", path=path, what=what
        )
    (length,) = struct.unpack_from("<Q", buffer, at)
    if length > strict_json.MAX_BYTES:
        raise FileFormatError(
            "{path}: the {what} claims {length:,} bytes; the file is damaged or of another kind.",
            path=path,
            what=what,
            length=length,
        )
    if length > end - at - 8:
        raise FileFormatError(
            "{path}: the {what} claims {length:,} bytes but {left:,} follow; the file is truncated, "
            "damaged or of another kind.",
            path=path,
            what=what,
            length=length,
            left=end - at - 8,
        )
    start = at + 8 + length
    return strict_json.parse_object(buffer[at + 8 : start], f"{path}: the {what}"), start


def save_tensors(
    target: str | os.PathLike[str] | BinaryIO,
    tensors: Mapping[str, Array | Pending],
    metadata: Mapping[str, str] | None = None,
) -> None:
    """Write tensors in the safetensors layout, to a path (atomically) or to an open file at its position.

    The values are streamed, one tensor in memory at a time. Raises `FileFormatError` when writing fails.
    """
    if isinstance(target, (str, os.PathLike)):
        with writing(target) as file:
            save_tensors(file, tensors, metadata)
        return
    # Whole lines first, so that each of them is aligned as its neighbour. Then the widest first, as the safetensors
    # library orders them, so that every tensor is aligned to its own width.
    sizes = {name: tensor.dtype.itemsize * math.prod(tensor.shape) for name, tensor in tensors.items()}
    names = sorted(tensors, key=lambda name: (sizes[name] % ALIGNMENT > 0, -tensors[name].dtype.itemsize, name))
    header: dict[str, Any] = {"__metadata__": dict(metadata)} if metadata else {}
    at = 0
    for name in names:
        dtype, shape = tensors[name].dtype, tensors[name].shape
        end = at + sizes[name]
        header[name] = {"dtype": _NAMES[dtype], "shape": list(shape), "data_offsets": [at, end]}
        at = end
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-(target.tell() + 8 + len(text)) % ALIGNMENT)
    target.write(struct.pack("<Q", len(text)) + text)
    for name in names:
        given = tensors[name]
        array = given.make() if isinstance(given, Pending) else given
        if array.dtype != given.dtype or array.shape != given.shape:
            raise ValueError(f"{name} is {array.dtype} {array.shape}, announced as {given.dtype} {given.shape}")
        little = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
        target.write(little.reshape(-1).view(np.uint8).data)


def _parsed(
    buffer: bytes | mmap.mmap, path: Path, offset: int, end: int
) -> tuple[dict[str, str], dict[str, TensorInfo]]:
    """Metadata and tensors of safetensors data that lies between two bytes of a file; `buffer` holds the header."""
    header, start = read_header(buffer, path, offset, end, "tensor header")
    metadata = header.pop("__metadata__", {})
    if not isinstance(metadata, dict) or not all(isinstance(v, str) for v in metadata.values()):
        raise FileFormatError("{path}: the metadata is not a table of texts; the file is damaged.", path=path)
    infos = {name: _info(path, name, entry, start, end) for name, entry in header.items()}
    _check_cover(path, infos, start, end)
    return metadata, infos


def _info(path: Path, name: str, entry: Any, start: int, end: int) -> TensorInfo:
    """One checked entry of the header, for tensor data in the bytes from `start` to `end` of the file."""
    where = f"{path}: the tensor {name[:80]!r}"
    if not isinstance(entry, dict) or set(entry) != {"dtype", "shape", "data_offsets"}:
        raise FileFormatError(
            "{where} is not described by dtype, shape and data_offsets; the file is damaged.", where=where
        )
    kind, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
    if not isinstance(kind, str) or kind not in _DTYPES:
        raise FileFormatError(
            "{where} is stored as {kind!r}, which this program cannot read; save it as F32.",
            where=where,
            kind=str(kind)[:20],
        )
    if not _whole_numbers(shape) or len(shape) > _MAX_AXES or _span(shape) > _MAX_SPAN:
        raise FileFormatError(
            "{where} has the shape {shape}, which no tensor here has; the file is damaged.",
            where=where,
            shape=str(shape)[:80],
        )
    if not _whole_numbers(offsets) or len(offsets) != 2 or not offsets[0] <= offsets[1] <= end - start:
        raise FileFormatError(
            "{where} claims the bytes {offsets} of {there:,}; the file is truncated or damaged.",
            where=where,
            offsets=str(offsets)[:60],
            there=end - start,
        )
    nbytes = offsets[1] - offsets[0]
    if math.prod(shape) * _DTYPES[kind].itemsize != nbytes:
        raise FileFormatError(
            "{where} has {length:,} bytes, which do not make a {kind} tensor of shape {shape}; the file is damaged.",
            where=where,
            length=nbytes,
            kind=kind,
            shape=shape,
        )
    return TensorInfo(kind, tuple(shape), start + offsets[0], nbytes)


def _whole_numbers(value: Any) -> bool:
    return isinstance(value, list) and all(type(n) is int and n >= 0 for n in value)


def _span(shape: list[int]) -> int:
    return math.prod(max(size, 1) for size in shape)


def _check_cover(path: Path, infos: Mapping[str, TensorInfo], start: int, end: int) -> None:
    """Refuse tensors that overlap, leave holes, or do not reach the end: each byte belongs to exactly one."""
    at = start
    for name, info in sorted(infos.items(), key=lambda item: (item[1].start, item[1].nbytes)):
        if info.start != at:
            word = Message("overlaps another") if info.start < at else Message("leaves a hole before it")
            raise FileFormatError(
                "{path}: the tensor {name!r} {word}; the file is damaged.", path=path, name=name[:80], word=word
            )
        at += info.nbytes
    if at != end:
        raise FileFormatError(
            "{path}: {left:,} bytes follow the last tensor; the file is damaged.", path=path, left=end - at
        )
