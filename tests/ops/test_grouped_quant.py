"""Grouped matrices hold what blocks of a file mean, and the library computes what their formula says."""

from __future__ import annotations

import numpy as np
import pytest
from assert_close import assert_close
from native_bodies import needs_library

from engine import native
from engine.ops.blocks.matrix import LAYOUTS, BlockMatrix
from engine.ops.grouped_quant import naive
from engine.ops.grouped_quant import native as fast
from engine.ops.grouped_quant.matrix import GROUP, REPACKED, GroupedMatrix

SETS = native.instruction_sets() if native.why_not() is None else []
SHAPES = [(1, 32, 1), (7, 64, 2), (8, 96, 3), (9, 32, 4), (23, 576, 5), (40, 1536, 9), (64, 160, 8)]


def blocks(kind: str, rows: int, cols: int, seed: int = 0) -> BlockMatrix:
    """Random blocks of a kind, with finite scales."""
    rng = np.random.default_rng(seed)
    layout = LAYOUTS[kind]
    data = rng.integers(0, 256, (rows, cols // layout.weights, layout.nbytes), np.uint8)
    for at in layout.halves:
        halves = rng.normal(size=data.shape[:2]).astype(np.float16)
        data[..., at : at + 2] = halves[..., None].view(np.uint8)
    return BlockMatrix(layout, data.reshape(rows, -1), (rows, cols))


def random_matrix(bits: int, rows: int, cols: int) -> GroupedMatrix:
    return GroupedMatrix.from_blocks(blocks("Q8_0" if bits == 8 else "Q4_1", rows, cols, rows))


BITS = {"Q8_0": 8, "Q5_0": 8, "Q4_0": 4, "Q4_1": 4, "Q4_K": 4, "Q5_K": 8, "Q6_K": 8}


@pytest.mark.parametrize("kind", sorted(REPACKED))
@pytest.mark.parametrize(("rows", "cols"), [(8, 256), (3, 512), (21, 768)])
def test_repacking_loses_nothing(kind: str, rows: int, cols: int) -> None:
    source = blocks(kind, rows, cols)
    grouped = GroupedMatrix.from_blocks(source)
    assert grouped.bits == BITS[kind]
    assert (grouped.to_float() == source.to_float()).all()


def test_a_scale_whose_minimum_float16_does_not_hold_takes_eight_bits() -> None:
    source = blocks("Q4_0", 5, 64)
    source.blocks()[2, 1, :2] = np.array([60000], np.float16).view(np.uint8)
    grouped = GroupedMatrix.from_blocks(source)
    assert grouped.bits == 8
    assert (grouped.to_float() == source.to_float()).all()


def test_the_formula_is_near_the_float_product() -> None:
    matrix = random_matrix(4, 24, 320)
    x = np.random.default_rng(1).normal(size=(3, 320)).astype(np.float32)
    assert_close("product", naive.linear(x, matrix), x @ matrix.to_float().T, 2e-2)


@needs_library
@pytest.mark.parametrize("instructions", SETS)
@pytest.mark.parametrize("bits", [4, 8])
@pytest.mark.parametrize(("rows", "cols", "tokens"), SHAPES)
def test_the_library_computes_the_formula(instructions: str, bits: int, rows: int, cols: int, tokens: int) -> None:
    matrix = random_matrix(bits, rows, cols)
    x = np.random.default_rng(2).normal(size=(tokens, cols)).astype(np.float32)
    assert_close("product", fast.linear(x, matrix, instructions), naive.linear(x, matrix), 1e-5)


@needs_library
@pytest.mark.parametrize("instructions", SETS)
@pytest.mark.parametrize("kind", ["Q4_K", "Q5_K", "Q6_K"])
@pytest.mark.parametrize(("rows", "cols", "tokens"), [(1, 256, 1), (9, 512, 5), (40, 1536, 9)])
def test_super_blocks_are_computed_by_their_formula(
    instructions: str, kind: str, rows: int, cols: int, tokens: int
) -> None:
    matrix = GroupedMatrix.from_blocks(blocks(kind, rows, cols, rows))
    x = np.random.default_rng(2).normal(size=(tokens, cols)).astype(np.float32)
    assert_close("product", fast.linear(x, matrix, instructions), naive.linear(x, matrix), 1e-5)


@needs_library
@pytest.mark.parametrize("instructions", SETS)
@pytest.mark.parametrize("bits", [4, 8])
def test_a_token_is_the_same_alone_and_among_others(instructions: str, bits: int) -> None:
    matrix = random_matrix(bits, 19, 128)
    x = np.random.default_rng(3).normal(size=(11, 128)).astype(np.float32)
    together = fast.linear(x, matrix, instructions)
    alone = np.concatenate([fast.linear(x[i : i + 1], matrix, instructions) for i in range(len(x))])
    assert (together == alone).all()


@needs_library
@pytest.mark.parametrize("instructions", SETS)
@pytest.mark.parametrize("sign", [-1, 1])
def test_the_largest_sums_do_not_overflow(instructions: str, sign: int) -> None:
    ones = np.ones((8, 2), np.float16)
    x = np.full((5, 2 * GROUP), sign * 3.0, np.float32)
    for codes, minima in ((np.full((8, 64), 15), ones), (np.full((8, 64), -128), None), (np.full((8, 64), 127), None)):
        matrix = GroupedMatrix.from_codes(codes, ones, minima)
        assert_close("largest", fast.linear(x, matrix, instructions), x @ matrix.to_float().T, 1e-6)


@needs_library
@pytest.mark.parametrize("instructions", SETS)
def test_zeros_and_damage_come_through(instructions: str) -> None:
    matrix = random_matrix(8, 8, 64)
    x = np.zeros((2, 64), np.float32)
    assert not fast.linear(x, matrix, instructions).any()
    x[1, 40] = np.nan
    out = fast.linear(x, matrix, instructions)
    assert not out[0].any()
    assert np.isnan(out[1]).all()
