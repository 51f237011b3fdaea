"""The tensors of a training checkpoint, in one safetensors file or in a shard of each rank.

A shard says itself where in the whole each of its tensors lies: metadata ``DCP_SHARDING_INFO``, JSON
``{name: {"saved_offsets": […]}}``, as torch writes shards for Hugging Face, whose readers so read these too.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from engine.errors import FileFormatError
from engine.io.tensors import Array, TensorFile

FORMAT = 1
NAME = "training"
OFFSETS, SAVED = "DCP_SHARDING_INFO", "saved_offsets"

_OF_MANY = re.compile(rf"{NAME}-(\d{{5}})-of-(\d{{5}})\.safetensors")


def shard_name(rank: int, world: int) -> str:
    """The file of one rank's tensors."""
    return f"{NAME}-{rank + 1:05d}-of-{world:05d}.safetensors"


@dataclass(frozen=True)
class Chunk:
    """A box of a tensor: where it begins, and the values, mapped from their file."""

    offsets: tuple[int, ...]
    values: Array


class Shards(Mapping[str, Array]):
    """The tensors of a checkpoint by name, whole ones, put together when they are asked for.

    Args:
        folder: holds ``training.safetensors``, or ``training-00001-of-0000N.safetensors`` to N.

    Raises `FileFormatError`, naming the file, where one is missing or damaged, or the pieces leave holes.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.chunks: dict[str, list[Chunk]] = {}
        for path in _paths(folder):
            file = TensorFile.open(path)
            offsets = _offsets(path, file)
            for name in file.tensors:
                values = file.tensors[name]
                at = offsets.get(name, {}).get(SAVED, [0] * values.ndim)
                if not _is_place(at, values.ndim):
                    raise FileFormatError(
                        f"{path} does not say where {name} belongs; to resume from another step, write its "
                        "name into checkpoints/latest."
                    )
                self.chunks.setdefault(name, []).append(Chunk(tuple(at), values))
        self.shapes = {name: _whole_shape(folder, name, chunks) for name, chunks in self.chunks.items()}

    def __getitem__(self, name: str) -> Array:
        chunks = self.chunks[name]
        if len(chunks) == 1:
            return chunks[0].values
        whole = np.empty(self.shapes[name], chunks[0].values.dtype)
        for chunk in chunks:
            whole[tuple(slice(at, at + n) for at, n in zip(chunk.offsets, chunk.values.shape, strict=True))] = (
                chunk.values
            )
        return whole

    def __iter__(self) -> Iterator[str]:
        return iter(self.chunks)

    def __len__(self) -> int:
        return len(self.chunks)


def _paths(folder: Path) -> list[Path]:
    alone = folder / f"{NAME}.safetensors"
    found = {path: match for path in sorted(folder.glob(f"{NAME}-*")) if (match := _OF_MANY.fullmatch(path.name))}
    if alone.is_file() or not found:
        return [alone]
    counts = {int(match[2]) for match in found.values()}
    if len(counts) != 1 or [int(match[1]) for match in found.values()] != list(range(1, counts.pop() + 1)):
        raise FileFormatError(
            f"{folder} lacks some of its {NAME}-… files; to resume from another step, write its name into "
            "checkpoints/latest."
        )
    return list(found)


def _offsets(path: Path, file: TensorFile) -> dict[str, Any]:
    try:
        found = json.loads(file.metadata.get(OFFSETS, "{}"))
    except ValueError:
        found = None
    if not isinstance(found, dict) or not all(isinstance(entry, dict) for entry in found.values()):
        raise FileFormatError(
            f"{path} has damaged metadata; to resume from another step, write its name into checkpoints/latest."
        )
    return found


def _is_place(at: Any, axes: int) -> bool:
    return isinstance(at, list) and len(at) == axes and all(type(x) is int and 0 <= x < 1 << 48 for x in at)


def _whole_shape(folder: Path, name: str, chunks: list[Chunk]) -> tuple[int, ...]:
    ends = [[at + n for at, n in zip(chunk.offsets, chunk.values.shape, strict=True)] for chunk in chunks]
    alike = len({(len(end), chunk.values.dtype) for end, chunk in zip(ends, chunks, strict=True)}) == 1
    shape = tuple(map(max, zip(*ends, strict=True))) if alike else ()
    places = {chunk.offsets for chunk in chunks}
    if not alike or len(places) != len(chunks) or sum(chunk.values.size for chunk in chunks) != math.prod(shape):
        raise FileFormatError(
            f"{folder} holds {name} in pieces that do not fit together; to resume from another step, write "
            "its name into checkpoints/latest."
        )
    return shape
