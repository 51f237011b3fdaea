"""The chunk form of the delta rule on a CUDA card, forward and backward, in float32.

The same algebra as `chunk`, with the inverse of the triangular system made whole: for a chunk of C tokens that meets
``S = W_0^T``,

    X = (I + tril(E K K^T, -1))^-1     R = E (V - K S)     U = X R
    O = Q S + M U                      S' = S + K^T U      M = tril(Q K^T, 0 or -1)

X does not depend on S: `invert_kernel` makes it for all chunks at once. `forward_kernel` then goes from chunk to chunk,
a block of values a program, with S in registers. Backward, `state_gradient_kernel` goes the same way in reverse and
leaves the gradients of R and of each chunk's S; `input_gradient_kernel` makes all others, for all chunks at once.
Source: Yang et al. 2024, arXiv 2406.06484, section 3; the gradients are those of the six products above.

No card has run these kernels: they are checked in Triton's interpreter and compiled for sm_80, sm_89 and sm_90.
"""

from __future__ import annotations

from typing import Any

import torch
import triton
import triton.language as tl
from torch import Tensor

from engine.ops.delta_rule.chunk import SMALLEST_RATE
from engine.ops.delta_rule.naive import DeltaRuleResult

CHUNK = 32
"""Tokens in a chunk."""
MAX_DIM = 256
"""Widest head: a chunk of its keys and a block of its fast weights must fit into the small memories of a card."""


@triton.jit
def product(a, b):
    """A matrix product to about float32 on the tensor cores: three products of the factors' halves of 10 bits."""
    return tl.dot(a, b, input_precision="tf32x3")


@triton.jit
def load_rows(base, head, token, tokens, lane, width):
    """Rows `token` of ``base [heads, tokens, width]``, columns `lane`; zero outside."""
    place = (head * tokens + token)[:, None] * width + lane[None, :]
    return tl.load(base + place, mask=(token < tokens)[:, None] & (lane < width)[None, :], other=0.0)


@triton.jit
def store_rows(base, value, head, token, tokens, lane, width):
    """Rows `token` of ``base [heads, tokens, width]``, columns `lane`."""
    place = (head * tokens + token)[:, None] * width + lane[None, :]
    tl.store(base + place, value, mask=(token < tokens)[:, None] & (lane < width)[None, :])


@triton.jit
def state_places(matrix, row, lane, dv, dk):
    """Where ``W^T [lane, row]`` of the fast weights number `matrix` lies, and whether it exists."""
    place = matrix * dv * dk + row[None, :] * dk + lane[:, None]
    return place, (row < dv)[None, :] & (lane < dk)[:, None]


@triton.jit
def load_square(base, number, size: tl.constexpr):
    """Matrix `number` of ``base [.., size, size]``."""
    row = tl.arange(0, size)
    return tl.load(base + number * size * size + row[:, None] * size + row[None, :])


@triton.jit
def mixing(queries, keys, size: tl.constexpr, read_after: tl.constexpr):
    """``tril(Q K^T)``, with the diagonal to read after the update and without it to read before."""
    row = tl.arange(0, size)
    seen = row[:, None] >= row[None, :] if read_after else row[:, None] > row[None, :]
    return tl.where(seen, product(queries, tl.trans(keys)), 0.0)


@triton.jit
def invert_kernel(k, rate, inverse, tokens, dk, chunks, size: tl.constexpr, block_k: tl.constexpr):
    """X of one chunk, by forward substitution: powers of the system, which grow with equal keys, would lose digits."""
    number = tl.program_id(0).to(tl.int64)
    head, row = number // chunks, tl.arange(0, size)
    token = number % chunks * size + row
    keys = load_rows(k, head, token, tokens, tl.arange(0, block_k), dk)
    eta = tl.load(rate + head * tokens + token, mask=token < tokens, other=0.0)
    system = product(keys, tl.trans(keys)) * eta[:, None]
    solved = tl.where(row[:, None] > row[None, :], -system, 0.0)
    for i in range(1, size):
        mine = tl.sum(tl.where((row == i)[:, None], solved, 0.0), axis=0)
        mine += tl.sum(mine[:, None] * solved, axis=0)
        solved = tl.where((row == i)[:, None], mine[None, :], solved)
    solved += tl.where(row[:, None] == row[None, :], 1.0, 0.0)
    tl.store(inverse + number * size * size + row[:, None] * size + row[None, :], solved)


@triton.jit
def forward_kernel(
    q, k, v, rate, inverse, state, output, correction, states, last, tokens, dk, dv, chunks,
    size: tl.constexpr, block_k: tl.constexpr, block_v: tl.constexpr, read_after: tl.constexpr, keep: tl.constexpr,
):  # fmt: skip
    """`block_v` values of one head through all chunks; with `keep` the S of every chunk is kept for the gradient."""
    head = tl.program_id(0).to(tl.int64)
    lane, row = tl.arange(0, block_k), tl.program_id(1) * block_v + tl.arange(0, block_v)
    place, inside = state_places(head, row, lane, dv, dk)
    fast = tl.load(state + place, mask=inside, other=0.0)
    for chunk in range(chunks):
        number = head * chunks + chunk
        if keep:
            kept, _ = state_places(number, row, lane, dv, dk)
            tl.store(states + kept, fast, mask=inside)
        token = chunk * size + tl.arange(0, size)
        queries = load_rows(q, head, token, tokens, lane, dk)
        keys = load_rows(k, head, token, tokens, lane, dk)
        values = load_rows(v, head, token, tokens, row, dv)
        eta = tl.load(rate + head * tokens + token, mask=token < tokens, other=0.0)
        right = (values - product(keys, fast)) * eta[:, None]
        ours = product(load_square(inverse, number, size), right)
        read = product(queries, fast) + product(mixing(queries, keys, size, read_after), ours)
        fast += product(tl.trans(keys), ours)
        store_rows(output, read, head, token, tokens, row, dv)
        store_rows(correction, ours, head, token, tokens, row, dv)
    tl.store(last + place, fast, mask=inside)


@triton.jit
def state_gradient_kernel(
    q, k, rate, inverse, grad_output, grad_last, grad_right, grad_states, grad_state, tokens, dk, dv, chunks,
    size: tl.constexpr, block_k: tl.constexpr, block_v: tl.constexpr, read_after: tl.constexpr,
):  # fmt: skip
    """Gradients of R, of the S after each chunk (`grad_states`) and of the first S, from the last chunk backwards."""
    head = tl.program_id(0).to(tl.int64)
    lane, row = tl.arange(0, block_k), tl.program_id(1) * block_v + tl.arange(0, block_v)
    place, inside = state_places(head, row, lane, dv, dk)
    grad = tl.load(grad_last + place, mask=inside, other=0.0)
    for back in range(chunks):
        chunk = chunks - 1 - back
        number = head * chunks + chunk
        kept, _ = state_places(number, row, lane, dv, dk)
        tl.store(grad_states + kept, grad, mask=inside)
        token = chunk * size + tl.arange(0, size)
        queries = load_rows(q, head, token, tokens, lane, dk)
        keys = load_rows(k, head, token, tokens, lane, dk)
        eta = tl.load(rate + head * tokens + token, mask=token < tokens, other=0.0)
        grad_read = load_rows(grad_output, head, token, tokens, row, dv)
        grad_ours = product(tl.trans(mixing(queries, keys, size, read_after)), grad_read) + product(keys, grad)
        right = product(tl.trans(load_square(inverse, number, size)), grad_ours)
        store_rows(grad_right, right, head, token, tokens, row, dv)
        grad += product(tl.trans(queries), grad_read) - product(tl.trans(keys), right * eta[:, None])
    tl.store(grad_state + place, grad, mask=inside)


@triton.jit
def input_gradient_kernel(
    q, k, v, rate, states, correction, grad_output, grad_right, grad_states, grad_q, grad_k, grad_rate,
    tokens, dk, dv, chunks,
    size: tl.constexpr, block_k: tl.constexpr, block_v: tl.constexpr, read_after: tl.constexpr,
):  # fmt: skip
    """Gradients of one chunk's queries, keys and rates."""
    number = tl.program_id(0).to(tl.int64)
    head, order, lane = number // chunks, tl.arange(0, size), tl.arange(0, block_k)
    token = number % chunks * size + order
    queries = load_rows(q, head, token, tokens, lane, dk)
    keys = load_rows(k, head, token, tokens, lane, dk)
    eta = tl.load(rate + head * tokens + token, mask=token < tokens, other=0.0)
    of_mixing = tl.zeros((size, size), dtype=tl.float32)
    of_system = tl.zeros((size, size), dtype=tl.float32)
    of_queries = tl.zeros((size, block_k), dtype=tl.float32)
    of_keys = tl.zeros((size, block_k), dtype=tl.float32)
    of_rate = tl.zeros((size,), dtype=tl.float32)
    for first in range(0, dv, block_v):
        row = first + tl.arange(0, block_v)
        place, inside = state_places(number, row, lane, dv, dk)
        fast = tl.load(states + place, mask=inside, other=0.0)
        grad = tl.load(grad_states + place, mask=inside, other=0.0)
        ours = load_rows(correction, head, token, tokens, row, dv)
        right = load_rows(grad_right, head, token, tokens, row, dv)
        read = load_rows(grad_output, head, token, tokens, row, dv)
        error = load_rows(v, head, token, tokens, row, dv) - product(keys, fast)
        of_mixing += product(read, tl.trans(ours))
        of_system -= product(right, tl.trans(ours))
        of_queries += product(read, tl.trans(fast))
        of_keys += product(ours, tl.trans(grad)) - product(right * eta[:, None], tl.trans(fast))
        of_rate += tl.sum(right * error, axis=1)
    seen = order[:, None] >= order[None, :] if read_after else order[:, None] > order[None, :]
    of_mixing = tl.where(seen, of_mixing, 0.0)
    of_system = tl.where(order[:, None] > order[None, :], of_system, 0.0)
    of_rate += tl.sum(of_system * product(keys, tl.trans(keys)), axis=1)
    of_gram = of_system * eta[:, None]
    of_queries += product(of_mixing, keys)
    of_keys += product(tl.trans(of_mixing), queries) + product(of_gram, keys) + product(tl.trans(of_gram), keys)
    store_rows(grad_q, of_queries, head, token, tokens, lane, dk)
    store_rows(grad_k, of_keys, head, token, tokens, lane, dk)
    tl.store(grad_rate + head * tokens + token, of_rate, mask=token < tokens)


class _DeltaRule(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, q: Tensor, k: Tensor, v: Tensor, rate: Tensor, state: Tensor, read_after: bool
    ) -> tuple[Tensor, Tensor, Tensor]:
        q, k, v, rate, state = (x.contiguous() for x in (q, k, v, rate, state))
        batch, heads, tokens, dk = k.shape
        dv, chunks = v.shape[-1], triton.cdiv(tokens, CHUNK)
        keep = any(ctx.needs_input_grad)
        inverse = k.new_empty(batch * heads * chunks, CHUNK, CHUNK)
        states = k.new_empty(batch, heads, chunks, dv, dk) if keep else k
        output, correction, last = torch.empty_like(v), torch.empty_like(v), torch.empty_like(state)
        block_k, block_v, launch = _blocks(dk, dv)
        invert_kernel[(batch * heads * chunks,)](k, rate, inverse, tokens, dk, chunks, CHUNK, block_k, **launch)
        forward_kernel[(batch * heads, triton.cdiv(dv, block_v))](
            q, k, v, rate, inverse, state, output, correction, states, last, tokens, dk, dv, chunks,
            CHUNK, block_k, block_v, read_after, keep, **launch,
        )  # fmt: skip
        ctx.read_after = read_after
        ctx.save_for_backward(q, k, v, rate, inverse, states, correction)
        loss = (correction / rate.clamp_min(SMALLEST_RATE).unsqueeze(-1)).square().sum(dim=-1) / 2
        ctx.mark_non_differentiable(loss)
        return output, last, loss

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        q, k, v, rate, inverse, states, correction = ctx.saved_tensors
        grad_output, grad_last = (x.contiguous() for x in grads[:2])
        batch, heads, tokens, dk = k.shape
        dv, chunks = v.shape[-1], triton.cdiv(tokens, CHUNK)
        block_k, block_v, launch = _blocks(dk, dv)
        grad_right, grad_states, grad_state = torch.empty_like(v), torch.empty_like(states), torch.empty_like(grad_last)
        state_gradient_kernel[(batch * heads, triton.cdiv(dv, block_v))](
            q, k, rate, inverse, grad_output, grad_last, grad_right, grad_states, grad_state, tokens, dk, dv, chunks,
            CHUNK, block_k, block_v, ctx.read_after, **launch,
        )  # fmt: skip
        grad_q, grad_k, grad_rate = torch.empty_like(q), torch.empty_like(k), torch.empty_like(rate)
        input_gradient_kernel[(batch * heads * chunks,)](
            q, k, v, rate, states, correction, grad_output, grad_right, grad_states, grad_q, grad_k, grad_rate,
            tokens, dk, dv, chunks, CHUNK, block_k, block_v, ctx.read_after, **launch,
        )  # fmt: skip
        return grad_q, grad_k, grad_right * rate.unsqueeze(-1), grad_rate, grad_state, None


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
    with torch.cuda.device_of(k):  # Triton launches on the current card, which may be another
        return DeltaRuleResult(
            *_DeltaRule.apply(q.float(), k.float(), v.float(), rate.float(), state.float(), read_after)
        )
