"""The fused ternary product equals the formulas: outputs and gradients."""

from __future__ import annotations

import pytest
import torch
from assert_close import assert_close
from native_bodies import needs_library

from engine import native as library
from engine.ops.ternary import fast, mixed, naive, native, ste


@pytest.mark.parametrize("shape", [(1, 1, 3, 5), (2, 7, 33, 17), (3, 1, 64, 128)])
@pytest.mark.parametrize("bits", [8, 32])
def test_fused_equals_naive(shape: tuple[int, int, int, int], bits: int) -> None:
    batch, tokens, columns, rows = shape
    generator = torch.Generator().manual_seed(rows)
    x0 = torch.randn(batch, tokens, columns, generator=generator)
    w0 = torch.randn(rows, columns, generator=generator)
    results = []
    for function in (naive.bit_linear, ste.bit_linear):
        x, w = x0.clone().requires_grad_(), w0.clone().requires_grad_()
        y = function(x, w, bits)
        (y * torch.linspace(-1, 1, y.numel()).view_as(y)).sum().backward()
        results.append((y, x.grad, w.grad))
    for name, reference, actual in zip(("output", "x", "weight"), *results, strict=True):
        assert_close(name, actual, reference, 1e-5)


def test_codes_are_ternary_and_follow_the_scale() -> None:
    codes, scale = naive.quantize_weight(torch.tensor([[0.4, -0.6, 2.0], [0.0, -3.0, 0.6]]))
    assert scale.item() == pytest.approx(1.1)
    assert codes.tolist() == [[0, -1, 1], [0, -1, 1]]


@pytest.mark.parametrize("rows", [1, 5])
def test_frozen_product_is_exact_in_integers_whatever_the_batch(rows: int) -> None:
    generator = torch.Generator().manual_seed(1)
    codes = torch.randint(-1, 2, (40, 1000), generator=generator).float()
    x = torch.randint(-127, 128, (rows, 1000), generator=generator).float()
    x[:, 0] = 127
    expected = x.long() @ codes.long().T
    assert torch.equal(ste.frozen_linear(x, codes, 1.0, 8), expected.float())


def test_zero_activations_give_zero() -> None:
    y = ste.bit_linear(torch.zeros(2, 8), torch.randn(4, 8), 8)
    assert torch.equal(y, torch.zeros(2, 4))


def test_maps_taken_together_equal_maps_alone() -> None:
    generator = torch.Generator().manual_seed(2)
    x0 = torch.randn(3, 11, 20, generator=generator)
    w0 = [torch.randn(rows, 20, generator=generator) * (rows + 1) for rows in (4, 9, 1)]
    results = []
    for together in (False, True):
        x, ws = x0.clone().requires_grad_(), [w.clone().requires_grad_() for w in w0]
        y = ste.bit_linear(x, ws, 8) if together else torch.cat([naive.bit_linear(x, w, 8) for w in ws], dim=-1)
        (y * torch.linspace(-1, 1, y.numel()).view_as(y)).sum().backward()
        results.append([y, x.grad, *[w.grad for w in ws]])
    for i, (reference, actual) in enumerate(zip(*results, strict=True)):
        assert_close(f"tensor {i}", actual, reference, 1e-5)


SETS = library.instruction_sets() if library.why_not() is None else []


def compare_whole(
    x0: torch.Tensor, w0: list[torch.Tensor], bits: int, ratio: float, instructions: str | None = None
) -> None:
    """Result and gradients of the C++ library's products and of the formula."""
    into, results = torch.randn(sum(map(len, w0)), *x0.shape[:-1]).movedim(0, -1), []
    for whole in (False, True):
        x, ws = x0.detach().requires_grad_(), [w.detach().requires_grad_() for w in w0]
        y = (
            native.bit_linear(x, ws, bits, instructions)
            if whole
            else torch.cat([naive.bit_linear(x, w, bits) for w in ws], dim=-1)
        )
        results.append((y, *torch.autograd.grad(y, [x, *ws], into)))
    names = "result", "of x", *(f"of weight {i}" for i in range(len(w0)))
    for name, reference, actual in zip(names, *results, strict=True):
        assert_close(name, actual, reference, ratio)


@needs_library
@pytest.mark.parametrize("instructions", SETS)
@pytest.mark.parametrize("shape", [(1, 1, 3, 5), (2, 7, 33, 17), (3, 67, 64, 128), (1, 13, 200, 40), (1, 193, 65, 1)])
@pytest.mark.parametrize("bits", [2, 4, 8])
def test_whole_numbers_equal_naive(instructions: str, shape: tuple[int, ...], bits: int) -> None:
    batch, tokens, columns, rows = shape
    torch.manual_seed(rows)
    weights = [torch.randn(count, columns) * (count + 1) for count in (rows, 3)]
    compare_whole(torch.randn(batch, tokens, columns), weights, bits, 1e-6, instructions)


@needs_library
@pytest.mark.parametrize("instructions", SETS)
@pytest.mark.parametrize("size", [0.0, 1e-35, 1e-20, 1e30])
def test_whole_numbers_of_tokens_of_any_size(instructions: str, size: float) -> None:
    torch.manual_seed(1)
    x = torch.randn(2, 9, 40) * size
    x[0, 3] = 0.0
    compare_whole(x, [torch.randn(6, 40), torch.zeros(5, 40)], 8, 1e-6, instructions)


@needs_library
def test_whole_numbers_where_nothing_lies_in_one_piece() -> None:
    torch.manual_seed(1)
    x, weight = torch.randn(40, 3, 9).permute(2, 1, 0), torch.randn(40, 6).T
    compare_whole(x, [weight], 8, 1e-6)
    compare_whole(x, [weight, torch.randn(80, 7)[::2].T], 8, 1e-6)


@needs_library
def test_the_product_is_that_of_a_model_that_runs() -> None:
    torch.manual_seed(1)
    x, weight = torch.randn(3, 70, requires_grad=True), torch.randn(20, 70)
    codes, scale = naive.quantize_weight(weight)
    assert torch.equal(native.bit_linear(x, weight, 8), ste.frozen_linear(x, codes, scale, 8))


@needs_library
def test_which_form_is_taken() -> None:
    x, w = torch.randn(3, 8), torch.randn(4, 8, requires_grad=True)
    names = {bits: type(fast.bit_linear(x, [w], bits).grad_fn) for bits in (8, 16, 32)}
    assert names[16] is names[32] is type(ste.bit_linear(x, w, 32).grad_fn)
    assert names[8] is type(native.bit_linear(x, w, 8).grad_fn)
    assert names[8] is not names[16]


@needs_library
def test_whole_numbers_of_what_is_not_finite() -> None:
    x = torch.tensor([[1.0, float("nan")], [float("inf"), 1.0], [1.0, 2.0]], requires_grad=True)
    y = native.bit_linear(x, torch.ones(3, 2), 8)
    assert y.isfinite().all(dim=-1).tolist() == [False, False, True]
    weight = torch.tensor([[1.0, float("nan")]], requires_grad=True)
    assert not native.bit_linear(x[2:], weight, 8).isfinite().any()


@pytest.mark.parametrize(("dtype", "ratio"), [(torch.float32, 1e-5), (torch.bfloat16, 6e-3)], ids=str)
@pytest.mark.parametrize("bits", [8, 32])
def test_products_in_a_narrower_float_equal_naive(dtype: torch.dtype, ratio: float, bits: int) -> None:
    generator = torch.Generator().manual_seed(3)
    x0 = torch.randn(3, 11, 33, generator=generator)
    w0 = [torch.randn(rows, 33, generator=generator) * (rows + 1) for rows in (17, 9, 1)]
    results = []
    for narrow in (False, True):
        x, ws = x0.clone().requires_grad_(), [w.clone().requires_grad_() for w in w0]
        y = (
            mixed.bit_linear(x, ws, bits, dtype)
            if narrow
            else torch.cat([naive.bit_linear(x, w, bits) for w in ws], -1)
        )
        assert y.dtype == torch.float32
        (y * torch.linspace(-1, 1, y.numel()).view_as(y)).sum().backward()
        results.append([y, x.grad, *[w.grad for w in ws]])
    for i, (reference, actual) in enumerate(zip(*results, strict=True)):
        assert_close(f"tensor {i}", actual, reference, ratio)
