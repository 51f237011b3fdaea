"""Two bits a weight: the rule, the layout and the way back to float."""

from __future__ import annotations

import numpy as np
import pytest

from engine import native
from engine.errors import FileFormatError
from engine.ops.ternary.matrix import quantize_weight
from engine.ops.ternary.ternary2 import (
    Ternary2,
    Ternary2Damage,
    find_damage,
    find_damage_natively,
    pack,
    packing_damage,
    unpack,
)

SHAPES = [(1, 1), (3, 15), (2, 16), (5, 63), (4, 64), (3, 65), (7, 200), (1, 1 << 21)]


def random_codes(shape: tuple[int, int], seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(-1, 2, shape).astype(np.int8)


def test_quantising_follows_the_formula() -> None:
    weights = np.random.default_rng(0).normal(size=(33, 70)).astype(np.float32)
    codes, scale = quantize_weight(weights)
    mean = sum(abs(float(w)) for w in weights.flat) / weights.size
    assert scale == pytest.approx(mean, rel=1e-7)
    assert codes.dtype == np.int8
    expected = [[max(-1, min(1, round(float(w / np.float32(scale))))) for w in row] for row in weights]
    assert codes.tolist() == expected
    assert np.unique(codes).tolist() == [-1, 0, 1]


def test_halves_round_to_even() -> None:
    codes, scale = quantize_weight(np.array([[0.5, 1.5, -0.5, -1.5]], np.float32))
    assert scale == 1.0
    assert codes.tolist() == [[0, 1, 0, -1]]


def test_zero_weights_have_scale_and_codes_zero() -> None:
    codes, scale = quantize_weight(np.zeros((2, 3), np.float32))
    assert scale == 0.0
    assert not codes.any()


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_weights_that_are_not_finite_are_refused(value: float) -> None:
    weights = np.ones((2, 3), np.float32)
    weights[1, 2] = value
    with pytest.raises(FileFormatError, match="not finite"):
        quantize_weight(weights)


@pytest.mark.parametrize("shape", SHAPES)
def test_unpacking_gives_back_what_was_packed(shape: tuple[int, int]) -> None:
    codes = random_codes(shape)
    packed = pack(codes)
    assert packed.dtype == np.uint8
    assert packed.shape == (shape[0], 16 * -(-shape[1] // 64))
    np.testing.assert_array_equal(unpack(packed, shape[1]), codes)


def test_every_weight_lies_where_the_layout_says() -> None:
    codes = random_codes((2, 150))
    packed = pack(codes)
    for row in range(2):
        for column in range(192):
            block, within = divmod(column, 64)
            lane, byte = divmod(within, 16)
            stored = packed[row, 16 * block + byte] >> 2 * lane & 3
            assert stored == (codes[row, column] + 1 if column < 150 else 1), (row, column)


@pytest.mark.parametrize(("column", "shift"), [(0, 0), (5, 2), (15, 4), (9, 6)])
def test_the_code_three_is_damage(column: int, shift: int) -> None:
    packed = pack(random_codes((2, 64)))
    packed[1, column] |= 3 << shift
    with pytest.raises(FileFormatError, match="code 3"):
        unpack(packed, 64)


def test_weights_in_the_padding_are_damage() -> None:
    packed = pack(random_codes((2, 70)))
    packed[1, 31] ^= 0b11 << 6  # the last weight of the block: the stored 1 becomes 2
    with pytest.raises(FileFormatError, match="padding"):
        unpack(packed, 70)


@pytest.mark.skipif(native.why_not() is not None, reason=f"no native library: {native.why_not()}")
@pytest.mark.parametrize("shape", [*SHAPES, (0, 70), (70_000, 1), (300, 2100)])
def test_the_library_finds_what_the_plain_form_finds(shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(3)
    packed = pack(random_codes(shape))
    assert find_damage(packed, shape[1]) is find_damage_natively(packed, shape[1]) is Ternary2Damage.NONE
    found = set()
    for _ in range(0 if not packed.size else 60):
        damaged = packed.copy()
        for _ in range(rng.integers(1, 3)):  # two at times: then the code 3 is told of, wherever it lies
            row = rng.choice([0, len(packed) - 1, rng.integers(len(packed))])
            byte = (
                rng.integers(packed.shape[1] - 16, packed.shape[1])
                if rng.integers(2)
                else rng.integers(packed.shape[1])
            )
            damaged[row, byte] = rng.integers(256)
        expected = find_damage(damaged, shape[1])
        assert find_damage_natively(damaged, shape[1]) is expected
        found.add(expected)
    if packed.size:
        assert found >= {Ternary2Damage.CODE_THREE, Ternary2Damage.PADDING if shape[1] % 64 else Ternary2Damage.NONE}


def test_damage_is_found_in_arrays_that_the_library_does_not_take() -> None:
    packed = np.asfortranarray(pack(random_codes((6, 130))))
    assert packing_damage(packed, 130) is None
    packed[5, 2] |= 3
    assert "code 3" in (packing_damage(packed, 130) or "")
    assert "code 3" in (packing_damage(packed[1::2], 130) or "")
    assert packing_damage(packed[::2], 130) is None


def test_a_packed_row_of_another_width_is_refused() -> None:
    with pytest.raises(FileFormatError, match="32"):
        unpack(pack(random_codes((2, 64))), 65)


@pytest.mark.parametrize("code", [-2, 2, 127, -128])
def test_codes_that_are_not_ternary_are_not_packed(code: int) -> None:
    codes = random_codes((2, 64))
    codes[0, 3] = code
    with pytest.raises(FileFormatError, match="-1, 0 or 1"):
        pack(codes)


@pytest.mark.parametrize("seed", range(40))
def test_float_weights_made_from_packed_ones_mean_exactly_the_same(seed: int) -> None:
    rng = np.random.default_rng(seed)
    shape = (int(rng.integers(1, 50)), int(rng.integers(1, 200)))
    scale = float(np.float32(10.0 ** rng.uniform(-30, 30)))
    codes = random_codes(shape, seed) * (rng.random(shape) < rng.uniform(0.05, 1.0))
    codes[0, 0] = 1  # a scale above zero has some weight that is not zero
    again, same_scale = quantize_weight(Ternary2(pack(codes), scale, shape).to_float())
    np.testing.assert_array_equal(again, codes)
    assert same_scale == scale


def test_a_scale_that_float_weights_cannot_hold_is_refused() -> None:
    codes = np.zeros((64, 64), np.int8)
    codes[0, 0] = 1
    with pytest.raises(FileFormatError, match="too large"):
        Ternary2(pack(codes), 1e38, (64, 64)).to_float()
