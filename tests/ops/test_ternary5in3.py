"""Three ternary weights in five bits: the layout, its way back, and damage."""

from __future__ import annotations

import numpy as np
import pytest
from native_bodies import needs_library

from engine.errors import FileFormatError
from engine.ops.ternary.matrix import quantize_weight
from engine.ops.ternary.ternary5in3 import Ternary5in3, Ternary5In3Damage, find_damage, find_damage_natively

SHAPES = [(1, 1), (64, 48), (65, 47), (63, 46), (64, 45), (130, 512), (3, 1408), (200, 9), (64, 144), (1, 94)]


def random_codes(rows: int, cols: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(-1, 2, (rows, cols)).astype(np.int8)


@pytest.mark.parametrize("shape", SHAPES)
def test_unpacking_gives_back_what_was_packed(shape: tuple[int, int]) -> None:
    codes = random_codes(*shape)
    matrix = Ternary5in3.from_codes(codes, 0.5)
    assert matrix.codes.shape == Ternary5in3.stored_shape(*shape)
    assert matrix.damage() is None
    assert (matrix.unpack() == codes).all()
    again, scale = quantize_weight(matrix.to_float())
    assert (again == codes).all() or not codes.any()
    assert scale == 0.5


def test_the_layout_is_the_one_of_the_documentation() -> None:
    codes = np.zeros((2, 48), np.int8)
    codes[1, :3] = 1, -1, 1  # 1 - 3 + 9 = 7
    codes[1, 3:6] = 0, -1, 0  # -3
    codes[1, 45:] = -1, -1, -1  # -13, the triple whose bits are left over: 0b11101
    words = Ternary5in3.from_codes(codes, 1.0).codes.view("<u2").reshape(5, 64)
    assert words[0, 1] == 7 | (16 + 3) << 5 | 1 << 15
    assert words[1:, 1].tolist() == [1 << 15, 1 << 15, 0, 1 << 15]
    words[:, 1] = 0
    assert not words.any()


@pytest.mark.parametrize(("cols", "lines"), [(1, 1), (9, 1), (10, 2), (45, 5), (46, 5), (48, 5), (49, 6), (93, 10)])
def test_a_row_takes_the_lines_that_it_needs(cols: int, lines: int) -> None:
    assert Ternary5in3.stored_shape(64, cols) == (1, 128 * lines)
    assert Ternary5in3.stored_shape(65, cols) == (2, 128 * lines)


def test_other_codes_are_refused() -> None:
    with pytest.raises(FileFormatError, match="-1, 0 or 1"):
        Ternary5in3.packed(np.full((1, 3), 2, np.int8))


@needs_library
@pytest.mark.parametrize("shape", [*SHAPES, (70, 130)])
def test_every_flipped_bit_is_judged_alike_by_both(shape: tuple[int, int]) -> None:
    matrix = Ternary5in3.from_codes(random_codes(*shape), 1.0)
    rng = np.random.default_rng(1)
    found = set()
    for _ in range(200):
        codes = matrix.codes.copy()
        codes[rng.integers(codes.shape[0]), rng.integers(codes.shape[1])] ^= 1 << rng.integers(8)
        damaged = Ternary5in3(codes, 1.0, shape)
        assert find_damage(damaged) == find_damage_natively(damaged)
        found.add(find_damage(damaged))
        if find_damage(damaged) == Ternary5In3Damage.NONE:  # other weights, and nothing else
            assert (Ternary5in3.from_codes(damaged.unpack(), 1.0).codes == codes).all()
    assert Ternary5In3Damage.NO_CODE in found


@needs_library
@pytest.mark.parametrize("code", range(32))
@pytest.mark.parametrize("place", [0, 4, 15, 17])
def test_codes_that_no_weights_have_are_refused(code: int, place: int) -> None:
    """A code in the middle of a line, at its end, in the bits left over, and in a line that has none."""
    words = Ternary5in3.from_codes(np.zeros((64, 57), np.int8), 1.0).codes.copy().view("<u2").reshape(6, 64)
    if place == 15:
        words[:5, 7] |= np.array([code >> bit & 1 for bit in (4, 3, 2, 1, 0)], np.uint16) << 15
    else:
        line, within = (place // 3, place % 3) if place < 15 else (5, place - 16)
        words[line, 7] = code << (5 * within)
    matrix = Ternary5in3(words.view(np.uint8).reshape(1, -1), 1.0, (64, 57))
    allowed = code <= 13 or 17 <= code <= 29
    assert (matrix.damage() is None) == allowed
    for find in (find_damage, find_damage_natively):
        assert find(matrix) == (Ternary5In3Damage.NONE if allowed else Ternary5In3Damage.NO_CODE)


def test_damage_is_said_in_words() -> None:
    whole = Ternary5in3.from_codes(random_codes(70, 50), 1.0)
    codes = whole.codes.copy()
    codes[0, 0] = 14
    with pytest.raises(FileFormatError, match="a code that no weights have"):
        Ternary5in3(codes, 1.0, whole.shape).unpack()
    codes = whole.codes.copy()
    codes.view("<u2")[1, 6] |= 1  # row 70, of 70
    with pytest.raises(FileFormatError, match="weights in the padding"):
        Ternary5in3(codes, 1.0, whole.shape).unpack()
    assert "scale" in str(Ternary5in3(whole.codes, float("nan"), whole.shape).damage())
    assert "packed rows" in str(Ternary5in3(whole.codes[:1], 1.0, whole.shape).damage())
    assert "is needed" in str(Ternary5in3(whole.codes[:, 2:], 1.0, whole.shape).damage())
