"""Ternary matrices in numpy: the rule that makes them of float weights, and what their packed forms have in common.

Source of the rule: BitNet b1.58 (Ma et al. 2024, arXiv 2402.17764): s = mean|W|, codes = clip(round(W / s), -1, 1).
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from engine.errors import FileFormatError

_CHUNK = 1 << 20  # elements handled at a time, so that no temporary grows with the tensor

Codes = NDArray[np.int8]
Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]


def quantize_weight(w: NDArray[Any]) -> tuple[Codes, float]:
    """Ternary codes int8 (rows, cols) in {-1, 0, 1} and the scale mean|W| of weights (rows, cols).

    The mean is taken in float64 and rounded to float32; W / s is a float32 division, rounded half to even. A scale of
    zero gives codes of zero. Raises `FileFormatError` for weights that are not finite.
    """
    flat = np.ascontiguousarray(w, dtype=np.float32).reshape(-1)
    total = sum(float(np.abs(part, dtype=np.float64).sum()) for part in parts(flat))
    scale = np.float32(total / flat.size) if flat.size else np.float32(0.0)
    if not np.isfinite(scale):
        raise FileFormatError("The weights hold values that are not finite, so they cannot be made ternary.")
    codes = np.zeros(flat.shape, np.int8)
    if scale > 0:
        for part, out in zip(parts(flat), parts(codes), strict=True):
            ratio = part / scale
            np.rint(ratio, out=ratio)
            out[:] = np.clip(ratio, -1, 1, out=ratio)
    return codes.reshape(w.shape), float(scale)


@dataclass(frozen=True, eq=False)
class TernaryMatrix(ABC):
    """A ternary matrix of `shape` (rows, cols): weight = code * scale.

    `codes` is uint8 of `stored_shape(rows, cols)`.
    """

    codes: Bytes
    scale: float
    shape: tuple[int, int]

    @staticmethod
    @abstractmethod
    def stored_shape(rows: int, cols: int) -> tuple[int, int]:
        """The shape of the packed codes of a matrix."""

    @staticmethod
    @abstractmethod
    def packed(codes: NDArray[Any]) -> Bytes:
        """Pack codes (rows, cols) in {-1, 0, 1}. Raises `FileFormatError` for any other code."""

    @abstractmethod
    def unpack(self) -> Codes:
        """Codes int8 (rows, cols). Raises `FileFormatError` on damage."""

    @abstractmethod
    def _damage_of_codes(self) -> str | None: ...

    @classmethod
    def from_codes(cls, codes: NDArray[Any], scale: float) -> Self:
        """Pack codes (rows, cols)."""
        return cls(cls.packed(codes), scale, (codes.shape[0], codes.shape[1]))

    @classmethod
    def from_float(cls, w: NDArray[Any]) -> Self:
        """Quantise float weights (rows, cols)."""
        return cls.from_codes(*quantize_weight(w))

    @property
    def nbytes(self) -> int:
        """Bytes of the codes and the scale."""
        return self.codes.nbytes + 4

    def damage(self) -> str | None:
        """What is wrong with this matrix, as the end of a sentence whose subject is plural weights, or None."""
        if not (math.isfinite(self.scale) and self.scale >= 0):
            return f"have the scale {self.scale}, which must be finite and not negative"
        needed = self.stored_shape(*self.shape)
        if self.codes.ndim == 2 and self.codes.shape[0] != needed[0]:
            return f"have {self.codes.shape[0]} packed rows where the shape says {needed[0]}"
        if self.codes.dtype != np.uint8 or self.codes.shape != needed:
            return f"are {self.codes.dtype} {self.codes.shape} where uint8 {needed} is needed"
        return self._damage_of_codes()

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
                "The ternary weights have the scale {scale}, too large for float32 weights.", scale=self.scale
            )
        low = np.float32(total / filled)
        if float(low) * filled > total:
            low = np.nextafter(low, np.float32(0))
        high = np.nextafter(low, np.float32(np.inf))
        raised = round((total - float(low) * filled) / (float(high) - float(low)))
        for part in parts(flat):
            places = np.flatnonzero(part)
            part[places[:raised]] *= high
            part[places[raised:]] *= low
            raised = max(0, raised - places.size)
        return weights


def parts(flat: NDArray[Any]) -> list[NDArray[Any]]:
    """Views of a vector, few elements at a time."""
    return [flat[i : i + _CHUNK] for i in range(0, flat.size, _CHUNK)]


def row_parts(rows: int, cols: int, grain: int = 1) -> list[slice]:
    """Slices of rows of so many elements, few at a time and multiples of `grain`."""
    step = max(1, _CHUNK // max(1, cols * grain)) * grain
    return [slice(i, min(i + step, rows)) for i in range(0, rows, step)]


def require_codes(codes: NDArray[Any]) -> None:
    """Raise `FileFormatError` unless every code is -1, 0 or 1."""
    if codes.size and (codes.min() < -1 or codes.max() > 1):
        raise FileFormatError("Ternary codes must be -1, 0 or 1.")
