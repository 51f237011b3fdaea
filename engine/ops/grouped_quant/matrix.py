"""Matrices of 8-bit and 4-bit groups as the native library takes them (``engine/native/src/kernels/grouped.h``).

A group is 32 neighbouring weights of a row: ``weight = code * scale + minimum``, with codes of int8, or from 0 to 15.
In plain forms each group has a float16 scale of its own, with 4 bits a float16 minimum, too. In super forms eight
groups share two float16 numbers, and have whole multiples of these: scales (with 8 bits one for each half of a group)
and minima, which are subtracted. So the blocks of a file become groups without loss.

Eight rows lie side by side, a tile for each of their groups: eight scales, eight minima, then the codes, four columns
of each row in turn.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.ops.blocks.decode import k_scales
from engine.ops.blocks.matrix import BlockMatrix

GROUP = 32
"""Weights of a group."""
LANES = 8
"""Rows of a tile."""
SUPER = 8
"""Groups that share two numbers in a super form."""

Bytes = NDArray[np.uint8]
Halves = NDArray[np.float16]
Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class GroupedMatrix:
    """A matrix of `shape` (rows, cols) in groups; cols are a multiple of 32, in super forms of 256.

    Attributes:
        bits: of a weight, 8 or 4.
        is_super: whether groups have whole multiples of shared numbers.
        tiles: uint8 ``(ceil(rows / 8), bytes of eight rows)``; rows behind the last have the scale 0.
        shape: rows and columns.
    """

    bits: int
    is_super: bool
    tiles: Bytes
    shape: tuple[int, int]

    @property
    def nbytes(self) -> int:
        """Bytes of the tiles."""
        return self.tiles.nbytes

    @classmethod
    def from_codes(cls, codes: NDArray[Any], scales: Halves, minima: Halves | None = None) -> GroupedMatrix:
        """A plain form of codes ``(rows, cols)``, int8, or from 0 to 15 where there are minima; others
        ``(rows, cols / 32)``."""
        rows, cols = codes.shape
        groups = codes.reshape(rows, cols // GROUP, GROUP)
        if minima is None:
            return cls(8, False, _tiles(groups.astype(np.int8).view(np.uint8), scales), (rows, cols))
        return cls(4, False, _tiles(_nibbles(groups), scales, minima), (rows, cols))

    @classmethod
    def from_blocks(cls, matrix: BlockMatrix) -> GroupedMatrix:
        """The same weights from blocks of a kind in `REPACKED`."""
        bits, is_super, parts = REPACKED[matrix.layout.name](matrix)
        tiles = _super_tiles(*parts) if is_super else _tiles(*parts)
        return cls(bits, is_super, tiles, matrix.shape)

    def codes(self) -> NDArray[np.int16]:
        """Whole numbers ``(rows, cols)``: from -128 to 127, or from 0 to 15."""
        stored = self._part(self._header, LANES * GROUP * self.bits // 8)
        count, groups = stored.shape[:2]
        stored = stored.reshape(count, groups, -1, LANES, 4).transpose(0, 3, 1, 2, 4).reshape(count * LANES, groups, -1)
        if self.bits == 8:
            codes = stored.view(np.int8).astype(np.int16)
        else:
            codes = np.concatenate((stored & 15, stored >> 4), axis=2).astype(np.int16)
        return codes.reshape(-1, self.shape[1])[: self.shape[0]]

    def scales(self) -> Floats:
        """Of the halves of each group: ``(rows, cols / 32, 2)``."""
        if not self.is_super:
            return np.repeat(self._halves(0)[..., None], 2, axis=2)
        shared = self._shared(0)
        second = LANES if self.bits == 8 else 0
        factors = [self._lanes(self._part(start, LANES).view(np.int8)) for start in (0, second)]
        return np.stack([shared * factor for factor in factors], axis=2)

    def minima(self) -> Floats:
        """``(rows, cols / 32)``, what is added to each weight."""
        if self.is_super:
            start = LANES * (2 if self.bits == 8 else 1)
            return -self._shared(2 * LANES) * self._lanes(self._part(start, LANES))
        return self._halves(2 * LANES) if self.bits == 4 else np.zeros_like(self._halves(0))

    def to_float(self) -> Floats:
        """Float32 ``(rows, cols)``."""
        halves = self.codes().astype(np.float32).reshape(self.shape[0], -1, 2, GROUP // 2)
        weights = halves * self.scales()[..., None] + self.minima()[..., None, None]
        return weights.reshape(self.shape)

    @property
    def _header(self) -> int:
        """Bytes of a tile before its codes."""
        return LANES * {(8, False): 2, (4, False): 4, (8, True): 4, (4, True): 2}[self.bits, self.is_super]

    def _groups(self) -> Bytes:
        """``(eights, groups, bytes of a tile)``."""
        size = self._header + LANES * GROUP * self.bits // 8
        if not self.is_super:
            return self.tiles.reshape(len(self.tiles), -1, size)
        supers = self.tiles.reshape(len(self.tiles), -1, 4 * LANES + SUPER * size)
        return supers[..., 4 * LANES :].reshape(len(self.tiles), -1, size)

    def _part(self, start: int, size: int) -> Bytes:
        return np.ascontiguousarray(self._groups()[..., start : start + size])

    def _lanes(self, numbers: NDArray[Any]) -> Floats:
        """``(eights, groups, 8)`` as float32 ``(rows, groups)``."""
        return numbers.transpose(0, 2, 1).reshape(-1, numbers.shape[1])[: self.shape[0]].astype(np.float32)

    def _halves(self, start: int) -> Floats:
        return self._lanes(self._part(start, 2 * LANES).view(np.float16))

    def _shared(self, start: int) -> Floats:
        """A number that eight groups share, for each of them: ``(rows, groups)``."""
        size = self._header + LANES * GROUP * self.bits // 8
        supers = self.tiles.reshape(len(self.tiles), -1, 4 * LANES + SUPER * size)
        halves = np.ascontiguousarray(supers[..., start : start + 2 * LANES]).view(np.float16)
        return np.repeat(self._lanes(halves), SUPER, axis=1)


_Repacked = tuple[int, bool, tuple[Any, ...]]
"""Bits, whether it is a super form, and the arguments of `_tiles` or `_super_tiles`."""


def _q8_0(matrix: BlockMatrix) -> _Repacked:
    return 8, False, (matrix.blocks()[..., 2:], _half(matrix, 0))


def _q5_0(matrix: BlockMatrix) -> _Repacked:
    return 8, False, (_centred(matrix), _half(matrix, 0))


def _q4_0(matrix: BlockMatrix) -> _Repacked:
    scales = _half(matrix, 0)
    with np.errstate(over="ignore"):
        minima = scales * np.float16(-8)
    if not np.isfinite(minima).all():  # so large is no scale that was ever made
        return 8, False, (_centred(matrix), scales)
    return 4, False, (matrix.blocks()[..., 2:], scales, minima)


def _q4_1(matrix: BlockMatrix) -> _Repacked:
    return 4, False, (matrix.blocks()[..., 4:], _half(matrix, 0), _half(matrix, 2))


def _q4_k(matrix: BlockMatrix) -> _Repacked:
    scales, minima = _k_scales(matrix)
    return 4, True, (_nibbles(_k_codes(matrix, 16)), _half(matrix, 0), _half(matrix, 2), scales, minima)


def _q5_k(matrix: BlockMatrix) -> _Repacked:
    scales, minima = _k_scales(matrix)
    fifth = matrix.blocks()[..., None, 16:48] >> np.arange(8, dtype=np.uint8)[:, None] & 1
    codes = _k_codes(matrix, 48) | fifth.reshape(matrix.shape[0], -1, GROUP) << 4
    return 8, True, (codes, _half(matrix, 0), _half(matrix, 2), scales, scales, minima, np.zeros_like(minima))


def _q6_k(matrix: BlockMatrix) -> _Repacked:
    blocks, rows = matrix.blocks(), matrix.shape[0]
    low = blocks[..., :128].reshape(rows, -1, 2, 1, 64)
    high = blocks[..., 128:192].reshape(rows, -1, 2, 1, 32) >> np.array([0, 2, 4, 6], np.uint8)[:, None] & 3
    codes = np.concatenate((low & 15, low >> 4), axis=3).reshape(rows, -1, GROUP) | high.reshape(rows, -1, GROUP) << 4
    halves = np.ascontiguousarray(blocks[..., 192:208]).reshape(rows, -1, 2)
    scales, zeros = _half(matrix, 208), np.zeros(halves.shape[:2], np.uint8)
    centred = (codes.astype(np.int8) - np.int8(32)).view(np.uint8)
    return 8, True, (centred, scales, np.zeros_like(scales), halves[..., 0], halves[..., 1], zeros, zeros)


REPACKED: dict[str, Callable[[BlockMatrix], _Repacked]] = {
    "Q8_0": _q8_0, "Q5_0": _q5_0, "Q4_0": _q4_0, "Q4_1": _q4_1, "Q4_K": _q4_k, "Q5_K": _q5_k, "Q6_K": _q6_k,
}  # fmt: skip
"""The kinds of blocks that become groups."""


def _half(matrix: BlockMatrix, at: int) -> Halves:
    """The float16 at byte `at` of every block: ``(rows, blocks)``."""
    return np.ascontiguousarray(matrix.blocks()[..., at : at + 2]).view(np.float16)[..., 0]


def _centred(matrix: BlockMatrix) -> Bytes:
    """The whole numbers of blocks that have nothing but a scale, int8 as bytes: ``(rows, groups, 32)``."""
    blocks = matrix.data.reshape(-1, matrix.layout.nbytes).copy()
    blocks[:, :2] = np.array([1], np.float16).view(np.uint8)
    return matrix.layout.decode(blocks).astype(np.int8).view(np.uint8).reshape(matrix.shape[0], -1, GROUP)


def _k_scales(matrix: BlockMatrix) -> tuple[Bytes, Bytes]:
    """Scales and minima of Q4_K and Q5_K: ``(rows, groups)`` each."""
    both = k_scales(matrix.data.reshape(-1, matrix.layout.nbytes))
    return both[0].reshape(matrix.shape[0], -1), both[1].reshape(matrix.shape[0], -1)


def _k_codes(matrix: BlockMatrix, at: int) -> Bytes:
    """The nibbles of Q4_K and Q5_K, which begin at byte `at`: ``(rows, groups, 32)``."""
    pairs = matrix.blocks()[..., at : at + 128].reshape(matrix.shape[0], -1, 4, 1, GROUP)
    return np.concatenate((pairs & 15, pairs >> 4), axis=3).reshape(matrix.shape[0], -1, GROUP)


def _nibbles(codes: NDArray[Any]) -> Bytes:
    """Codes from 0 to 15 ``(rows, groups, 32)``, the second half of a group above the first: ``(rows, groups, 16)``."""
    low = codes.astype(np.uint8)
    packed: Bytes = low[..., :16] | np.left_shift(low[..., 16:], 4, dtype=np.uint8)
    return packed


def _by_lane(numbers: NDArray[Any]) -> Bytes:
    """Numbers ``(rows, groups)`` of eight rows side by side, as bytes ``(eights, groups, 8 numbers)``."""
    rows, groups = numbers.shape
    padded = np.zeros((-(-rows // LANES) * LANES, groups), numbers.dtype)
    padded[:rows] = numbers
    return np.ascontiguousarray(padded.reshape(-1, LANES, groups).transpose(0, 2, 1)).view(np.uint8)


def _code_lanes(stored: Bytes) -> Bytes:
    """Codes ``(rows, groups, bytes)``, four bytes of each of eight rows in turn: ``(eights, groups, 8 bytes)``."""
    rows, groups, size = stored.shape
    words = np.zeros((-(-rows // LANES) * LANES, groups, size), np.uint8)
    words[:rows] = stored
    turned = words.view(np.uint32).reshape(-1, LANES, groups, size // 4).transpose(0, 2, 3, 1)
    return np.ascontiguousarray(turned).view(np.uint8).reshape(len(words) // LANES, groups, -1)


def _tiles(stored: Bytes, *halves: Halves) -> Bytes:
    """Codes and their float16 numbers ``(rows, groups)`` as the tiles of a plain form."""
    parts = np.concatenate([*map(_by_lane, halves), _code_lanes(stored)], axis=2)
    return parts.reshape(len(parts), -1)


def _super_tiles(stored: Bytes, scale: Halves, minimum: Halves, *factors: Bytes) -> Bytes:
    """Codes, what eight groups share ``(rows, groups / 8)``, and their factors ``(rows, groups)`` as a super form."""
    groups = np.concatenate([*map(_by_lane, factors), _code_lanes(stored)], axis=2)
    supers = groups.reshape(len(groups), -1, SUPER * groups.shape[2])
    parts = np.concatenate([_by_lane(scale), _by_lane(minimum), supers], axis=2)
    return parts.reshape(len(parts), -1)
