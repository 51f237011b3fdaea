"""The fused gate of the feed-forward half gives what its formula gives, to the bit."""

from __future__ import annotations

import pytest
import torch
from assert_close import assert_close
from native_bodies import needs_library

from engine import native as library
from engine.ops.swiglu import fused, naive, native


@pytest.mark.parametrize("shape", [(2, 3, 8), (1, 1, 2), (5, 142), (2, 7, 3, 66)])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_result_and_gradient_are_those_of_the_formula(shape: tuple[int, ...], dtype: torch.dtype) -> None:
    torch.manual_seed(1)
    x = torch.randn(shape, dtype=dtype)
    weights = torch.randn(*shape[:-1], shape[-1] // 2, dtype=dtype)
    found = []
    for form in (naive.swiglu, fused.swiglu):
        both = x.clone().requires_grad_()
        out = form(both)
        (out * weights).sum().backward()
        assert both.grad is not None
        found.append((out.detach(), both.grad))
    for mine, truth in zip(*found, strict=True):
        assert torch.equal(mine, truth)


SETS = library.instruction_sets() if library.why_not() is None else []


@needs_library
@pytest.mark.parametrize("instructions", SETS)
@pytest.mark.parametrize("shape", [(2, 3, 8), (1, 1, 2), (401, 66), (2, 7, 3, 128)])
@pytest.mark.parametrize("size", [0.0, 3.0, 200.0])
def test_native(instructions: str, shape: tuple[int, ...], size: float) -> None:
    torch.manual_seed(1)
    x, weights, found = torch.randn(shape) * size, torch.randn(*shape[:-1], shape[-1] // 2), []
    for form in (naive.swiglu, lambda x: native.swiglu(x, instructions)):
        both = x.clone().requires_grad_()
        out = form(both)
        found.append((out, *torch.autograd.grad((out * weights).sum(), both)))
    for name, truth, mine in zip(("result", "gradient"), *found, strict=True):
        assert_close(name, mine, truth, 1e-6)


@needs_library
def test_native_of_rows_that_lie_anywhere() -> None:
    torch.manual_seed(1)
    x, into, found = torch.randn(6, 5, 14).transpose(0, 1), torch.randn(7, 6, 5).permute(2, 1, 0), []
    for form in (naive.swiglu, native.swiglu):
        both = x.detach().requires_grad_()
        out = form(both)
        found.append((out, *torch.autograd.grad(out, both, into)))
    for name, truth, mine in zip(("result", "gradient"), *found, strict=True):
        assert_close(name, mine, truth, 1e-6)


@needs_library
@pytest.mark.parametrize("instructions", SETS)
def test_native_where_nothing_is_finite(instructions: str) -> None:
    x = torch.tensor([[float("nan"), -1e4, 1e4, 2.0, 3.0, 4.0]], requires_grad=True)
    out = native.swiglu(x, instructions)
    assert torch.equal(out.isnan(), naive.swiglu(x).isnan())
    out[:, 1:].sum().backward()
    assert x.grad is not None
    assert x.grad[:, 1:3].isfinite().all()


def test_the_input_need_not_lie_in_one_piece() -> None:
    x = torch.randn(6, 4, dtype=torch.float64).t().requires_grad_()
    assert torch.autograd.gradcheck(fused.swiglu, x)


def test_without_a_gradient_and_where_nothing_is_finite() -> None:
    x = torch.tensor([[float("nan"), 1.0, 2.0, float("inf")]])
    with torch.inference_mode():
        assert torch.equal(fused.swiglu(x).isnan(), naive.swiglu(x).isnan())
