"""Matrices of bytes with a scale for each row.

Rule, as for activations in BitNet b1.58 (Ma et al. 2024, arXiv 2402.17764), of each row: s = max|w| / 127, codes =
round(w / s). A code is stored as code + 128 in a byte, from 1 to 255; 0 does not exist, so it reveals damage.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

LARGEST = 127
ZERO = 128
"""The stored byte of a weight of zero."""
HEAD_BITS = 8
"""Width of the activations that a head of bytes is multiplied with, unless activations are not quantised at all."""
_ROWS = 1 << 12  # handled at a time, so that no temporary grows with the table


@dataclass(frozen=True, eq=False)
class ByteTable:
    """A matrix of `shape` (rows, cols): weight = (stored - 128) * its row's scale.

    `stored` is uint8 (rows, cols), `scales` float32 (rows,).
    """

    stored: NDArray[np.uint8]
    scales: NDArray[np.float32]

    @classmethod
    def from_float(cls, w: NDArray[Any]) -> ByteTable:
        """Quantise float weights (rows, cols), which are finite. A row of zeros has the scale 0."""
        stored, scales = np.empty(w.shape, np.uint8), np.empty(len(w), np.float32)
        for rows in (slice(i, i + _ROWS) for i in range(0, len(w), _ROWS)):
            part = np.asarray(w[rows], np.float32)
            scale = np.abs(part).max(axis=1, initial=0) / np.float32(LARGEST)
            ratio = part / np.where(scale > 0, scale, np.float32(1))[:, None]
            stored[rows] = np.clip(np.rint(ratio), -LARGEST, LARGEST).astype(np.int16) + ZERO
            scales[rows] = scale
        return cls(stored, scales)

    @property
    def shape(self) -> tuple[int, ...]:
        """(rows, cols)."""
        return self.stored.shape

    @property
    def nbytes(self) -> int:
        """Bytes of the codes and the scales."""
        return self.stored.nbytes + self.scales.nbytes

    def codes(self) -> NDArray[np.int8]:
        """Whole numbers int8 (rows, cols) from -127 to 127."""
        return (self.stored ^ np.uint8(ZERO)).view(np.int8)

    def to_float(self) -> NDArray[np.float32]:
        """Float weights (rows, cols)."""
        return self.codes() * self.scales[:, None]

    def damage(self) -> str | None:
        """What is wrong, as the end of a sentence whose subject is plural weights, or None."""
        if not (np.isfinite(self.scales).all() and (self.scales >= 0).all()):
            return "have a scale that is not finite or is negative"
        if self.stored.size and not self.stored.min():
            return "hold the byte 0, which no weight has: the file is damaged"
        return None
