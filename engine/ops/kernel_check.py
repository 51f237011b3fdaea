"""Whether the Triton kernels can be used here, and whether this very card computes what their plain forms do."""

from __future__ import annotations

import contextlib
import functools
import importlib.util
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor

from engine.errors import Message
from engine.ops.delta_rule import naive as rule_naive
from engine.ops.qkv import naive as qkv_naive
from engine.ops.ternary import naive as ternary_naive
from engine.ops.ternary.ternary2 import Ternary2
from engine.ops.ttt_step import naive as step_naive

LARGEST_ERROR = 1e-4
"""Relative root-mean-square error above which a card's result is not the plain form's."""
OLDEST = (8, 0)
"""The compute capability that the kernels are compiled and checked for: Ampere and later."""

Pair = tuple[str, Tensor, Tensor]
"""What is compared, the kernel's result, the plain form's."""


def why_not_triton() -> str | None:
    """Why no Triton kernel can run, whatever the card, as the end of a sentence; None where Triton is there."""
    if importlib.util.find_spec("triton") is None:
        return Message("Triton is not installed")
    return None


@functools.cache
def why_not_kernels(device: torch.device) -> str | None:
    """Why the kernels are not used on this device, as the end of a sentence, or None. Tried once in a process.

    Each kernel computes a small case on the device and is compared with its plain form: a compiler or a card that goes
    wrong is found here, not in somebody's soul.
    """
    why = why_not_triton()
    if why is not None:
        return why
    if device.type == "cuda" and torch.cuda.get_device_capability(device) < OLDEST:
        major, minor = torch.cuda.get_device_capability(device)
        return Message(
            "the card's compute capability is {found} and the kernels need {needed}",
            found=f"{major}.{minor}", needed=".".join(map(str, OLDEST)),
        )  # fmt: skip
    try:
        with torch.cuda.device(device) if device.type == "cuda" else contextlib.nullcontext():
            for check in CHECKS:
                for name, mine, reference in check(device):
                    error = float((mine - reference).norm() / reference.norm().clamp_min(1e-30))
                    if not error <= LARGEST_ERROR:
                        return Message(
                            "the kernel of {name} computes something else on this card (relative error {error:.1g})",
                            name=name, error=error,
                        )  # fmt: skip
    except Exception as error:  # whatever a compiler, a driver or a card may raise: torch computes then
        first, *_ = f"{type(error).__name__}: {error}".splitlines()
        return Message("the kernels fail on this card ({why})", why=first)
    return None


def _randoms(device: torch.device, *shapes: tuple[int, ...]) -> list[Tensor]:
    generator = torch.Generator().manual_seed(1)
    return [torch.randn(shape, generator=generator).to(device) for shape in shapes]


def _products(device: torch.device) -> Iterator[Pair]:
    from engine.ops.quantize import naive as quantize_naive
    from engine.ops.quantize import triton as quantize
    from engine.ops.quantized_embedding import triton as quantized_embedding
    from engine.ops.ternary import triton as ternary

    x, weight, both = _randoms(device, (17, 72), (24, 72), (2, 80))
    matrix = Ternary2.from_float(weight.cpu().numpy())
    packed, codes = (torch.from_numpy(part).to(device) for part in (matrix.codes, matrix.unpack()))
    scale = torch.full((24,), matrix.scale, device=device)
    whole, x_scale = ternary_naive.quantize_activations(x, 8)
    reference = whole @ codes.float().T * x_scale * matrix.scale
    yield "the ternary product", ternary.packed_linear(x, packed, scale), reference
    yield "the ternary product of one token", ternary.packed_linear(x[:1].contiguous(), packed, scale), reference[:1]
    bytes_codes = torch.randint(-127, 128, (24, 72), dtype=torch.int8, generator=torch.Generator().manual_seed(1))
    bytes_codes = bytes_codes.to(device)
    reference = whole @ bytes_codes.float().T * x_scale * weight[:, 0]
    yield "the head of bytes", quantized_embedding.linear(x, bytes_codes, weight[:, 0].contiguous()), reference
    yield "the norm", quantize.norm(x, x[0], 1e-5, 8).floats, quantize_naive.norm(x, x[0], 1e-5, 8).floats
    yield "the gate", quantize.gate(both, 8).floats, quantize_naive.gate(both, 8).floats


def _steps(device: torch.device) -> Iterator[Pair]:
    from engine.ops.ttt_step import triton as step

    qkv, x, conv, tail, weight, bias, fast = _randoms(
        device, (120,), (48,), (120, 4), (3, 120), (2, 48), (2,), (2, 20, 20)
    )
    expected = step_naive.linear(qkv, x, conv, tail, weight, bias, fast, 1.0)
    mine, output, loss = fast.clone(), qkv.new_empty(40), step.loss_room(2, 20, device)
    slot, one = torch.full((1,), 3, dtype=torch.int32, device=device), torch.ones(1, device=device)
    step.linear(qkv, x, conv, step.ring_of(tail), slot, weight, bias, mine, output, loss, one)
    yield "one token, linear", output, expected.output
    yield "one token, linear", mine, expected.fast
    expected = step_naive.tied(qkv[:20], fast[:1], 0.3, 1.0)
    mine, output = fast[:1].clone(), qkv.new_empty(20)
    step.tied(qkv[:20].contiguous(), mine, output, loss[:1], 0.3, one)
    yield "one token, tied", output, expected.output
    yield "one token, tied", mine, expected.fast


def _with_gradients(name: str, run: Callable[[Any], list[Tensor | None]], mine: Any, naive: Any) -> Iterator[Pair]:
    """What `run` makes of a kernel's form and of the plain one, gradients among it, pair by pair."""
    with torch.inference_mode(False), torch.enable_grad():
        pairs = list(zip(run(mine), run(naive), strict=True))
    for found, reference in pairs:
        assert found is not None
        assert reference is not None
        yield name, found, reference


def _qkv(device: torch.device) -> Iterator[Pair]:
    from engine.ops.qkv import triton as qkv

    def run(form: Any) -> list[Tensor | None]:
        leaves = [x.requires_grad_() for x in _randoms(device, (2, 9, 120), (2, 3, 120), (120, 4))]
        made = form(*leaves, 2)
        torch.autograd.backward([view.square().mul(view.detach().cos()).sum() for view in made])
        return [*(view.detach() for view in made), *(x.grad for x in leaves)]

    yield from _with_gradients("the qkv", run, qkv.qkv, qkv_naive.qkv)


def _rules(device: torch.device) -> Iterator[Pair]:
    from engine.ops.delta_rule import triton as rule

    shapes = ((1, 2, 40, 20), (1, 2, 40, 20), (1, 2, 40, 20), (1, 2, 40), (1, 2, 20, 20))

    def run(form: Any) -> list[Tensor | None]:
        q, k, v, rate, state = _randoms(device, *shapes)
        inputs = [q, k / k.norm(dim=-1, keepdim=True), v, rate.sigmoid(), state]
        leaves = [x.detach().requires_grad_() for x in inputs]
        result = form(*leaves)
        (result.output.square().sum() + result.state.square().sum()).backward()
        return [result.output.detach(), result.state.detach(), *(x.grad for x in leaves)]

    yield from _with_gradients("the delta rule in chunks", run, rule.delta_rule, rule_naive.delta_rule)


CHECKS: tuple[Callable[[torch.device], Iterator[Pair]], ...] = (_products, _steps, _qkv, _rules)
"""Small cases of every kernel."""
