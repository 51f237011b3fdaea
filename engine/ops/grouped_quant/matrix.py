"""Matrices of 8-bit and 4-bit groups as the native library takes them (``engine/native/src/kernels/grouped.h``).

A group is 32 neighbouring weights of a row with a scale of their own: ``weight = code * scale``, code int8; or with 4
bits ``weight = code * scale + minimum``, code from 0 to 15. Scales and minima are float16, as files have them, so that
nothing is lost. Eight rows lie side by side, a tile for each of their groups: eight scales, eight minima (4 bits), then
the codes, four columns of each row in turn.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.ops.blocks.matrix import BlockMatrix

GROUP = 32
"""Weights of a group."""
LANES = 8
"""Rows of a tile."""
_HALVES = 2 * LANES
TILE_BYTES = {8: _HALVES + LANES * GROUP, 4: 2 * _HALVES + LANES * GROUP // 2}
"""Bytes of a tile, by the bits of a weight."""
REPACKED = {"Q8_0": 8, "Q5_0": 8, "Q4_0": 4, "Q4_1": 4}
"""The kinds of blocks that become groups, and the bits of a weight then."""

Bytes = NDArray[np.uint8]
Halves = NDArray[np.float16]


@dataclass(frozen=True, eq=False)
class GroupedMatrix:
    """A matrix of `shape` (rows, cols) in groups; cols are a multiple of 32.

    Attributes:
        bits: of a weight, 8 or 4.
        tiles: uint8 ``(ceil(rows / 8), cols / 32, TILE_BYTES[bits])``; rows behind the last have the scale 0.
        shape: rows and columns.
    """

    bits: int
    tiles: Bytes
    shape: tuple[int, int]

    @property
    def nbytes(self) -> int:
        """Bytes of the tiles."""
        return self.tiles.nbytes

    @classmethod
    def from_codes(cls, codes: NDArray[Any], scales: Halves, minima: Halves | None = None) -> GroupedMatrix:
        """From codes ``(rows, cols)``, int8, or from 0 to 15 where there are minima; others ``(rows, cols / 32)``."""
        rows, cols = codes.shape
        groups = codes.reshape(rows, cols // GROUP, GROUP)
        if minima is None:
            return cls(8, _tiles(groups.astype(np.int8).view(np.uint8), scales), (rows, cols))
        nibbles = groups.astype(np.uint8)
        return cls(4, _tiles(nibbles[..., :16] | nibbles[..., 16:] << 4, scales, minima), (rows, cols))

    @classmethod
    def from_blocks(cls, matrix: BlockMatrix) -> GroupedMatrix:
        """The same weights from blocks of a kind in `REPACKED`."""
        kind, (rows, cols) = matrix.layout.name, matrix.shape
        blocks = matrix.blocks()
        scales = np.ascontiguousarray(blocks[..., :2]).view(np.float16)[..., 0]
        if kind == "Q8_0":
            return cls(8, _tiles(blocks[..., 2:], scales), (rows, cols))
        if kind == "Q4_1":
            minima = np.ascontiguousarray(blocks[..., 2:4]).view(np.float16)[..., 0]
            return cls(4, _tiles(blocks[..., 4:], scales, minima), (rows, cols))
        if kind == "Q4_0":
            with np.errstate(over="ignore"):
                minima = scales * np.float16(-8)
            if np.isfinite(minima).all():
                return cls(4, _tiles(blocks[..., 2:], scales, minima), (rows, cols))
        return cls.from_codes(_centred_codes(matrix), scales)

    def codes(self) -> NDArray[np.int16]:
        """Whole numbers ``(rows, cols)``: from -128 to 127, or from 0 to 15."""
        start = _HALVES if self.bits == 8 else 2 * _HALVES
        stored = self.tiles[..., start:].reshape(*self.tiles.shape[:2], -1, LANES, 4).transpose(0, 3, 1, 2, 4)
        stored = stored.reshape(-1, self.tiles.shape[1], GROUP * self.bits // 8)
        if self.bits == 8:
            codes = stored.view(np.int8).astype(np.int16)
        else:
            codes = np.concatenate((stored & 15, stored >> 4), axis=2).astype(np.int16)
        return codes.reshape(-1, self.shape[1])[: self.shape[0]]

    def scales(self) -> NDArray[np.float32]:
        """``(rows, cols / 32)``."""
        return self._halves(0)

    def minima(self) -> NDArray[np.float32]:
        """``(rows, cols / 32)``; zeros with 8 bits."""
        return self._halves(_HALVES) if self.bits == 4 else np.zeros_like(self.scales())

    def to_float(self) -> NDArray[np.float32]:
        """Float32 ``(rows, cols)``."""
        groups = self.codes().astype(np.float32).reshape(self.shape[0], -1, GROUP)
        weights = groups * self.scales()[..., None] + self.minima()[..., None]
        return weights.reshape(self.shape)

    def _halves(self, start: int) -> NDArray[np.float32]:
        halves = np.ascontiguousarray(self.tiles[..., start : start + _HALVES]).view(np.float16)
        return halves.transpose(0, 2, 1).reshape(-1, self.tiles.shape[1])[: self.shape[0]].astype(np.float32)


def _tiles(stored: Bytes, *halves: Halves) -> Bytes:
    """Rows of bytes ``(rows, groups, bytes)`` and their numbers ``(rows, groups)`` each, as tiles."""
    rows, groups, size = stored.shape
    count = -(-rows // LANES)
    tiles = np.empty((count, groups, len(halves) * _HALVES + LANES * size), np.uint8)
    for i, numbers in enumerate(halves):
        padded = np.zeros((count * LANES, groups), np.float16)
        padded[:rows] = numbers
        lanes = np.ascontiguousarray(padded.reshape(count, LANES, groups).transpose(0, 2, 1))
        tiles[..., i * _HALVES : (i + 1) * _HALVES] = lanes.view(np.uint8)
    words = np.zeros((count * LANES, groups, size), np.uint8)
    words[:rows] = stored
    turned = words.view(np.uint32).reshape(count, LANES, groups, size // 4).transpose(0, 2, 3, 1)
    tiles[..., len(halves) * _HALVES :] = np.ascontiguousarray(turned).view(np.uint8).reshape(count, groups, -1)
    return tiles


def _centred_codes(matrix: BlockMatrix) -> NDArray[np.int8]:
    """The whole numbers of blocks that have nothing but a scale."""
    blocks = matrix.data.reshape(-1, matrix.layout.nbytes).copy()
    blocks[:, :2] = np.array([1], np.float16).view(np.uint8)
    return matrix.layout.decode(blocks).astype(np.int8).reshape(matrix.shape)
