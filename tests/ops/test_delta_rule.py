"""The chunk form of the delta rule equals the token-by-token form: outputs, final state, losses and gradients."""

from __future__ import annotations

import pytest
import torch
from assert_close import assert_close
from native_bodies import needs_library

from engine import native as library
from engine.ops.delta_rule import chunk, naive, native

NAMES = ("q", "k", "v", "rate", "state")


def make_inputs(batch: int, heads: int, tokens: int, d: int, *, zero_state: bool) -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(tokens * 100 + d)
    q, k, v = (torch.randn(batch, heads, tokens, d, generator=generator) for _ in range(3))
    q, k = (x / x.norm(dim=-1, keepdim=True) for x in (q, k))
    rate = torch.rand(batch, heads, tokens, generator=generator) * 1.5
    state = torch.zeros(batch, heads, d, d) if zero_state else torch.randn(batch, heads, d, d, generator=generator)
    return [x.clone().requires_grad_() for x in (q, k, v, rate, state)]


@pytest.mark.parametrize(
    ("tokens", "d", "size"), [(1, 8, 4), (7, 5, 4), (64, 16, 16), (63, 24, 32), (130, 32, 64), (33, 17, 1)]
)
@pytest.mark.parametrize("read_after", [True, False])
@pytest.mark.parametrize("zero_state", [True, False])
def test_chunk_equals_naive(tokens: int, d: int, size: int, read_after: bool, zero_state: bool) -> None:
    results, gradients = [], []
    for rule, more in ((naive.delta_rule, {}), (chunk.delta_rule, {"chunk": size})):
        inputs = make_inputs(2, 3, tokens, d, zero_state=zero_state)
        result = rule(*inputs, read_after=read_after, **more)
        weights = torch.linspace(-1, 1, result.output.numel()).view_as(result.output)
        ((result.output * weights).sum() + result.state.square().sum()).backward()
        results.append(result)
        gradients.append([x.grad for x in inputs])
    for name, reference, actual in zip(naive.DeltaRuleResult._fields, *results, strict=True):
        assert_close(name, actual, reference, 1e-5)
    for name, reference, actual in zip(NAMES, *gradients, strict=True):
        assert_close(f"gradient of {name}", actual, reference, 2e-5)


@needs_library
@pytest.mark.parametrize("instructions", library.instruction_sets() if library.why_not() is None else [])
@pytest.mark.parametrize(
    ("tokens", "d"), [(1, 8), (7, 5), (64, 16), (63, 24), (130, 64), (33, 17), (40, 114), (33, 128)]
)
@pytest.mark.parametrize("read_after", [True, False])
def test_native_equals_naive(instructions: str, tokens: int, d: int, read_after: bool) -> None:
    found = []
    for rule, more in ((naive.delta_rule, {}), (native.delta_rule, {"instructions": instructions})):
        q, k, v, rate, state = make_inputs(2, 3, tokens, d, zero_state=False)
        v, state = (x.detach()[..., : d - 2, :] if x is state else x.detach()[..., : d - 2] for x in (v, state))
        inputs = [q, k, v.requires_grad_(), rate, state.requires_grad_()]
        result = rule(*inputs, read_after=read_after, **more)
        weights = torch.linspace(-1, 1, result.output.numel()).view_as(result.output)
        ((result.output * weights).sum() + result.state.square().sum()).backward()
        found.append((*result, *(x.grad for x in inputs)))
    names = (*naive.DeltaRuleResult._fields, *(f"gradient of {name}" for name in NAMES))
    for name, reference, actual in zip(names, *found, strict=True):
        assert_close(name, actual, reference, 2e-5)


@needs_library
def test_native_with_only_one_of_its_results_wanted() -> None:
    for wanted in range(2):
        found = []
        for rule in (naive.delta_rule, native.delta_rule):
            inputs = make_inputs(1, 2, 40, 16, zero_state=True)
            out = rule(*inputs)[wanted]
            out.sum().backward()
            found.append([torch.zeros_like(x) if x.grad is None else x.grad for x in inputs])
        for name, reference, actual in zip(NAMES, *found, strict=True):
            assert_close(f"gradient of {name}", actual, reference, 2e-5)


@needs_library
def test_threads_do_not_change_a_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    for threads in (1, 3):
        monkeypatch.setattr(torch, "get_num_threads", lambda threads=threads: threads)
        inputs = make_inputs(2, 3, 70, 16, zero_state=False)
        result = native.delta_rule(*inputs)
        (result.output.sum() + result.state.square().sum()).backward()
        found.append((*result, *(x.grad for x in inputs)))
    assert all(torch.equal(one, three) for one, three in zip(*found, strict=True))


def test_full_rate_stores_the_value_whole() -> None:
    _, k, v, _, state = make_inputs(1, 1, 1, 16, zero_state=False)
    result = naive.delta_rule(k, k, v, torch.ones(1, 1, 1), state)
    assert_close("reading", result.output, v, 1e-5)


def test_loss_is_half_the_squared_error_before_the_update() -> None:
    q, k, v, rate, state = make_inputs(1, 2, 1, 8, zero_state=False)
    error = torch.einsum("bhvk,bhtk->bhtv", state, k) - v
    assert_close("loss", naive.delta_rule(q, k, v, rate, state).loss, error.square().sum(-1) / 2, 1e-6)


def test_repeating_the_same_tokens_lowers_the_loss() -> None:
    q, k, v, rate, state = make_inputs(1, 2, 8, 32, zero_state=True)
    first = naive.delta_rule(q, k, v, torch.full_like(rate, 0.5), state)
    second = naive.delta_rule(q, k, v, torch.full_like(rate, 0.5), first.state)
    assert second.loss.mean() < 0.5 * first.loss.mean()


def test_inputs_are_not_changed_in_place() -> None:
    inputs = make_inputs(1, 1, 9, 8, zero_state=False)
    before = [x.detach().clone() for x in inputs]
    naive.delta_rule(*inputs)
    chunk.delta_rule(*inputs, chunk=4)
    assert all(torch.equal(x, y) for x, y in zip(inputs, before, strict=True))
