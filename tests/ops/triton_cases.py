"""Equivalence of the Triton kernels with their naive forms, on any device.

Run as a program it checks them in Triton's interpreter, which must be chosen before Triton is first imported; hence
a process of its own.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

if __name__ == "__main__":
    os.environ["TRITON_INTERPRET"] = "1"
    sys.path.insert(0, str(Path(__file__).parent.parent))

import torch
from assert_close import assert_close
from torch import Tensor

from engine.ops.delta_rule import naive as rule_naive
from engine.ops.delta_rule import triton as rule_triton
from engine.ops.qkv import naive as qkv_naive
from engine.ops.qkv import triton as qkv_triton
from engine.ops.quantize import naive as quantize_naive
from engine.ops.quantize import triton as quantize_triton
from engine.ops.quantized_embedding import triton as table_triton
from engine.ops.quantized_embedding.int8 import Int8Embedding
from engine.ops.ternary import naive as ternary_naive
from engine.ops.ternary import ste
from engine.ops.ternary import triton as ternary_triton
from engine.ops.ternary.ternary2 import Ternary2
from engine.ops.ttt_step import naive as step_naive
from engine.ops.ttt_step import triton as step_triton

TERNARY_SHAPES = [(1, 64, 16), (1, 300, 37), (1, 5, 1), (3, 65, 17), (17, 520, 40)]
"""(tokens, columns, rows); odd ones cross every edge of a tile."""

VIEW_SHAPES = [(2, 7, 2, 20, 4), (1, 1, 1, 16, 8), (2, 40, 3, 9, 1), (1, 300, 1, 16, 3)]
"""(streams, tokens, heads, d, K)."""

RULE_SHAPES = [(1, 8, 8, True), (32, 20, 40, True), (70, 17, 17, False)]
"""(tokens, dk, dv, whether the state is zero); one chunk and several, whole and not, one block of values and two."""

STEP_SHAPES = [(2, 16, 4), (3, 20, 2), (1, 33, 1)]
"""(heads, d, K)."""


def randoms(device: str, seed: int, *shapes: tuple[int, ...]) -> list[Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return [torch.randn(shape, generator=generator).to(device) for shape in shapes]


def check_ternary(device: str) -> None:
    """Codes of activations exactly; sums exactly, and so every bit of the outputs.

    The plain forms run on the processor: on a card, torch divides by a number as if it multiplied by its inverse.
    """
    for tokens, columns, rows in TERNARY_SHAPES:
        x, weights = randoms("cpu", columns, (tokens, columns), (rows, columns))
        x[0, 0] = 127.0  # a scale of exactly 1 in the first token, and so a value that lies on a half:
        x[0, -1] = 2.5
        matrix = Ternary2.from_float(weights.numpy())
        scale = torch.linspace(0.5, 2.0, rows) * matrix.scale
        x_there, packed, scale_there = (t.to(device) for t in (x, torch.from_numpy(matrix.codes), scale))
        for bits in (8, 4):
            whole, x_scale = ternary_triton.quantize_activations(x_there, bits)
            expected_whole, expected_scale = ternary_naive.quantize_activations(x, bits)
            assert torch.equal(whole.cpu().float(), expected_whole), (tokens, columns, rows, bits)
            assert torch.equal(x_scale.cpu(), expected_scale[:, 0])
            y = ternary_triton.packed_linear(x_there, packed, scale_there, bits)
            expected = ste.frozen_linear(x, torch.from_numpy(matrix.unpack()).float(), scale, bits)
            assert torch.equal(y.cpu(), expected), (tokens, columns, rows, bits)
        onto = torch.ones_like(y)
        ternary_triton.multiply(whole, x_scale, packed, scale_there, onto, add=True)
        assert_close("added", onto.cpu(), expected + 1, 1e-6)
        y = ternary_triton.packed_linear(x_there, packed, torch.full_like(scale_there, matrix.scale))
        assert_close("naive", y.cpu(), ternary_naive.bit_linear(x, torch.from_numpy(matrix.to_float()), 8), 1e-5)
    packed = torch.full((4, 16), 0x55, dtype=torch.uint8, device=device)
    nothing = ternary_triton.packed_linear(torch.zeros(1, 8, device=device), packed, torch.ones(4, device=device))
    assert torch.equal(nothing.cpu(), torch.zeros(1, 4))


def check_bytes(device: str) -> None:
    """Every bit of the product with a table of bytes."""
    for tokens, columns, rows in [(1, 64, 16), (2, 150, 21)]:
        x, weights = randoms("cpu", columns, (tokens, columns), (rows, columns))
        table = Int8Embedding.from_float(weights.numpy())
        codes, scale = torch.from_numpy(table.codes()), torch.from_numpy(table.scales)
        y = table_triton.linear(*(t.to(device) for t in (x, codes, scale))).cpu()
        assert torch.equal(y, ste.frozen_linear(x, codes.float(), scale, 8))
        assert_close("floats", y, x @ weights.T, 0.02)


def check_quantize(device: str) -> None:
    """A norm or a gate, then whole numbers: floats closely, whole numbers but for those on an edge."""
    for tokens, groups, width in [(1, 1, 64), (3, 2, 33), (2, 3, 16)]:
        x, weight = randoms(device, width, (tokens, groups * width), (width,))
        check_quantized(quantize_triton.norm(x, weight, 1e-5, 8), quantize_naive.norm(x, weight, 1e-5, 8))
        check_quantized(quantize_triton.norm(x, weight, 0.1, 4), quantize_naive.norm(x, weight, 0.1, 4))
    for tokens, width in [(1, 64), (3, 37)]:
        (x,) = randoms(device, width, (tokens, 2 * width))
        check_quantized(quantize_triton.gate(x, 8), quantize_naive.gate(x, 8))


def check_quantized(mine: quantize_naive.Quantized, reference: quantize_naive.Quantized) -> None:
    assert_close("floats", mine.floats.cpu(), reference.floats.cpu(), 1e-6)
    assert_close("scale", mine.scale.cpu(), reference.scale.cpu(), 1e-6)
    # The floats differ in the last place, so a value on the edge between two whole numbers may take either.
    apart = (mine.floats / mine.scale[:, None] - mine.whole).abs().cpu()
    assert float(apart.max()) <= 0.5 + 1e-4
    assert (mine.whole.cpu() == reference.whole.cpu()).float().mean() > 0.99


def rule_inputs(device: str, tokens: int, dk: int, dv: int, *, zero_state: bool) -> list[Tensor]:
    q, k, v, rate, state = randoms(
        device, tokens, (2, 2, tokens, dk), (2, 2, tokens, dk), (2, 2, tokens, dv), (2, 2, tokens), (2, 2, dv, dk)
    )
    k[:, :, tokens // 2 :] = k[:, :, :1]  # the same key again and again, where powers of the system would grow
    q, k = (x / x.norm(dim=-1, keepdim=True) for x in (q, k))
    inputs = (q, k, v, rate.sigmoid() * 1.5, state * (0.0 if zero_state else 1.0))
    return [x.detach().clone().requires_grad_() for x in inputs]


def check_rule(device: str) -> None:
    """Outputs, final state, losses and all gradients, read before the update and after it."""
    for tokens, dk, dv, zero_state in RULE_SHAPES:
        for read_after in (True, False):
            results, gradients = [], []
            for rule in (rule_naive.delta_rule, rule_triton.delta_rule):
                inputs = rule_inputs(device, tokens, dk, dv, zero_state=zero_state)
                result = rule(*inputs, read_after=read_after)
                weights = torch.linspace(-1, 1, result.output.numel(), device=device).view_as(result.output)
                ((result.output * weights).sum() + result.state.square().sum()).backward()
                results.append(result)
                gradients.append([x.grad for x in inputs])
            for name, reference, actual in zip(rule_naive.DeltaRuleResult._fields, *results, strict=True):
                assert_close(f"{name} {tokens, dk, dv, read_after}", actual.cpu(), reference.cpu(), 1e-5)
            for name, reference, actual in zip(("q", "k", "v", "rate", "state"), *gradients, strict=True):
                assert_close(f"gradient of {name}", actual.cpu(), reference.cpu(), 2e-5)


def check_qkv(device: str) -> None:
    """Queries, keys, values and all gradients; tokens before the first, odd sizes, several tiles."""
    for batch, tokens, heads, d, kernel in VIEW_SHAPES:
        results = []
        for form in (qkv_naive.qkv, qkv_triton.qkv):
            width = 3 * heads * d
            inputs = randoms(device, tokens, (batch, tokens, width), (batch, kernel - 1, width), (width, kernel))
            inputs = [x.requires_grad_() for x in inputs]
            made = form(*inputs, heads)
            weights = [torch.linspace(-1, 1, view.numel(), device=device).view_as(view) for view in made]
            torch.autograd.backward(list(made), weights)
            results.append([*made, *(x.grad for x in inputs)])
        for name, reference, actual in zip((*qkv_naive.QKV._fields, "x", "tail", "weight"), *results, strict=True):
            if reference.numel():
                assert_close(f"{name} {tokens, heads, d, kernel}", actual.cpu(), reference.cpu(), 1e-5)


def check_step(device: str) -> None:
    """Several tokens one after the other, both variants: readings, fast weights, the convolution's tail, losses."""
    for heads, d, kernel in STEP_SHAPES:
        width, dim, tokens = heads * d, 40, kernel + 2
        qkv, x, conv, tail, weight, bias, fast = randoms(
            device, d, (tokens, 3 * width), (tokens, dim), (3 * width, kernel), (kernel - 1, 3 * width), (heads, dim),
            (heads,), (heads, d, d),
        )  # fmt: skip
        taps = conv if kernel > 1 else None
        for scale in (1.0, 3.0):
            expected = step_naive.Step(qkv[0], fast, tail, bias)
            mine, ring, slot = fast.clone(), step_triton.ring_of(tail), torch.tensor([kernel - 1], dtype=torch.int32)
            slot, output, loss = slot.to(device), qkv.new_empty(width), step_triton.loss_room(heads, d, fast.device)
            for i in range(tokens):
                expected = step_naive.linear(qkv[i], x[i], taps, expected.tail, weight, bias, expected.fast, scale)
                raised = torch.tensor([scale], device=device)
                step_triton.linear(qkv[i], x[i], taps, ring, slot, weight, bias, mine, output, loss, raised)
                slot += 1
                assert_close(f"linear {heads, d, kernel}", output.cpu(), expected.output.cpu(), 1e-5)
                assert_close("fast weights", mine.cpu(), expected.fast.cpu(), 1e-5)
                assert_close("losses", loss.sum(1).cpu(), expected.loss.cpu(), 1e-5)
                assert torch.equal(step_triton.tail_of(ring, slot), expected.tail)
        mine, expected = fast[:1].clone(), step_naive.Step(qkv[0], fast[:1], tail, bias)
        output, loss = qkv.new_empty(d), step_triton.loss_room(1, d, fast.device)
        for i in range(3):
            expected = step_naive.tied(qkv[i, :d], expected.fast, 0.3, 2.0)
            step_triton.tied(qkv[i, :d].contiguous(), mine, output, loss, 0.3, torch.tensor([2.0], device=device))
            assert_close(f"tied {d}", output.cpu(), expected.output.cpu(), 1e-5)
            assert_close("fast weights", mine.cpu(), expected.fast.cpu(), 1e-5)
            assert_close("losses", loss.sum(1).cpu(), expected.loss.cpu(), 1e-5)


CHECKS = {
    "ternary": check_ternary,
    "bytes": check_bytes,
    "quantize": check_quantize,
    "qkv": check_qkv,
    "rule": check_rule,
    "step": check_step,
}

if __name__ == "__main__":
    for chosen in sys.argv[1:] or CHECKS:
        CHECKS[chosen]("cpu")
        print(f"checked {chosen}")
