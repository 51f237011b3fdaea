"""Ternary weights in numpy: quantise them, and pack them at two bits a weight.

Source of the rule: BitNet b1.58 (Ma et al. 2024, arXiv 2402.17764): s = mean|W|, codes = clip(round(W / s), -1, 1).

Layout of a packed row: blocks of 64 weights in 16 bytes. Byte j of a block holds the weights j, 16 + j, 32 + j and
48 + j, the first in the lowest two bits. A weight is stored as its code + 1 (0, 1, 2); the row is padded to whole
blocks with the stored value 1, a zero weight. The stored value 3 does not exist, so it reveals damage. This order lets
a vector unit take 16 bytes, mask and shift, and have 4 x 16 consecutive weights without a shuffle.
"""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine import native
from engine.errors import FileFormatError, Told

BLOCK = 64
"""Weights in a block."""
BLOCK_BYTES = 16
"""Bytes in a block."""
_CHUNK = 1 << 20  # elements handled at a time, so that no temporary grows with the tensor

Codes = NDArray[np.int8]
Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]


def packed_width(cols: int) -> int:
    """Bytes of a packed row of `cols` weights: 16 * ceil(cols / 64)."""
    return BLOCK_BYTES * -(-cols // BLOCK)


def quantize_weight(w: NDArray[Any]) -> tuple[Codes, float]:
    """Ternary codes int8 (rows, cols) in {-1, 0, 1} and the scale mean|W| of weights (rows, cols).

    The mean is taken in float64 and rounded to float32; W / s is a float32 division, rounded half to even. A scale of
    zero gives codes of zero. Raises `FileFormatError` for weights that are not finite.
    """
    flat = np.ascontiguousarray(w, dtype=np.float32).reshape(-1)
    total = sum(float(np.abs(part, dtype=np.float64).sum()) for part in _parts(flat))
    scale = np.float32(total / flat.size) if flat.size else np.float32(0.0)
    if not np.isfinite(scale):
        raise FileFormatError(Told("The weights hold values that are not finite, so they cannot be made ternary."))
    codes = np.zeros(flat.shape, np.int8)
    if scale > 0:
        for part, out in zip(_parts(flat), _parts(codes), strict=True):
            ratio = part / scale
            np.rint(ratio, out=ratio)
            out[:] = np.clip(ratio, -1, 1, out=ratio)
    return codes.reshape(w.shape), float(scale)


def pack(codes: NDArray[Any]) -> Bytes:
    """Pack codes (rows, cols) in {-1, 0, 1} into uint8 (rows, 16 * ceil(cols / 64)).

    Raises `FileFormatError` for any other code.
    """
    rows, cols = codes.shape
    out = np.empty((rows, packed_width(cols)), np.uint8)
    for rows_of in _row_chunks(rows, cols):
        part = codes[rows_of]
        if part.size and (part.min() < -1 or part.max() > 1):
            raise FileFormatError("Ternary codes must be -1, 0 or 1.")
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
        raise FileFormatError(Told("The packed weights {damage}.", damage=damage))
    codes = np.empty((packed.shape[0], cols), np.int8)
    for rows_of in _row_chunks(packed.shape[0], cols):
        codes[rows_of] = _lanes(packed[rows_of])[:, :cols].astype(np.int8) - 1
    return codes


def packing_damage(packed: NDArray[Any], cols: int) -> str | None:
    """What is wrong with packed weights of `cols` columns, as the end of a sentence, or None."""
    if packed.dtype != np.uint8 or packed.ndim != 2 or packed.shape[1] != packed_width(cols):
        return f"are {packed.dtype} {packed.shape} where uint8 (rows, {packed_width(cols)}) is needed"
    with_library = packed.flags.c_contiguous and native.why_not() is None
    found = find_damage_natively(packed, cols) if with_library else find_damage(packed, cols)
    if found == Damage.CODE_THREE:
        return Told("hold the code 3, which no weight has: the file is damaged")
    if found == Damage.PADDING:
        return Told("hold weights in the padding after a row: the file is damaged")
    return None


class Damage(enum.IntEnum):
    """`BL_SOUND` and what else `bl_packing_damage` answers."""

    NONE = 0
    CODE_THREE = 1
    PADDING = 2


def find_damage(packed: Bytes, cols: int) -> Damage:
    """The first that holds of packed weights (rows, packed_width(cols)): a code of 3, something else than zero weights
    in the padding of a row, or nothing."""
    parts = [packed[rows_of] for rows_of in _row_chunks(*packed.shape)]
    if any(np.any(part & part >> 1 & 0x55) for part in parts):
        return Damage.CODE_THREE
    if cols % BLOCK and any(np.any(_lanes(part[:, -BLOCK_BYTES:])[:, cols % BLOCK :] != 1) for part in parts):
        return Damage.PADDING
    return Damage.NONE


def find_damage_natively(packed: Bytes, cols: int) -> Damage:
    """`find_damage` by the library, for an array without gaps: in one pass over the memory, without a copy of it."""
    return Damage(native.library().bl_packing_damage(packed.ctypes.data, packed.shape[0], cols))


@dataclass(frozen=True, eq=False)
class PackedTernary:
    """A ternary matrix of `shape` (rows, cols): `codes` uint8 (rows, 16 * ceil(cols / 64)), weight = code * scale."""

    codes: Bytes
    scale: float
    shape: tuple[int, int]

    @classmethod
    def from_float(cls, w: NDArray[Any]) -> PackedTernary:
        """Quantise float weights (rows, cols)."""
        codes, scale = quantize_weight(w)
        return cls(pack(codes), scale, (w.shape[0], w.shape[1]))

    @property
    def nbytes(self) -> int:
        """Bytes of the codes and the scale."""
        return self.codes.nbytes + 4

    def damage(self) -> str | None:
        """What is wrong with this matrix, as the end of a sentence whose subject is plural weights, or None."""
        if not (math.isfinite(self.scale) and self.scale >= 0):
            return f"have the scale {self.scale}, which must be finite and not negative"
        if self.codes.ndim == 2 and self.codes.shape[0] != self.shape[0]:
            return f"have {self.codes.shape[0]} packed rows where the shape says {self.shape[0]}"
        return packing_damage(self.codes, self.shape[1])

    def unpack(self) -> Codes:
        """Codes int8 (rows, cols). Raises `FileFormatError` on damage."""
        return unpack(self.codes, self.shape[1])

    def to_float(self) -> Floats:
        """Float weights (rows, cols) that `quantize_weight` turns back into exactly these codes and this scale.

        code * scale would not do: its mean is smaller by the share of zeros. The non-zero weights are raised to make
        up for it, and as many as needed by one more unit in the last place, so that the mean rounds to the scale.
        """
        weights = self.unpack().astype(np.float32)
        flat = weights.reshape(-1)
        filled = int(np.count_nonzero(flat))
        if not filled or not self.scale:
            return np.zeros(self.shape, np.float32)
        total = float(self.scale) * flat.size
        if total / filled >= float(np.finfo(np.float32).max):
            raise FileFormatError(
                Told("The ternary weights have the scale {scale}, too large for float32 weights.", scale=self.scale)
            )
        low = np.float32(total / filled)
        if float(low) * filled > total:
            low = np.nextafter(low, np.float32(0))
        high = np.nextafter(low, np.float32(np.inf))
        raised = round((total - float(low) * filled) / (float(high) - float(low)))
        for part in _parts(flat):
            places = np.flatnonzero(part)
            part[places[:raised]] *= high
            part[places[raised:]] *= low
            raised = max(0, raised - places.size)
        return weights


def _lanes(packed: Bytes) -> Bytes:
    """Stored values (rows, 4 * bytes) of whole blocks, in the order of the weights."""
    blocks = packed.reshape(packed.shape[0], -1, BLOCK_BYTES)
    return np.stack([blocks >> shift & 3 for shift in (0, 2, 4, 6)], axis=2).reshape(packed.shape[0], -1)


def _parts(flat: NDArray[Any]) -> list[NDArray[Any]]:
    return [flat[i : i + _CHUNK] for i in range(0, flat.size, _CHUNK)]


def _row_chunks(rows: int, cols: int) -> list[slice]:
    step = max(1, _CHUNK // max(1, cols))
    return [slice(i, min(i + step, rows)) for i in range(0, rows, step)]
