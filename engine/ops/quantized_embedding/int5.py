"""Matrices of five bits a weight, with a scale for each row.

Rule: codes = round(w / s), cut at -15 and 15; s is the one of `TRIED` fractions of max|w| / 15 that leaves the smallest
sum of squared errors. A code is stored as code + 16, from 1 to 31; 0 does not exist, so it reveals damage.

Layout of a row: blocks of 64 weights, the last filled up with zero weights (stored 16). First, 32 bytes a block, the
lower four bits of all weights: byte j of a block holds weight j in its lower half and 32 + j in its upper one. Then,
8 bytes a block, their fifth bits: bit i of byte j is that of weight 8 j + i. So a vector unit takes the fifth bits of a
block as one mask.
"""

from __future__ import annotations

import enum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine import native
from engine.ops.quantized_embedding.int8 import Bytes, Codes, QuantizedEmbedding, parts, rounded

LARGEST = 15
ZERO = 16
"""The stored value of a weight of zero."""
BLOCK = 64
"""Weights in a block."""
TRIED = np.linspace(0.6, 1.0, 21, dtype=np.float32)
_HALF = BLOCK // 2
_BLOCK_BYTES = _HALF + BLOCK // 8


class Int5Embedding(QuantizedEmbedding):
    """Five bits a weight."""

    @staticmethod
    def stored_width(cols: int) -> int:
        """Bytes of a row of `cols` weights: 40 * ceil(cols / 64)."""
        return _BLOCK_BYTES * -(-cols // BLOCK)

    @classmethod
    def from_float(cls, w: NDArray[Any]) -> Int5Embedding:
        """Quantise float weights (rows, cols), which are finite. A row of zeros has the scale 0."""
        rows, cols = w.shape
        stored, scales = np.empty((rows, cls.stored_width(cols)), np.uint8), np.zeros(rows, np.float32)
        for some in parts(rows):
            part = np.asarray(w[some], np.float32)
            whole = np.abs(part).max(axis=1, initial=0) / np.float32(LARGEST)
            least = np.full(len(part), np.inf, np.float32)
            for fraction in TRIED:
                scale = whole * fraction
                error = np.square(part - rounded(part, scale, LARGEST) * scale[:, None]).sum(axis=1)
                better = error < least
                scales[some][better], least[better] = scale[better], error[better]
            stored[some] = _pack(rounded(part, scales[some], LARGEST))
        return cls(stored, scales, cols)

    def codes(self) -> Codes:
        """Whole numbers int8 (rows, cols) from -15 to 15."""
        return self.values()[:, : self.cols].astype(np.int8) - np.int8(ZERO)

    def values(self) -> Bytes:
        """What is stored, uint8 (rows, 64 * ceil(cols / 64)), with the padding."""
        rows, blocks = len(self.stored), self.stored.shape[1] // _BLOCK_BYTES
        low = self.stored[:, : blocks * _HALF].reshape(rows, blocks, _HALF)
        high = np.unpackbits(self.stored[:, blocks * _HALF :], axis=1, bitorder="little")
        return np.concatenate([low & 15, low >> 4], axis=2).reshape(rows, -1) | high << 4

    def _damage_of_codes(self) -> str | None:
        found = find_damage_natively(self) if native.can_read(self.stored) else find_damage(self)
        if found == Int5Damage.VALUE_ZERO:
            return "hold five bits of 0, which no weight has: the file is damaged"
        if found == Int5Damage.PADDING:
            return "have padding that is not zero: the file is damaged"
        return None


class Int5Damage(enum.IntEnum):
    """`BL_SOUND` and what else `bl_int5_damage` answers."""

    NONE = 0
    VALUE_ZERO = 1
    PADDING = 2


def find_damage(table: Int5Embedding) -> Int5Damage:
    """What is wrong with the first damaged row: a stored 0, else something that is not zero in the padding."""
    for some in parts(len(table.stored)):
        values = Int5Embedding(table.stored[some], table.scales[some], table.cols).values()
        zero, padding = (values == 0).any(axis=1), (values[:, table.cols :] != ZERO).any(axis=1)
        if (zero | padding).any():
            return Int5Damage.VALUE_ZERO if zero[np.argmax(zero | padding)] else Int5Damage.PADDING
    return Int5Damage.NONE


def find_damage_natively(table: Int5Embedding) -> Int5Damage:
    """`find_damage` by the library, for rows without gaps: in one pass over the memory, without a copy of it."""
    return Int5Damage(native.library().bl_int5_damage(table.stored.ctypes.data, len(table.stored), table.cols))


def _pack(codes: NDArray[Any]) -> Bytes:
    """Whole numbers (rows, cols) from -15 to 15 as rows of bytes."""
    rows, cols = codes.shape
    values = np.full((rows, -(-cols // BLOCK) * BLOCK), ZERO, np.uint8)
    values[:, :cols] = codes + ZERO
    halves = values.reshape(rows, -1, 2, _HALF)
    low = (halves[:, :, 0] & 15) | (halves[:, :, 1] & 15) << 4
    return np.concatenate([low.reshape(rows, -1), np.packbits(values >> 4, axis=1, bitorder="little")], axis=1)
