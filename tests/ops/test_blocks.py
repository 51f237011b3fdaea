"""Blocks of GGUF files: every kind to the bit as the gguf package decodes it."""

from __future__ import annotations

import gguf
import numpy as np
import pytest

from engine.ops.blocks.matrix import LAYOUTS, BlockMatrix

_OF_THE_PACKAGE = sorted(set(LAYOUTS) - {"I2_S"})


def _random(kind: str, rows: int = 5, blocks: int = 3) -> BlockMatrix:
    """Random bytes, but for float16 fields that are finite."""
    layout = LAYOUTS[kind]
    data = np.random.default_rng(len(kind)).integers(0, 256, (rows * blocks, layout.nbytes), np.uint8)
    for at in layout.halves:
        data[:, at + 1] &= 0xBB  # no exponent of all ones
    return BlockMatrix(layout, data.reshape(rows, -1), (rows, blocks * layout.weights))


@pytest.mark.parametrize("kind", _OF_THE_PACKAGE)
def test_decoded_as_the_package_decodes(kind: str) -> None:
    matrix = _random(kind)
    expected = gguf.dequantize(matrix.data, gguf.GGMLQuantizationType[kind])
    assert np.array_equal(matrix.to_float().view(np.uint32), expected.view(np.uint32))
    assert (matrix.layout.weights, matrix.layout.nbytes) == gguf.GGML_QUANT_SIZES[gguf.GGMLQuantizationType[kind]]


@pytest.mark.parametrize("kind", ["Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0"])
def test_what_the_package_quantised_comes_back(kind: str) -> None:
    weights = np.random.default_rng(0).standard_normal((4, 256)).astype(np.float32)
    data = gguf.quantize(weights, gguf.GGMLQuantizationType[kind])
    decoded = BlockMatrix(LAYOUTS[kind], data, (4, 256)).to_float()
    assert np.abs(decoded - weights).max() < 0.3


@pytest.mark.parametrize("kind", ["TQ1_0", "TQ2_0"])
def test_ternary_blocks_of_one_scale_are_a_ternary_matrix(kind: str) -> None:
    codes = np.random.default_rng(1).integers(-1, 2, (6, 512)).astype(np.float32)
    data = gguf.quantize(codes * np.float32(0.25), gguf.GGMLQuantizationType[kind])
    matrix = BlockMatrix(LAYOUTS[kind], data, (6, 512))
    ternary = matrix.to_ternary()
    assert ternary is not None
    assert ternary.scale == 0.25
    assert np.array_equal(ternary.unpack(), codes)


def test_scales_that_differ_are_no_ternary_matrix() -> None:
    weights = np.ones((2, 512), np.float32)
    weights[1] *= 2
    data = gguf.quantize(weights, gguf.GGMLQuantizationType.TQ2_0)
    assert BlockMatrix(LAYOUTS["TQ2_0"], data, (2, 512)).to_ternary() is None


def test_bitnets_own_packing() -> None:
    codes = np.random.default_rng(2).integers(-1, 2, (3, 256)).astype(np.int8)
    stored = (codes + 1).astype(np.uint8).reshape(-1, 4, 32)
    data = stored[:, 0] << 6 | stored[:, 1] << 4 | stored[:, 2] << 2 | stored[:, 3]
    matrix = BlockMatrix(LAYOUTS["I2_S"], data.reshape(3, 64), (3, 256), 0.5)
    assert np.array_equal(matrix.to_float(), codes * np.float32(0.5))
    ternary = matrix.to_ternary()
    assert ternary is not None
    assert np.array_equal(ternary.unpack(), codes)


def test_rows_and_raw_blocks_are_the_stored_bytes() -> None:
    matrix = _random("Q4_1")
    order = np.array([4, 0, 2])
    assert np.array_equal(matrix.rows(order).to_float(), matrix.to_float()[order])
    assert np.shares_memory(matrix.blocks(), matrix.data)


def test_scales_that_are_not_finite_are_damage() -> None:
    matrix = _random("Q8_0")
    assert matrix.damage() is None
    data = matrix.data.copy()
    data[2, 1] = 0x7C
    data[2, 0] = 0x00
    assert "NaN or infinite" in (BlockMatrix(matrix.layout, data, matrix.shape).damage() or "")
