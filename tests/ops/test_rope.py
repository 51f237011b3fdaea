"""Rotary positions: whole halves against pair by pair, and what rotation must do."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from assert_close import assert_close

from engine.errors import ConfigError
from engine.ops.rope import fast, naive
from engine.ops.rope.frequencies import RopeScaling, frequencies


@pytest.mark.parametrize("rotated", [16, 12])
def test_halves_are_turned_as_pairs_are(rotated: int) -> None:
    x, positions = torch.randn(2, 3, 7, 16), torch.arange(5, 12)
    turns = torch.from_numpy(frequencies(10000.0, rotated)[0])
    expected = naive.rotate(x, positions, turns, 1.25)
    assert_close("rotated", fast.rotate(x, *naive.tables(positions, turns, 1.25)), expected, 1e-6)
    assert torch.equal(expected[..., rotated:], x[..., rotated:])


def test_products_depend_on_the_distance_alone() -> None:
    query, key = torch.randn(2, 1, 8, dtype=torch.float64)
    turns = torch.from_numpy(frequencies(100.0, 8)[0]).double()

    def product(first: int, second: int) -> float:
        return float(
            naive.rotate(query, torch.tensor([first]), turns) @ naive.rotate(key, torch.tensor([second]), turns).T
        )

    assert product(3, 1) == pytest.approx(product(40, 38), rel=1e-4)


def test_scalings() -> None:
    plain, _ = frequencies(10000.0, 8)
    assert np.allclose(frequencies(10000.0, 8, RopeScaling("linear", 4.0))[0], plain / 4)
    factors = (1.0, 2.0, 4.0, 8.0)
    assert np.allclose(frequencies(10000.0, 8, RopeScaling("factors", factors=factors))[0], plain / factors)


@pytest.mark.parametrize(
    "values",
    [{"kind": "longrope"}, {"kind": "linear", "factor": 0.0}, {"kind": "llama3"}, {"kind": "linear", "factor": np.nan}],
)
def test_scaling_that_cannot_work_is_refused(values: dict) -> None:
    with pytest.raises(ConfigError):
        RopeScaling(**values)
