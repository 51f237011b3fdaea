"""The qkv by torch and by the C++ library are those of the formulas, and so are their gradients."""

from __future__ import annotations

from functools import partial

import pytest
import torch
from assert_close import assert_close
from native_bodies import needs_library

from engine import native as library
from engine.ops.qkv import fused, naive, native
from engine.ops.qkv.fast import qkv_form

FORMS = {"torch": fused.qkv}
if library.why_not() is None:
    FORMS |= {name: partial(native.qkv, instructions=name) for name in library.instruction_sets()}


def inputs(batch: int, tokens: int, heads: int, d: int, kernel: int) -> list[torch.Tensor]:
    torch.manual_seed(tokens)
    width = 3 * heads * d
    x, tail, weight = (
        torch.randn(batch, tokens, width),
        torch.randn(batch, kernel - 1, width),
        torch.randn(width, kernel),
    )
    return [tensor.requires_grad_() for tensor in (x, tail, weight)]


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize(
    ("batch", "tokens", "heads", "d", "kernel"),
    [(2, 9, 2, 5, 4), (1, 1, 1, 16, 3), (3, 2, 2, 17, 6), (2, 70, 1, 3, 1), (1, 130, 4, 64, 8), (2, 64, 3, 33, 2)],
)
def test_results_and_gradients(name: str, batch: int, tokens: int, heads: int, d: int, kernel: int) -> None:
    given, weights = inputs(batch, tokens, heads, d, kernel), [torch.randn(batch, heads, tokens, d) for _ in range(3)]
    found = []
    for form in (naive.qkv, FORMS[name]):
        results = form(*given, heads)
        loss = torch.stack([(result * w).sum() for result, w in zip(results, weights, strict=True)]).sum()
        found.append((*results, *torch.autograd.grad(loss, given)))
    for what, truth, mine in zip((*naive.QKV._fields, "of x", "of tail", "of weight"), *found, strict=True):
        assert_close(what, mine, truth, 1e-6)


@needs_library
def test_threads_do_not_change_a_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    given, found = inputs(2, 100, 3, 16, 4), []
    for threads in (1, 3):
        monkeypatch.setattr(torch, "get_num_threads", lambda threads=threads: threads)
        results = native.qkv(*given, 3)
        loss = (results.query * results.key * results.value).sum()
        found.append((*results, *torch.autograd.grad(loss, given)))
    assert all(torch.equal(one, three) for one, three in zip(*found, strict=True))


@needs_library
def test_a_row_of_zeros_has_a_gradient() -> None:
    found = []
    for form in (naive.qkv, native.qkv):
        x = torch.zeros(1, 3, 24, requires_grad=True)
        results = form(x, torch.zeros(1, 0, 24), None, 2)
        found.append(torch.autograd.grad(torch.stack([r.sum() for r in results]).sum(), x)[0])
    assert_close("gradient", found[1], found[0], 1e-6)


@needs_library
def test_which_form_is_taken() -> None:
    x, tail, weight = inputs(1, 2, 2, 2, 4)
    given = x.detach(), tail.detach(), weight.detach()
    assert qkv_form(*given) is fused.qkv
    for i in range(3):
        wanted = *given[:i], (x, tail, weight)[i], *given[i + 1 :]
        assert qkv_form(*wanted) is native.qkv
        assert qkv_form(*(tensor.double() if i == j else tensor for j, tensor in enumerate(wanted))) is fused.qkv
    assert qkv_form(x, tail, None) is native.qkv
    with torch.no_grad():
        assert qkv_form(x, tail, weight) is fused.qkv


@needs_library
def test_a_set_that_is_not_there() -> None:
    with pytest.raises(MemoryError, match="steam"):
        native.qkv(*inputs(1, 2, 1, 4, 2), 1, "steam")
