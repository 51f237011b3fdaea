"""Ternary weights at two bits each.

Layout of a packed row: blocks of 64 weights in 16 bytes. Byte j of a block holds the weights j, 16 + j, 32 + j and
48 + j, the first in the lowest two bits. A weight is stored as its code + 1 (0, 1, 2); the row is padded to whole
blocks with the stored value 1, a zero weight. The stored value 3 does not exist, so it reveals damage. This order lets
a vector unit take 16 bytes, mask and shift, and have 4 x 16 consecutive weights without a shuffle.
"""

from __future__ import annotations

import enum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine import native
from engine.errors import FileFormatError, Message
from engine.ops.ternary.matrix import Bytes, Codes, TernaryMatrix, require_codes, row_parts

BLOCK = 64
"""Weights in a block."""
BLOCK_BYTES = 16
"""Bytes in a block."""


def packed_width(cols: int) -> int:
    """Bytes of a packed row of `cols` weights: 16 * ceil(cols / 64)."""
    return BLOCK_BYTES * -(-cols // BLOCK)


def pack(codes: NDArray[Any]) -> Bytes:
    """Pack codes (rows, cols) in {-1, 0, 1} into uint8 (rows, 16 * ceil(cols / 64)).

    Raises `FileFormatError` for any other code.
    """
    rows, cols = codes.shape
    out = np.empty((rows, packed_width(cols)), np.uint8)
    for rows_of in row_parts(rows, cols):
        part = codes[rows_of]
        require_codes(part)
        stored = np.ones((len(part), out.shape[1] // BLOCK_BYTES * BLOCK), np.uint8)
        stored[:, :cols] = part + 1
        lanes = stored.reshape(len(part), -1, 4, BLOCK_BYTES)
        packed = lanes[:, :, 0] | lanes[:, :, 1] << 2 | lanes[:, :, 2] << 4 | lanes[:, :, 3] << 6
        out[rows_of] = packed.reshape(len(part), -1)
    return out


def unpack(packed: Bytes, cols: int) -> Codes:
    """The codes int8 (rows, cols) of packed weights; the reverse of `pack`. Raises `FileFormatError` on damage."""
    damage = packing_damage(packed, cols)
    if damage:
        raise FileFormatError("The packed weights {damage}.", damage=damage)
    codes = np.empty((packed.shape[0], cols), np.int8)
    for rows_of in row_parts(packed.shape[0], cols):
        codes[rows_of] = _lanes(packed[rows_of])[:, :cols].astype(np.int8) - 1
    return codes


def packing_damage(packed: NDArray[Any], cols: int) -> str | None:
    """What is wrong with packed weights of `cols` columns, as the end of a sentence, or None."""
    if packed.dtype != np.uint8 or packed.ndim != 2 or packed.shape[1] != packed_width(cols):
        return f"are {packed.dtype} {packed.shape} where uint8 (rows, {packed_width(cols)}) is needed"
    found = (find_damage_natively if native.can_read(packed) else find_damage)(packed, cols)
    if found == Ternary2Damage.CODE_THREE:
        return Message("hold the code 3, which no weight has: the file is damaged")
    if found == Ternary2Damage.PADDING:
        return Message("hold weights in the padding after a row: the file is damaged")
    return None


class Ternary2Damage(enum.IntEnum):
    """`BL_SOUND` and what else `bl_ternary2_damage` answers."""

    NONE = 0
    CODE_THREE = 1
    PADDING = 2


def find_damage(packed: Bytes, cols: int) -> Ternary2Damage:
    """The first that holds of packed weights (rows, packed_width(cols)): a code of 3, something else than zero weights
    in the padding of a row, or nothing."""
    parts = [packed[rows_of] for rows_of in row_parts(*packed.shape)]
    if any(np.any(part & part >> 1 & 0x55) for part in parts):
        return Ternary2Damage.CODE_THREE
    if cols % BLOCK and any(np.any(_lanes(part[:, -BLOCK_BYTES:])[:, cols % BLOCK :] != 1) for part in parts):
        return Ternary2Damage.PADDING
    return Ternary2Damage.NONE


def find_damage_natively(packed: Bytes, cols: int) -> Ternary2Damage:
    """`find_damage` by the library, for an array without gaps: in one pass over the memory, without a copy of it."""
    return Ternary2Damage(native.library().bl_ternary2_damage(packed.ctypes.data, packed.shape[0], cols))


class Ternary2(TernaryMatrix):
    """Four weights in a byte, row by row."""

    @staticmethod
    def stored_shape(rows: int, cols: int) -> tuple[int, int]:
        """(rows, 16 * ceil(cols / 64))."""
        return rows, packed_width(cols)

    @staticmethod
    def packed(codes: NDArray[Any]) -> Bytes:
        """`pack`."""
        return pack(codes)

    def unpack(self) -> Codes:
        """Codes int8 (rows, cols). Raises `FileFormatError` on damage."""
        return unpack(self.codes, self.shape[1])

    def _damage_of_codes(self) -> str | None:
        return packing_damage(self.codes, self.shape[1])


def _lanes(packed: Bytes) -> Bytes:
    """Stored values (rows, 4 * bytes) of whole blocks, in the order of the weights."""
    blocks = packed.reshape(packed.shape[0], -1, BLOCK_BYTES)
    return np.stack([blocks >> shift & 3 for shift in (0, 2, 4, 6)], axis=2).reshape(packed.shape[0], -1)
