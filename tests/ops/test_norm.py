"""The norm by the C++ library is torch's, and so are its gradients."""

from __future__ import annotations

import pytest
import torch
from assert_close import assert_close
from native_bodies import needs_library

from engine import native as library
from engine.ops.norm import naive, native
from engine.ops.norm.fast import rms_norm

pytestmark = needs_library


@pytest.mark.parametrize("instructions", library.instruction_sets() if library.why_not() is None else [])
@pytest.mark.parametrize("shape", [(2, 3, 5), (1, 16), (401, 33), (2, 200, 3, 64)])
def test_result_and_gradients(instructions: str, shape: tuple[int, ...]) -> None:
    torch.manual_seed(1)
    x, weight = torch.randn(shape, requires_grad=True), torch.randn(shape[-1], requires_grad=True)
    weights, found = torch.randn(shape), []
    for form in (naive.rms_norm, lambda *all: native.rms_norm(*all, instructions)):
        out = form(x, weight, 0.1)
        found.append((out, *torch.autograd.grad((out * weights).sum(), (x, weight))))
    for name, truth, mine in zip(("result", "of x", "of weight"), *found, strict=True):
        assert_close(name, mine, truth, 1e-6)


def test_threads_do_not_change_a_bit_and_rows_may_lie_anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    torch.manual_seed(1)
    weight, found = torch.randn(17, requires_grad=True), []
    x = torch.randn(2, 3, 300, 17).transpose(1, 2).requires_grad_()
    for threads in (1, 3):
        monkeypatch.setattr(torch, "get_num_threads", lambda threads=threads: threads)
        out = native.rms_norm(x, weight, 1e-5)
        found.append((out, *torch.autograd.grad(out.square().sum(), (x, weight))))
    assert all(torch.equal(one, three) for one, three in zip(*found, strict=True))
    assert_close("of rows anywhere", found[0][0], naive.rms_norm(x, weight, 1e-5), 1e-6)


def test_without_a_gradient_torch_computes() -> None:
    x, weight = torch.randn(3, 8), torch.ones(8, requires_grad=True)
    with torch.no_grad():
        assert torch.equal(rms_norm(x, weight, 1e-5), naive.rms_norm(x, weight, 1e-5))
    assert "_Norm" in type(rms_norm(x, weight, 1e-5).grad_fn).__name__
