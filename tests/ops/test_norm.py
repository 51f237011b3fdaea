"""The norm of torch and of the C++ library are those of the formula, and so are their gradients."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from assert_close import assert_close
from native_bodies import needs_library
from torch import Tensor

from engine import native as library
from engine.ops.norm import fast, naive, native

SETS = library.instruction_sets() if library.why_not() is None else []
SHAPES = [(1, 1), (2, 3, 5), (1, 16), (401, 33), (2, 200, 3, 64)]


def compare(form: Callable[..., Tensor], x: Tensor, weight: Tensor, eps: float, ratio: float = 1e-6) -> None:
    """Result and gradients of `form` and of the formula, which is computed in float64."""
    weights, found = torch.randn(x.shape).transpose(0, -1).contiguous().transpose(0, -1), []
    for norm, dtype in ((naive.rms_norm, torch.float64), (form, torch.float32)):
        inputs = [tensor.detach().to(dtype).requires_grad_() for tensor in (x, weight)]
        out = norm(*inputs, eps)
        found.append((out, *torch.autograd.grad(out, inputs, weights.to(dtype))))
    for name, truth, mine in zip(("result", "of x", "of weight"), *found, strict=True):
        assert_close(name, mine, truth, ratio, floor=0)


@needs_library
@pytest.mark.parametrize("instructions", SETS)
@pytest.mark.parametrize("shape", SHAPES)
def test_native(instructions: str, shape: tuple[int, ...]) -> None:
    torch.manual_seed(1)
    compare(lambda *all: native.rms_norm(*all, instructions), torch.randn(shape), torch.randn(shape[-1]), 0.1)


@needs_library
@pytest.mark.parametrize("instructions", SETS)
@pytest.mark.parametrize("size", [0.0, 1e-25, 1e-3, 1e15])
def test_native_of_rows_of_any_size(instructions: str, size: float) -> None:
    torch.manual_seed(1)
    x = torch.randn(7, 21) * size
    x[3] = 0.0
    compare(lambda *all: native.rms_norm(*all, instructions), x, torch.randn(21), 1e-5)


@pytest.mark.parametrize("shape", SHAPES)
def test_torch(shape: tuple[int, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "why_not", lambda: "it was not built")
    torch.manual_seed(1)
    compare(fast.rms_norm, torch.randn(shape), torch.randn(shape[-1]), 0.1)


@needs_library
def test_rows_may_lie_anywhere() -> None:
    torch.manual_seed(1)
    x, weight = torch.randn(2, 3, 300, 17).transpose(1, 2), torch.randn(34)[::2]
    assert not x.is_contiguous()
    assert not weight.is_contiguous()
    compare(native.rms_norm, x, weight, 1e-5)


@needs_library
def test_what_is_not_finite_stays_so() -> None:
    x = torch.tensor([[1.0, float("nan")], [1.0, 2.0]], requires_grad=True)
    out = native.rms_norm(x, torch.ones(2), 1e-5)
    out.sum().backward()
    assert x.grad is not None
    for rows in (out, x.grad):
        assert rows.isnan().any(dim=-1).tolist() == [True, False]
