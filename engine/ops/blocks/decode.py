"""Blocks to float32, one function a layout. Blocks come as uint8 ``(n, bytes a block)``, floats go as ``(n, weights)``.

A nibble, a bit or two of each byte belong to weights that lie far apart in the block, which is what the reshaping is
about. Products are taken in the order of the reference, so that the results agree to the bit.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]

_NIBBLES = np.array([0, 4], np.uint8)
_PAIRS = np.array([0, 2, 4, 6], np.uint8)
_BITS = np.arange(8, dtype=np.uint8)
_POWERS_OF_3 = np.array([1, 3, 9, 27, 81], np.uint8)


def _halves(blocks: Bytes, at: int) -> Floats:
    """The float16 that stands at byte `at` of each block: ``(n, 1)``."""
    return np.ascontiguousarray(blocks[:, at : at + 2]).view(np.float16).astype(np.float32)


def _fields(data: Bytes, group: int, shifts: Bytes, mask: int) -> Bytes:
    """Fields of `mask` bits: every `group` bytes give their lowest fields, then the next, ...: ``(n, weights)``."""
    fields = (data.reshape(len(data), -1, 1, group) >> shifts[:, None]) & np.uint8(mask)
    return fields.reshape(len(data), -1)


def _fifth_bits(words: Bytes) -> Bytes:
    """The 32 bits of four bytes, each moved to the place of 16: ``(n, 32)``."""
    return np.unpackbits(np.ascontiguousarray(words), axis=1, bitorder="little") << np.uint8(4)


def q4_0(blocks: Bytes) -> Floats:
    """Scale (f16), 32 nibbles less 8."""
    return _halves(blocks, 0) * (_fields(blocks[:, 2:], 16, _NIBBLES, 15).astype(np.float32) - 8)


def q4_1(blocks: Bytes) -> Floats:
    """Scale, minimum (f16), 32 nibbles."""
    return _halves(blocks, 0) * _fields(blocks[:, 4:], 16, _NIBBLES, 15).astype(np.float32) + _halves(blocks, 2)


def q5_0(blocks: Bytes) -> Floats:
    """Scale, 32 fifth bits, 32 nibbles; less 16."""
    whole = _fields(blocks[:, 6:], 16, _NIBBLES, 15) | _fifth_bits(blocks[:, 2:6])
    return _halves(blocks, 0) * (whole.astype(np.float32) - 16)


def q5_1(blocks: Bytes) -> Floats:
    """Scale, minimum, 32 fifth bits, 32 nibbles."""
    whole = _fields(blocks[:, 8:], 16, _NIBBLES, 15) | _fifth_bits(blocks[:, 4:8])
    return _halves(blocks, 0) * whole.astype(np.float32) + _halves(blocks, 2)


def q8_0(blocks: Bytes) -> Floats:
    """Scale, 32 bytes."""
    return np.ascontiguousarray(blocks[:, 2:]).view(np.int8).astype(np.float32) * _halves(blocks, 0)


def k_scales(blocks: Bytes, at: int = 4) -> tuple[Bytes, Bytes]:
    """The eight scales and eight minima of 6 bits that Q4_K and Q5_K pack into 12 bytes: each ``(n, 8)``."""
    low_scales, low_minima, high = (blocks[:, at + 4 * part : at + 4 * part + 4] for part in range(3))
    scales = np.concatenate((low_scales & 0x3F, (high & 0x0F) | ((low_scales >> 2) & 0x30)), axis=1)
    minima = np.concatenate((low_minima & 0x3F, (high >> 4) | ((low_minima >> 2) & 0x30)), axis=1)
    return scales, minima


def _scaled(blocks: Bytes, whole: Bytes) -> Floats:
    """Eight groups of 32 with their own scale and minimum, as whole multiples of the block's two."""
    scales, minima = k_scales(blocks)
    scale = (_halves(blocks, 0) * scales.astype(np.float32))[:, :, None]
    minimum = (_halves(blocks, 2) * minima.astype(np.float32))[:, :, None]
    return (scale * whole.reshape(len(blocks), 8, 32).astype(np.float32) - minimum).reshape(len(blocks), 256)


def q4_k(blocks: Bytes) -> Floats:
    """256 nibbles in eight groups."""
    return _scaled(blocks, _fields(blocks[:, 16:], 32, _NIBBLES, 15))


def q5_k(blocks: Bytes) -> Floats:
    """256 nibbles and fifth bits in eight groups."""
    fifth = _fields(blocks[:, 16:48], 32, _BITS, 1) << np.uint8(4)
    return _scaled(blocks, _fields(blocks[:, 48:], 32, _NIBBLES, 15) | fifth)


def q6_k(blocks: Bytes) -> Floats:
    """256 weights of 6 bits less 32, in sixteen groups with a scale of 8 bits."""
    whole = _fields(blocks[:, :128], 64, _NIBBLES, 15) | (_fields(blocks[:, 128:192], 32, _PAIRS, 3) << np.uint8(4))
    scales = np.ascontiguousarray(blocks[:, 192:208]).view(np.int8).astype(np.float32)
    scale = (_halves(blocks, 208) * scales)[:, :, None]
    return (scale * (whole.reshape(len(blocks), 16, 16).astype(np.float32) - 32)).reshape(len(blocks), 256)


def tq1_0_codes(blocks: Bytes) -> NDArray[np.int8]:
    """256 ternary codes, five to a byte as the digits of a fraction in base 3, the last 16 four to a byte."""
    parts = []
    for start, end, group, digits in ((0, 32, 32, 5), (32, 48, 16, 5), (48, 52, 4, 4)):
        shifted = blocks[:, start:end].reshape(len(blocks), -1, 1, group) * _POWERS_OF_3[:digits, None]
        parts.append(shifted.reshape(len(blocks), -1))
    thirds = (np.concatenate(parts, axis=1).astype(np.uint16) * 3) >> 8
    return thirds.astype(np.int8) - np.int8(1)


def tq2_0_codes(blocks: Bytes) -> NDArray[np.int8]:
    """256 ternary codes of two bits."""
    return _fields(blocks[:, :64], 32, _PAIRS, 3).astype(np.int8) - np.int8(1)


def i2_s_codes(blocks: Bytes) -> NDArray[np.int8]:
    """128 ternary codes of two bits, as BitNet's own files pack them; their one scale stands behind the tensor."""
    return _fields(blocks, 32, _PAIRS[::-1], 3).astype(np.int8) - np.int8(1)


def tq1_0(blocks: Bytes) -> Floats:
    """256 ternary codes, then their scale."""
    return _halves(blocks, 52) * tq1_0_codes(blocks).astype(np.float32)


def tq2_0(blocks: Bytes) -> Floats:
    """256 ternary codes, then their scale."""
    return _halves(blocks, 64) * tq2_0_codes(blocks).astype(np.float32)


def i2_s(blocks: Bytes) -> Floats:
    """The codes as floats; the scale is the tensor's."""
    return i2_s_codes(blocks).astype(np.float32)
