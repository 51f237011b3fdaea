"""Attention: the fused form against the formula, in every shape that a model asks for."""

from __future__ import annotations

import pytest
import torch
from assert_close import assert_close

from engine.ops.attention import fast, naive


@pytest.mark.parametrize("heads", [(4, 4), (6, 2), (5, 1)])
@pytest.mark.parametrize(("tokens", "kept"), [(1, 1), (1, 33), (17, 17), (7, 33)])
@pytest.mark.parametrize("window", [0, 5, 33])
@pytest.mark.parametrize("softcap", [0.0, 3.0])
def test_fused_attention_is_the_formula(
    heads: tuple[int, int], tokens: int, kept: int, window: int, softcap: float
) -> None:
    torch.manual_seed(kept)
    query = torch.randn(2, heads[0], tokens, 16)
    key, value = torch.randn(2, 2, heads[1], kept, 16)
    expected = naive.attention(query, key, value, 0.3, window, softcap)
    assert_close("attention", fast.attention(query, key, value, 0.3, window, softcap), expected, 1e-5)


def test_gradients_are_the_formulas() -> None:
    torch.manual_seed(1)
    inputs = [torch.randn(1, heads, 9, 8, requires_grad=True) for heads in (4, 2, 2)]
    grads = []
    for form in (naive.attention, fast.attention):
        out = form(*inputs, 0.4, 4)
        grads.append(torch.autograd.grad(out.square().sum(), inputs))
    for name, expected, got in zip(("query", "key", "value"), *grads, strict=True):
        assert_close(f"gradient of the {name}", got, expected, 1e-5)
