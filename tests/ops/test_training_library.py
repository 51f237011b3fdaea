"""What all parts of training by the C++ library have in common: when they are taken, and what they must not change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
from assert_close import assert_close
from native_bodies import needs_library
from torch import Tensor

from engine import native
from engine.layers.ttt import LayerState
from engine.models.bitllama import BitLlamaBlock
from engine.models.config import BitLlamaConfig
from engine.native import training
from engine.ops.delta_rule import naive as rule
from engine.ops.delta_rule.fast import fast_form
from engine.ops.norm import fast as norm
from engine.ops.norm import naive as plain_norm
from engine.ops.qkv import naive as plain_qkv
from engine.ops.qkv.fast import qkv_form
from engine.ops.swiglu import fast as gate
from engine.ops.swiglu import naive as plain_gate
from engine.ops.ternary import fast as product
from engine.ops.ternary import naive as plain_product

Form = Callable[..., Tensor | Sequence[Tensor]]

FORMS: dict[str, tuple[Form, Form, list[tuple[int, ...]]]] = {
    "qkv": (
        lambda *given: qkv_form(*given)(*given, 2),
        lambda *given: plain_qkv.qkv(*given, 2),
        [(3, 70, 30), (3, 3, 30), (30, 4)],
    ),
    "delta rule": (
        lambda q, k, *given: fast_form(q.device, 6, training.takes(q, k, *given))(q / 4, k / 4, *given)[:2],
        lambda q, k, *given: rule.delta_rule(q / 4, k / 4, *given)[:2],
        [(3, 2, 40, 6), (3, 2, 40, 6), (3, 2, 40, 5), (3, 2, 40), (3, 2, 5, 6)],
    ),
    "ternary product": (
        lambda x, *weights: product.bit_linear(x, list(weights), 8),
        lambda x, *weights: torch.cat([plain_product.bit_linear(x, w, 8) for w in weights], dim=-1),
        [(3, 150, 20), (7, 20), (3, 20)],
    ),
    "norm": (
        lambda *given: norm.rms_norm(*given, 1e-5),
        lambda *given: plain_norm.rms_norm(*given, 1e-5),
        [(3, 150, 20), (20,)],
    ),
    "gate": (gate.swiglu, plain_gate.swiglu, [(3, 150, 20)]),
}
"""Of each part: the form that is chosen, the plain one, and the shapes of the tensors that it is given."""

CALLS = {
    "qkv": ["bl_qkv_forward", "bl_qkv_backward"],
    "delta rule": ["bl_delta_rule", "bl_delta_rule_back"],
    "ternary product": ["bl_ternary_linears"],  # its gradient is two products of torch
    "norm": ["bl_norm", "bl_norm_back"],
    "gate": ["bl_swiglu", "bl_swiglu_back"],
}
"""What the library computes of it, forward and backward."""

parts = pytest.mark.parametrize("part", FORMS)


def given(part: str) -> list[Tensor]:
    torch.manual_seed(1)
    return [torch.randn(shape) for shape in FORMS[part][2]]


def results(form: Form, inputs: Sequence[Tensor]) -> list[Tensor]:
    """What a form gives, and the gradients of those inputs that want one."""
    out = form(*inputs)
    out = [out] if isinstance(out, Tensor) else list(out)
    wanted = [tensor for tensor in inputs if tensor.requires_grad]
    torch.manual_seed(2)
    into = [(tensor, torch.randn(tensor.shape)) for tensor in out]
    learning = [pair for pair in into if pair[0].requires_grad]  # a state does not depend on what only reads it
    return [*out, *torch.autograd.grad([o for o, _ in learning], wanted, [g for _, g in learning])]


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Functions of the library that were called."""
    called: list[str] = []
    call = training.call

    def noted(name: str, *arguments: object) -> None:
        called.append(name)
        call(name, *arguments)

    monkeypatch.setattr(training, "call", noted)
    return called


@needs_library
@parts
def test_each_gradient_alone(part: str, calls: list[str]) -> None:
    form, plain, shapes = FORMS[part]
    for wanted in range(len(shapes)):
        found = []
        for one in (plain, form):
            inputs = given(part)
            inputs[wanted].requires_grad_()
            found.append(results(one, inputs))
        assert len(calls) == (wanted + 1) * len(CALLS[part])
        for i, (truth, mine) in enumerate(zip(*found, strict=True)):
            assert_close(f"{part}, {i} where {wanted} is wanted", mine, truth, 2e-5 if part == "delta rule" else 2e-6)


@parts
def test_without_the_library_torch_computes_the_same(
    part: str, calls: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(native, "why_not", lambda: "it was not built")
    form, plain, _ = FORMS[part]
    found = [results(one, [tensor.requires_grad_() for tensor in given(part)]) for one in (plain, form)]
    assert not calls
    for i, (truth, mine) in enumerate(zip(*found, strict=True)):
        assert_close(f"{part}, {i}", mine, truth, 2e-5 if part == "delta rule" else 2e-6)


@parts
@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode])
def test_without_a_gradient_torch_computes(part: str, mode: type, calls: list[str]) -> None:
    form, inputs = FORMS[part][0], [tensor.requires_grad_() for tensor in given(part)]
    with mode():
        form(*inputs)
    form(*(tensor.detach() for tensor in inputs))
    assert not calls


@parts
@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16])
def test_one_tensor_of_another_type_is_enough_for_torch_to_compute(part: str, dtype: torch.dtype) -> None:
    shapes = FORMS[part][2]
    assert native.why_not() is not None or training.takes(*(torch.zeros(1, requires_grad=True) for _ in shapes))
    for other in range(len(shapes)):
        inputs = [torch.zeros(1, dtype=dtype if i == other else torch.float32) for i in range(len(shapes))]
        assert not training.takes(*(tensor.requires_grad_() for tensor in inputs))


@needs_library
@parts
def test_threads_do_not_change_a_bit(part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    form, found = FORMS[part][0], []
    for threads in (1, 2, 3):
        monkeypatch.setattr(torch, "get_num_threads", lambda threads=threads: threads)
        found.append(results(form, [tensor.requires_grad_() for tensor in given(part)]))
    for other in found[1:]:
        assert all(torch.equal(one, many) for one, many in zip(found[0], other, strict=True))


@needs_library
def test_several_may_train_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Threads of Python, each of which wants threads of the library: there is one group of those for all."""

    def everything() -> list[Tensor]:
        return [
            tensor
            for part, (form, _, _) in FORMS.items()
            for tensor in results(form, [tensor.requires_grad_() for tensor in given(part)])
        ]

    monkeypatch.setattr(torch, "get_num_threads", lambda: 2)
    monkeypatch.setattr(torch, "manual_seed", lambda seed: None)
    monkeypatch.setattr(torch, "randn", lambda *shape: torch.linspace(-2, 2, torch.Size(*shape).numel()).view(*shape))
    alone = everything()
    with ThreadPoolExecutor(4) as pool:
        together = [future.result() for future in [pool.submit(everything) for _ in range(8)]]
    for found in together:
        assert all(torch.equal(one, many) for one, many in zip(alone, found, strict=True))


@needs_library
@parts
def test_the_gradient_of_a_gradient_is_refused(part: str) -> None:
    """The library would take the gradient for a constant, and the answer would be wrong and silent."""
    inputs = [tensor.requires_grad_() for tensor in given(part)]
    out = FORMS[part][0](*inputs)
    total = sum(tensor.square().sum() for tensor in ([out] if isinstance(out, Tensor) else out))
    gradients = torch.autograd.grad(total, inputs, create_graph=True)
    with pytest.raises(RuntimeError, match="once_differentiable"):
        sum(gradient.square().sum() for gradient in gradients).backward()


@needs_library
@pytest.mark.parametrize("variant", ["linear", "tied"])
def test_where_only_the_state_wants_a_gradient_the_rule_is_still_the_librarys(variant: str, calls: list[str]) -> None:
    """A soul that is put right in sleep: nothing before the fast weights of the first layer asks for a gradient."""
    config = BitLlamaConfig(64, 24, 1, 0.5, ttt_variant=variant, num_heads=2 if variant == "linear" else 1)
    torch.manual_seed(1)
    block = BitLlamaBlock(config).requires_grad_(False)
    state = LayerState.fresh(config, 2, "cpu")
    fast = torch.randn(state.fast.shape, requires_grad=True)
    out, _, _ = block(torch.randn(2, 9, 24), LayerState(fast, state.conv))
    out.square().sum().backward()
    assert calls.count("bl_delta_rule") == calls.count("bl_delta_rule_back") == 1
    assert "bl_qkv_forward" not in calls
    assert fast.grad is not None
    assert fast.grad.isfinite().all()


@needs_library
@parts
def test_autocast_changes_nothing(part: str, calls: list[str]) -> None:
    form, found = FORMS[part][0], []

    def narrow(*inputs: Tensor) -> Tensor | Sequence[Tensor]:
        with torch.autocast("cpu", torch.bfloat16):
            return form(*inputs)

    for one in (form, narrow):
        found.append(results(one, [tensor.requires_grad_() for tensor in given(part)]))
    assert calls == 2 * CALLS[part]
    assert all(torch.equal(wide, same) for wide, same in zip(*found, strict=True))
