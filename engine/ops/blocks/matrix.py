"""`BlockMatrix`: a matrix whose rows are quantised blocks, in the bytes of the file that holds it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.ops.blocks import decode
from engine.ops.blocks.decode import Bytes, Floats
from engine.ops.ternary.ternary2 import Ternary2

_PART = 1 << 20  # weights decoded at a time, so that no temporary grows with the matrix


@dataclass(frozen=True)
class BlockLayout:
    """How a kind of block is laid out."""

    name: str
    weights: int
    """A block holds."""
    nbytes: int
    """It takes."""
    decode: Callable[[Bytes], Floats]
    """Blocks uint8 ``(n, nbytes)`` to float32 ``(n, weights)``."""
    halves: tuple[int, ...]
    """Where its float16 numbers stand, the scale first; none: the matrix has one scale for all."""
    codes: Callable[[Bytes], NDArray[np.int8]] | None = None
    """For a ternary kind: blocks to codes int8 ``(n, weights)`` in -1, 0, 1 (and 2, from damaged bits)."""


LAYOUTS = {
    layout.name: layout
    for layout in (
        BlockLayout("Q4_0", 32, 18, decode.q4_0, (0,)),
        BlockLayout("Q4_1", 32, 20, decode.q4_1, (0, 2)),
        BlockLayout("Q5_0", 32, 22, decode.q5_0, (0,)),
        BlockLayout("Q5_1", 32, 24, decode.q5_1, (0, 2)),
        BlockLayout("Q8_0", 32, 34, decode.q8_0, (0,)),
        BlockLayout("Q4_K", 256, 144, decode.q4_k, (0, 2)),
        BlockLayout("Q5_K", 256, 176, decode.q5_k, (0, 2)),
        BlockLayout("Q6_K", 256, 210, decode.q6_k, (208,)),
        BlockLayout("TQ1_0", 256, 54, decode.tq1_0, (52,), decode.tq1_0_codes),
        BlockLayout("TQ2_0", 256, 66, decode.tq2_0, (64,), decode.tq2_0_codes),
        BlockLayout("I2_S", 128, 32, decode.i2_s, (), decode.i2_s_codes),
    )
}


@dataclass(frozen=True, eq=False)
class BlockMatrix:
    """A matrix of `shape` (rows, columns) in blocks; nothing is decoded until it is asked for.

    Attributes:
        layout: of the blocks.
        data: uint8 ``(rows, bytes a row)``, a read-only view of the file where it came from one.
        shape: rows and columns; columns are whole blocks.
        scale: what every weight is multiplied by; 1 but for layouts whose blocks have no scale.
    """

    layout: BlockLayout
    data: Bytes
    shape: tuple[int, int]
    scale: float = 1.0

    @property
    def nbytes(self) -> int:
        """Bytes of the blocks."""
        return self.data.nbytes

    def blocks(self) -> Bytes:
        """The raw blocks: uint8 ``(rows, blocks a row, bytes a block)``, a view where `data` lies in one piece."""
        return self.data.reshape(self.shape[0], -1, self.layout.nbytes)

    def rows(self, order: NDArray[np.intp]) -> BlockMatrix:
        """The rows of those indices, copied."""
        return replace(self, data=self.data[order], shape=(len(order), self.shape[1]))

    def to_float(self) -> Floats:
        """Float32 ``(rows, columns)``."""
        out = np.empty(self.shape, np.float32)
        for part in self._parts():
            blocks = self.data[part].reshape(-1, self.layout.nbytes)
            out[part] = self.layout.decode(blocks).reshape(-1, self.shape[1])
        if self.scale != 1.0:
            out *= np.float32(self.scale)
        return out

    def to_ternary(self) -> Ternary2 | None:
        """The same weights with one scale for all, which is how ternary matrices are computed; None where the blocks
        have scales that differ, or are not ternary."""
        if self.layout.codes is None:
            return None
        scale = self.scale
        if self.layout.halves:
            scales = np.unique(self._half(self.layout.halves[0]))
            if scales.size != 1:
                return None
            scale *= float(scales[0])
        codes = np.empty(self.shape, np.int8)
        for part in self._parts():
            codes[part] = self.layout.codes(self.data[part].reshape(-1, self.layout.nbytes)).reshape(-1, self.shape[1])
        return Ternary2.from_codes(codes, scale)

    def damage(self) -> str | None:
        """What is wrong with the values, as the end of a sentence whose subject is plural weights, or None."""
        numbers = [self._half(at) for at in self.layout.halves] or [np.array(self.scale)]
        return None if all(np.isfinite(part).all() for part in numbers) else "hold NaN or infinite values"

    def _half(self, at: int) -> NDArray[np.float16]:
        """The float16 that stands at byte `at` of every block."""
        return np.ascontiguousarray(self.blocks()[:, :, at : at + 2]).view(np.float16)

    def _parts(self) -> Iterator[slice]:
        """Slices of rows, few weights at a time."""
        step = max(1, _PART // max(1, self.shape[1]))
        return (slice(start, start + step) for start in range(0, self.shape[0], step))
