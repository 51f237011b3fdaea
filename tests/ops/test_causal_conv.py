"""The convolution with a gradient of its own gives what autograd gives for its formula."""

from __future__ import annotations

import pytest
import torch
from assert_close import assert_close

from engine.ops.causal_conv import fused, naive


@pytest.mark.parametrize(
    ("batch", "tokens", "channels", "kernel"), [(2, 9, 6, 4), (1, 1, 5, 3), (3, 2, 7, 6), (2, 4, 3, 1)]
)
def test_result_and_gradients_are_those_of_the_formula(batch: int, tokens: int, channels: int, kernel: int) -> None:
    torch.manual_seed(1)
    x, weight = torch.randn(batch, kernel - 1 + tokens, channels), torch.randn(channels, kernel)
    weights, found = torch.randn(batch, tokens, channels), []
    for form in (naive.causal_conv, fused.causal_conv):
        inputs = [tensor.clone().requires_grad_() for tensor in (x, weight)]
        out = form(*inputs)
        (out * weights).sum().backward()
        found.append((out.detach(), *(tensor.grad for tensor in inputs)))
    for name, mine, truth in zip(("result", "input", "weight"), found[1], found[0], strict=True):
        assert mine is not None
        assert truth is not None
        assert_close(name, mine, truth, 1e-6)


def test_either_gradient_alone_and_an_input_in_pieces() -> None:
    x = torch.randn(4, 2, 8, dtype=torch.float64).transpose(0, 1)
    weight = torch.randn(8, 3, dtype=torch.float64)
    assert torch.autograd.gradcheck(lambda x: fused.causal_conv(x, weight), x.clone().requires_grad_())
    assert torch.autograd.gradcheck(lambda w: fused.causal_conv(x, w), weight.clone().requires_grad_())
