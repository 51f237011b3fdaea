"""The ternary product of the native library against plain whole numbers, over shapes and instruction sets."""

from __future__ import annotations

import ctypes

import numpy as np
import pytest
from native_bodies import needs_library

from engine import native
from engine.ops.ternary.matrix import TernaryMatrix
from engine.ops.ternary.ternary2 import Ternary2
from engine.ops.ternary.ternary5in3 import Ternary5in3

pytestmark = needs_library

SETS = native.instruction_sets() if native.why_not() is None else []


FORMS = [Ternary2, Ternary5in3]


def sums(instructions: str, codes: np.ndarray, x: np.ndarray, form: type[TernaryMatrix] = Ternary2) -> np.ndarray:
    """(tokens, rows) sums of ternary codes (rows, cols) times int8 x (tokens, cols)."""
    packed, x = form.packed(codes), np.ascontiguousarray(x)
    out = np.full((len(x), len(codes)), -1, np.int32)
    matrix = native.Ternary(packed.ctypes.data, 1.0, form is Ternary5in3)
    pointers = [ctypes.c_void_p(array.ctypes.data) for array in (x, out)]
    done = native.library().bl_ternary_sums(
        instructions.encode(), matrix, *codes.shape, pointers[0], len(x), pointers[1]
    )
    assert done == 0
    return out


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("instructions", SETS)
def test_the_product_is_exact_whatever_the_shape(instructions: str, form: type[TernaryMatrix]) -> None:
    rng = np.random.default_rng(7)
    shapes = [(1, 1, 1), (3, 63, 2), (4, 64, 1), (5, 65, 3), (8, 128, 2), (9, 1000, 1)]
    shapes += [tuple(rng.integers(1, high) for high in (150, 700, 9)) for _ in range(60)]
    for rows, cols, tokens in shapes:
        codes = rng.integers(-1, 2, (rows, cols)).astype(np.int8)
        x = rng.integers(-127, 128, (tokens, cols)).astype(np.int8)
        expected = x.astype(np.int64) @ codes.astype(np.int64).T
        assert (sums(instructions, codes, x, form) == expected).all(), (rows, cols, tokens)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("instructions", SETS)
@pytest.mark.parametrize("sign", [-1, 1])
@pytest.mark.parametrize("tokens", [1, 2])
def test_the_largest_sums_do_not_overflow(instructions: str, sign: int, tokens: int, form: type[TernaryMatrix]) -> None:
    # Sums are held in 16 bits for 2048 columns at a time, those of triples for 240.
    for cols in (240, 285, 2048, 2112, 8192, 20000):
        codes = np.ones((4, cols), np.int8)
        x = np.full((tokens, cols), sign * 127, np.int8)
        assert (sums(instructions, codes, x, form) == sign * 127 * cols).all()


def test_an_unknown_instruction_set_is_refused() -> None:
    with pytest.raises(AssertionError):
        sums("steam", np.ones((1, 64), np.int8), np.ones((1, 64), np.int8))


def test_plain_code_is_always_there() -> None:
    assert SETS[-1] == "scalar"
