"""Ternary weights at five bits for three: a sixth less to read than two bits each, without a loss.

Layout: a group is 64 rows side by side, the last one filled up with rows of zero weights. Three neighbouring weights
of a row are a triple, the number n = w0 + 3 w1 + 9 w2 from -13 to 13, whose code has |n| in its lower four bits and,
where n is negative, 16 above them. A line is 128 bytes: a word of 16 bits (little endian) of each row, in whose lower
15 bits three codes lie, the first lowest. A span of 48 columns, of which the last two may be missing, takes five
lines; the bits that are left over in them are the code of its sixteenth triple, the highest in the first line. Behind
whole spans come as many lines as the other columns need, nine columns each, with nothing in the bits left over. What
lies behind the end of a row is zero weights. The codes 14 to 16, 30 and 31 do not exist, so they reveal damage.

Three weights as a sign and an index of four bits are the TL2 of Bitnet.cpp (Wang et al. 2025, arXiv 2502.11880); what
a code gives with three activations is looked up in a table that is made once for all rows (T-MAC, Wei et al. 2024,
arXiv 2407.00088). Rows lie side by side so that a vector of words looks up as many rows at a time and no sum runs
across it.
"""

from __future__ import annotations

import enum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine import native
from engine.errors import FileFormatError, Message
from engine.ops.ternary.matrix import Bytes, Codes, TernaryMatrix, require_codes, row_parts

GROUP = 64
"""Rows side by side."""
SPAN = 48
"""Columns of a whole span."""
_LINES, _TRIPLES = 5, 16  # of a span
_LINE_COLUMNS, _LINE_TRIPLES = 9, 3
_BITS, _SIGN, _LARGEST = 5, 16, 13
_PLACES = np.arange(_LINES - 1, -1, -1, dtype=np.uint16)  # of the bits left over in the lines of a span, in their code


def spans(cols: int) -> int:
    """Whole spans of a row: the last may lack two columns."""
    return (cols + 2) // SPAN


def rest_lines(cols: int) -> int:
    """Lines of the last, shorter span."""
    return -(-max(cols - spans(cols) * SPAN, 0) // _LINE_COLUMNS)


class Ternary5in3(TernaryMatrix):
    """Three weights in five bits, 64 rows side by side."""

    @staticmethod
    def stored_shape(rows: int, cols: int) -> tuple[int, int]:
        """(ceil(rows / 64), 128 * lines): a row of bytes a group."""
        return -(-rows // GROUP), 2 * GROUP * (spans(cols) * _LINES + rest_lines(cols))

    @staticmethod
    def packed(codes: NDArray[Any]) -> Bytes:
        """Pack codes (rows, cols) in {-1, 0, 1}. Raises `FileFormatError` for any other code."""
        out = np.empty(Ternary5in3.stored_shape(*codes.shape), np.uint8)
        for rows in row_parts(len(codes), codes.shape[1], GROUP):
            require_codes(codes[rows])
            out[rows.start // GROUP : -(-rows.stop // GROUP)] = _packed_groups(codes[rows])
        return out

    def unpack(self) -> Codes:
        """Codes int8 (rows, cols). Raises `FileFormatError` on damage."""
        if damage := self.damage():
            raise FileFormatError("The packed weights {damage}.", damage=damage)
        out = np.empty(self.shape, np.int8)
        for rows in row_parts(*self.shape, GROUP):
            groups = self.codes[rows.start // GROUP : -(-rows.stop // GROUP)]
            out[rows] = _weights(_triples(groups, self.shape[1]))[: rows.stop - rows.start, : self.shape[1]]
        return out

    def _damage_of_codes(self) -> str | None:
        found = find_damage_natively(self) if native.can_read(self.codes) else find_damage(self)
        if found == Ternary5In3Damage.NO_CODE:
            return Message("hold a code that no weights have: the file is damaged")
        if found == Ternary5In3Damage.PADDING:
            return Message("hold weights in the padding after a row: the file is damaged")
        return None


class Ternary5In3Damage(enum.IntEnum):
    """`BL_SOUND` and what else `bl_ternary5in3_damage` answers."""

    NONE = 0
    NO_CODE = 1
    PADDING = 2


def find_damage(matrix: Ternary5in3) -> Ternary5In3Damage:
    """The first that holds: a code that no weights have, or a bit where none is left over; weights in the padding of
    columns and rows; or nothing."""
    rows, cols = matrix.shape
    found = Ternary5In3Damage.NONE
    for some in row_parts(rows, cols, GROUP):
        groups = matrix.codes[some.start // GROUP : -(-some.stop // GROUP)]
        triples, rest = _triples(groups, cols), _lines(groups)[:, :, spans(cols) * _LINES :]
        if (triples & (_SIGN - 1) > _LARGEST).any() or (triples == _SIGN).any() or (rest >> 15).any():
            return Ternary5In3Damage.NO_CODE
        weights = _weights(triples)
        if weights[:, cols:].any() or weights[some.stop - some.start :].any():
            found = Ternary5In3Damage.PADDING
    return found


def find_damage_natively(matrix: Ternary5in3) -> Ternary5In3Damage:
    """`find_damage` by the library, for an array without gaps: without a copy of the memory."""
    return Ternary5In3Damage(native.library().bl_ternary5in3_damage(matrix.codes.ctypes.data, *matrix.shape))


def _packed_groups(codes: NDArray[Any]) -> Bytes:
    """Whole groups of rows, but that the last may be short."""
    rows, cols = codes.shape
    groups, whole, rest = -(-rows // GROUP), spans(cols), rest_lines(cols)
    padded = np.zeros((groups * GROUP, whole * SPAN + rest * _LINE_COLUMNS), np.int8)
    padded[:rows, :cols] = codes
    numbers = padded.reshape(groups, GROUP, -1, 3) @ np.array([1, 3, 9], np.int8)
    triples = (np.abs(numbers) + _SIGN * (numbers < 0)).astype(np.uint16)
    of_spans = triples[:, :, : whole * _TRIPLES].reshape(groups, GROUP, whole, _TRIPLES)
    of_rest = triples[:, :, whole * _TRIPLES :].reshape(groups, GROUP, rest, _LINE_TRIPLES)
    left = of_spans[..., -1:] >> _PLACES & 1
    words = _words(of_spans[..., :-1].reshape(groups, GROUP, whole, _LINES, _LINE_TRIPLES)) | left << 15
    lines = np.concatenate([words.reshape(groups, GROUP, -1), _words(of_rest)], axis=2)
    return np.ascontiguousarray(lines.transpose(0, 2, 1), "<u2").view(np.uint8).reshape(groups, -1)


def _words(triples: NDArray[np.uint16]) -> NDArray[np.uint16]:
    """Three codes (..., 3) in the lower bits of each word (...)."""
    first, second, third = (triples[..., i] for i in range(3))
    return first | second << np.uint16(_BITS) | third << np.uint16(2 * _BITS)


def _lines(groups: Bytes) -> NDArray[np.uint16]:
    """Words (groups, rows of a group, lines)."""
    return np.ascontiguousarray(groups).view("<u2").reshape(len(groups), -1, GROUP).transpose(0, 2, 1)


def _triples(groups: Bytes, cols: int) -> NDArray[np.uint16]:
    """The codes (rows, triples) of whole groups, with those of the padding."""
    lines, whole = _lines(groups), spans(cols)
    codes = lines[..., None] >> np.arange(0, 3 * _BITS, _BITS, dtype=np.uint16) & np.uint16(2 * _SIGN - 1)
    of_spans = codes[:, :, : whole * _LINES].reshape(*lines.shape[:2], whole, _TRIPLES - 1)
    left = lines[:, :, : whole * _LINES].reshape(*lines.shape[:2], whole, _LINES) >> 15
    last = (left << _PLACES).sum(axis=3, dtype=np.uint16)
    spanned = np.concatenate([of_spans, last[..., None]], axis=3).reshape(*lines.shape[:2], -1)
    rest = codes[:, :, whole * _LINES :].reshape(*lines.shape[:2], -1)
    return np.concatenate([spanned, rest], axis=2).reshape(len(groups) * GROUP, -1)


def _weights(triples: NDArray[np.uint16]) -> Codes:
    """The weights (rows, 3 * triples) of codes: digits of a balanced ternary number."""
    number = (triples & (_SIGN - 1)).astype(np.int8)
    number[triples >= _SIGN] *= -1
    digits = np.empty((*triples.shape, 3), np.int8)
    for i in range(3):
        digits[..., i] = (number + 1) % 3 - 1
        number = (number - digits[..., i]) // 3
    return digits.reshape(len(triples), -1)
