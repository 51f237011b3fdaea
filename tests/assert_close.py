"""The one comparison that all equivalence tests use: it always prints the error that it measured."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike


def assert_close(name: str, actual: ArrayLike, reference: ArrayLike, ratio: float, floor: float = 1e-7) -> None:
    """Fail unless the root-mean-square error is at most `ratio` times the reference's own root mean square.

    Args:
        name: what is compared, for the printed line.
        actual: values under test (torch tensors are fine).
        reference: values of the same shape that are right.
        ratio: largest relative error allowed.
        floor: absolute error that is always allowed, for references near zero.
    """
    a, r = (np.asarray(x.detach() if hasattr(x, "detach") else x, dtype=np.float64) for x in (actual, reference))
    assert a.shape == r.shape, f"{name}: shape {a.shape}, expected {r.shape}"
    assert np.isfinite(r).all(), f"{name}: the reference has values that are not finite"
    assert np.isfinite(a).all(), f"{name}: has values that are not finite"
    error = float(np.sqrt(np.mean((a - r) ** 2))) if a.size else 0.0
    scale = float(np.sqrt(np.mean(r**2))) if r.size else 0.0
    print(f"{name}: error {error:.3g}, relative {error / max(scale, 1e-30):.3g}, allowed {ratio:g}")
    assert error <= max(ratio * scale, floor), f"{name}: relative error {error / max(scale, 1e-30):.3g} > {ratio:g}"
