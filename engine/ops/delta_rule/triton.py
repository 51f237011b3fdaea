"""The chunk form of the delta rule on a CUDA card, forward and backward, in float32.

The algebra of `chunk`, with the inverse of the triangular system made whole. For a chunk of C tokens that meets
``S = W_0^T``, with E the rates on a diagonal,

    X = (I + tril(E K K^T, -1))^-1     U = X E V - (X E K) S     S' = S + K^T U     O = Q S + tril(Q K^T, 0 or -1) U

Only U and S' wait for the chunk before. All else is made for all chunks at once, by torch's matrix products, whose
gradients torch knows; the two kernels that go from chunk to chunk multiply twice a chunk, with a block of S in
registers. Source: Yang et al. 2024, arXiv 2406.06484, section 3.
"""

from __future__ import annotations

from typing import Any

import torch
import triton
import triton.language as tl
from torch import Tensor

from engine.ops.delta_rule.chunk import CHUNK, SMALLEST_RATE, in_chunks
from engine.ops.delta_rule.naive import DeltaRuleResult

MAX_DIM = 256
"""Widest head: a chunk of its keys and a block of its fast weights must fit into the small memories of a card."""


@triton.jit
def product(a, b):
    """A matrix product to about float32 on the tensor cores: three products of the factors' halves of 10 bits."""
    return tl.dot(a, b, input_precision="tf32x3")


@triton.jit
def rows_at(number, size: tl.constexpr, lane, width):
    """Where the rows of matrix `number` of ``[.., size, width]`` lie, columns `lane`, and whether they exist."""
    row = tl.arange(0, size)
    return (number * size + row)[:, None] * width + lane[None, :], (lane < width)[None, :]


@triton.jit
def state_at(number, row, lane, dv, dk):
    """Where ``W^T [lane, row]`` of the fast weights `number` lies, and whether it exists."""
    return number * dv * dk + row[None, :] * dk + lane[:, None], (row < dv)[None, :] & (lane < dk)[:, None]


@triton.jit
def invert_kernel(system, inverse, size: tl.constexpr):
    """``(I + L)^-1`` of one strictly lower triangular L, by forward substitution: powers of L, which grow with equal
    keys, would lose digits."""
    row = tl.arange(0, size)
    place = tl.program_id(0).to(tl.int64) * size * size + row[:, None] * size + row[None, :]
    solved = -tl.load(system + place)
    for i in range(1, size):
        mine = tl.sum(tl.where((row == i)[:, None], solved, 0.0), axis=0)
        mine += tl.sum(mine[:, None] * solved, axis=0)
        solved = tl.where((row == i)[:, None], mine[None, :], solved)
    tl.store(inverse + place, solved + tl.where(row[:, None] == row[None, :], 1.0, 0.0))


@triton.jit
def carry_kernel(
    keys, own, through, state, correction, states, last, dk, dv, chunks,
    size: tl.constexpr, block_k: tl.constexpr, block_v: tl.constexpr,
):  # fmt: skip
    """`block_v` values of one head through all chunks: U of each, the S that it meets, and the last S."""
    head = tl.program_id(0).to(tl.int64)
    lane, row = tl.arange(0, block_k), tl.program_id(1) * block_v + tl.arange(0, block_v)
    place, inside = state_at(head, row, lane, dv, dk)
    fast = tl.load(state + place, mask=inside, other=0.0)
    for chunk in range(chunks):
        number = head * chunks + chunk
        kept, _ = state_at(number, row, lane, dv, dk)
        tl.store(states + kept, fast, mask=inside)
        wide, there = rows_at(number, size, lane, dk)
        narrow, here = rows_at(number, size, row, dv)
        ours = tl.load(own + narrow, mask=here, other=0.0)
        ours -= product(tl.load(through + wide, mask=there, other=0.0), fast)
        fast += product(tl.trans(tl.load(keys + wide, mask=there, other=0.0)), ours)
        tl.store(correction + narrow, ours, mask=here)
    tl.store(last + place, fast, mask=inside)


@triton.jit
def carry_back_kernel(
    keys, through, grad_correction, grad_states, grad_last, grad_own, grad_after, grad_state, dk, dv, chunks,
    size: tl.constexpr, block_k: tl.constexpr, block_v: tl.constexpr,
):  # fmt: skip
    """Gradients of X E V, of the S after each chunk (`grad_after`) and of the first S, from the last chunk back."""
    head = tl.program_id(0).to(tl.int64)
    lane, row = tl.arange(0, block_k), tl.program_id(1) * block_v + tl.arange(0, block_v)
    place, inside = state_at(head, row, lane, dv, dk)
    grad = tl.load(grad_last + place, mask=inside, other=0.0)
    for back in range(chunks):
        number = head * chunks + chunks - 1 - back
        kept, _ = state_at(number, row, lane, dv, dk)
        tl.store(grad_after + kept, grad, mask=inside)
        wide, there = rows_at(number, size, lane, dk)
        narrow, here = rows_at(number, size, row, dv)
        ours = tl.load(grad_correction + narrow, mask=here, other=0.0)
        ours += product(tl.load(keys + wide, mask=there, other=0.0), grad)
        tl.store(grad_own + narrow, ours, mask=here)
        grad += tl.load(grad_states + kept, mask=inside, other=0.0)
        grad -= product(tl.trans(tl.load(through + wide, mask=there, other=0.0)), ours)
    tl.store(grad_state + place, grad, mask=inside)


class _Inverse(torch.autograd.Function):
    """``(I + L)^-1`` of strictly lower triangular ``L [.., C, C]``."""

    @staticmethod
    def forward(ctx: Any, system: Tensor) -> Tensor:
        inverse = torch.empty_like(system)
        invert_kernel[(system.shape[:-2].numel(),)](system, inverse, system.shape[-1], num_warps=1)
        ctx.save_for_backward(inverse)
        return inverse

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> Tensor:
        (inverse,) = ctx.saved_tensors
        return torch.tril(inverse.mT @ grads[0] @ inverse.mT, -1).neg_()


class _Carry(torch.autograd.Function):
    """From chunk to chunk: U ``[B, H, N, C, dv]``, the fast weights that each chunk meets ``[B, H, N, dv, dk]``, the
    last ones ``[B, H, dv, dk]``; of K and X E K ``[B, H, N, C, dk]``, X E V ``[B, H, N, C, dv]`` and the first ones."""

    @staticmethod
    def forward(ctx: Any, keys: Tensor, own: Tensor, through: Tensor, state: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        keys, own, through, state = (x.contiguous() for x in (keys, own, through, state))
        batch, heads, chunks, size, dk = keys.shape
        dv = own.shape[-1]
        correction, last = torch.empty_like(own), torch.empty_like(state)
        states = state.new_empty(batch, heads, chunks, dv, dk)
        block_k, block_v, launch = _blocks(dk, dv)
        carry_kernel[(batch * heads, triton.cdiv(dv, block_v))](
            keys, own, through, state, correction, states, last, dk, dv, chunks, size, block_k, block_v, **launch
        )
        ctx.save_for_backward(keys, through, correction, states)
        return correction, states, last

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, ...]:
        keys, through, correction, states = ctx.saved_tensors
        grad_correction, grad_states, grad_last = (x.contiguous() for x in grads)
        batch, heads, chunks, size, dk = keys.shape
        dv = correction.shape[-1]
        grad_own, grad_after, grad_state = map(torch.empty_like, (grad_correction, grad_states, grad_last))
        block_k, block_v, launch = _blocks(dk, dv)
        carry_back_kernel[(batch * heads, triton.cdiv(dv, block_v))](
            keys, through, grad_correction, grad_states, grad_last, grad_own, grad_after, grad_state, dk, dv, chunks,
            size, block_k, block_v, **launch,
        )  # fmt: skip
        return correction @ grad_after, grad_own, (grad_own @ states).neg_(), grad_state


def _blocks(dk: int, dv: int) -> tuple[int, int, dict[str, int]]:
    """Keys in a block, 16 at least, as a matrix product wants; values in a program; and how to launch it.

    One stage: loading the next chunk ahead would take the small memory that the widest heads need.
    """
    block_k = max(16, triton.next_power_of_2(dk))
    wide = block_k > 128
    return block_k, 16 if wide or dv <= 16 else 32, {"num_warps": 8 if wide else 4, "num_stages": 1}


def delta_rule(
    q: Tensor, k: Tensor, v: Tensor, rate: Tensor, state: Tensor, *, read_after: bool = True
) -> DeltaRuleResult:
    """Same as `naive.delta_rule`, with gradients; heads of at most `MAX_DIM` keys. Raises `ValueError` for wider ones.

    The result is float32 whatever the inputs are.
    """
    if k.shape[-1] > MAX_DIM:
        raise ValueError(f"Heads of {k.shape[-1]} keys are wider than the {MAX_DIM} that these kernels take.")
    q, k, v, rate, state = (x.float() for x in (q, k, v, rate, state))
    tokens = k.shape[2]
    q, k, v, rate = in_chunks(CHUNK, q, k, v, rate)
    with torch.cuda.device_of(k):  # Triton launches on the current card, which may be another
        inverse = _Inverse.apply(torch.tril((k @ k.mT) * rate.unsqueeze(-1), -1)) * rate.unsqueeze(-2)
        correction, states, last = _Carry.apply(k, inverse @ v, inverse @ k, state)
    output = q @ states.mT + torch.tril(q @ k.mT, 0 if read_after else -1) @ correction
    loss = (correction.detach() / rate.detach().clamp_min(SMALLEST_RATE).unsqueeze(-1)).square().sum(dim=-1) / 2
    return DeltaRuleResult(output.flatten(2, 3)[:, :, :tokens], last, loss.flatten(2, 3)[:, :, :tokens])
