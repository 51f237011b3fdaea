"""Matrices of whole numbers with a scale for each row, and those of bytes among them.

Rule of bytes, as for activations in BitNet b1.58 (Ma et al. 2024, arXiv 2402.17764), of each row: s = max|w| / 127,
codes = round(w / s). A code is stored as code + 128 in a byte, from 1 to 255; 0 does not exist, so it reveals damage.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

LARGEST = 127
ZERO = 128
"""The stored byte of a weight of zero."""
HEAD_BITS = 8
"""Width of the activations that such a head is multiplied with, unless activations are not quantised at all."""
_ROWS = 1 << 12  # handled at a time, so that no temporary grows with the table

Codes = NDArray[np.int8]
Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class QuantizedEmbedding(ABC):
    """A matrix (rows, cols): weight = code * its row's scale.

    `stored` is uint8 (rows, `stored_width(cols)`), `scales` float32 (rows,).
    """

    stored: Bytes
    scales: Floats
    cols: int

    @staticmethod
    @abstractmethod
    def stored_width(cols: int) -> int:
        """Bytes of a row of `cols` weights."""

    @property
    def shape(self) -> tuple[int, ...]:
        """(rows, cols)."""
        return len(self.stored), self.cols

    @property
    def nbytes(self) -> int:
        """Bytes of the codes and the scales."""
        return self.stored.nbytes + self.scales.nbytes

    @abstractmethod
    def codes(self) -> Codes:
        """Whole numbers int8 (rows, cols)."""

    def to_float(self) -> Floats:
        """Float weights (rows, cols)."""
        return self.codes() * self.scales[:, None]

    def damage(self) -> str | None:
        """What is wrong, as the end of a sentence whose subject is plural weights, or None."""
        if not (np.isfinite(self.scales).all() and (self.scales >= 0).all()):
            return "have a scale that is not finite or is negative"
        return self._damage_of_codes()

    @abstractmethod
    def _damage_of_codes(self) -> str | None: ...


class Int8Embedding(QuantizedEmbedding):
    """A byte a weight."""

    @staticmethod
    def stored_width(cols: int) -> int:
        """Bytes of a row of `cols` weights: as many."""
        return cols

    @classmethod
    def from_float(cls, w: NDArray[Any]) -> Int8Embedding:
        """Quantise float weights (rows, cols), which are finite. A row of zeros has the scale 0."""
        stored, scales = np.empty(w.shape, np.uint8), np.empty(len(w), np.float32)
        for rows in parts(len(w)):
            part = np.asarray(w[rows], np.float32)
            scales[rows] = np.abs(part).max(axis=1, initial=0) / np.float32(LARGEST)
            stored[rows] = rounded(part, scales[rows], LARGEST).astype(np.int16) + ZERO
        return cls(stored, scales, w.shape[1])

    def codes(self) -> Codes:
        """Whole numbers int8 (rows, cols) from -127 to 127."""
        return (self.stored ^ np.uint8(ZERO)).view(np.int8)

    def _damage_of_codes(self) -> str | None:
        if self.stored.size and not self.stored.min():
            return "hold the byte 0, which no weight has: the file is damaged"
        return None


def parts(rows: int) -> Iterator[slice]:
    """Slices of `rows` rows, few at a time."""
    return (slice(i, i + _ROWS) for i in range(0, rows, _ROWS))


def rounded(w: Floats, scales: Floats, largest: int) -> Floats:
    """w / scale of each row, to the nearest whole number that is at most `largest`; 0 where the scale is 0."""
    ratio: Floats = np.divide(w, np.where(scales > 0, scales, 1)[:, None], dtype=np.float32)
    return np.clip(np.rint(ratio, out=ratio), -largest, largest, out=ratio)
