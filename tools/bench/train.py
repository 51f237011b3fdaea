"""``bit-llama bench train``: a training step on the processor, beside the same step in the plain forms."""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import json
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import torch
from torch.linalg import vector_norm
from torch.nn import functional as F

from engine.cli.options import at_least_one
from engine.errors import BitLlamaError
from engine.layers import bit_linear, mlp, norm, ttt
from engine.models.bitllama import BitLlama
from engine.models.config import BitLlamaConfig
from engine.ops.delta_rule import naive as plain_rule
from engine.ops.norm import naive as plain_norm
from engine.ops.qkv import naive as plain_qkv
from engine.ops.swiglu import naive as plain_gate
from engine.ops.ternary import naive as plain_product
from engine.train.allocator import keep_freed_memory
from tools.bench.speed import in_turns, load, note_load, show_rates

LARGEST_ERROR = 1e-4
"""Relative error of the gradient that the gate allows, with activations that are not quantised."""


def run(args: argparse.Namespace) -> int:
    """The gate, a warm-up, then both forms in turns; and what the processor could do at most."""

    for name in ("runs", "context_len", "batch_size"):
        at_least_one(getattr(args, name), f"--{name.replace('_', '-')}")
    if args.threads:
        torch.set_num_threads(args.threads)
    keep_freed_memory()  # as `train` does
    torch.manual_seed(1)
    config = BitLlamaConfig(args.vocab_size, args.dim, args.layers, 0.5, ttt_variant="linear", num_heads=args.heads)
    error = 0.0
    for differs in (_gradient_error(config), _product_error(config)):
        if not differs <= LARGEST_ERROR:
            raise BitLlamaError(f"The fast forms differ by {differs:.2g}, so nothing is measured; report this.")
        error = max(error, differs)
    step = TimedStep(config, args.batch_size, args.context_len)

    def plain() -> None:
        with plain_forms():
            step()

    works: dict[str, Callable[[], object]] = {"fast forms": step, "plain forms": plain}
    for work in works.values():
        work()
    seconds = in_turns(args.runs, works)
    count, peak = args.batch_size * args.context_len, _peak()
    print(
        f"train, {config.hidden_dim} wide, {config.num_layers} layers, {config.vocab_size:,} words, "
        f"{args.batch_size} streams of {args.context_len} tokens, median of {args.runs} runs, "
        f"{torch.get_num_threads()} threads"
    )
    print(f"the gradient is that of the plain forms to {error:.1g}")
    note_load()
    rates = show_rates(count, seconds)
    ratio, needed = rates["fast forms"] / rates["plain forms"], 6 * _matrix_weights(config)
    share = needed * rates["fast forms"] / peak
    print(f"the fast forms are {ratio:.1f} times as fast as the plain ones")
    print(
        f"products of matrices take {needed / 1e6:,.1f} million operations a token; torch multiplies large matrices at "
        f"{peak / 1e9:,.0f} billion a second: {share:.0%} of it is reached"
    )
    figures: dict[str, Any] = {"bench": "train", "config": config.to_dict(), "tokens_per_second": rates, "ratio": ratio}
    figures |= {"peak": peak, "operations_per_token": needed, "peak_share": share, "error": error, "load": load()}
    print(json.dumps(figures))
    return 0


@contextlib.contextmanager
def plain_forms() -> Iterator[None]:
    """While it lasts, models compute by the plain forms, token by token, as the first version did."""

    def product(x: Any, weights: Any, bits: int) -> Any:
        linears = weights if isinstance(weights, list) else [weights]
        return torch.cat([plain_product.bit_linear(x, weight, bits) for weight in linears], dim=-1)

    with contextlib.ExitStack() as stack:
        for room, name, plain in (
            (bit_linear, "bit_linear", product),
            (mlp, "swiglu", plain_gate.swiglu),
            (norm, "rms_norm", plain_norm.rms_norm),
            (ttt, "qkv_form", lambda *_: plain_qkv.qkv),
            (ttt, "fast_form", lambda *_: plain_rule.delta_rule),
        ):
            stack.callback(setattr, room, name, getattr(room, name))
            setattr(room, name, plain)
        yield


class TimedStep:
    """One optimiser step on random tokens, with the state carried as in training."""

    def __init__(self, config: Any, batch: int, length: int) -> None:
        import torch

        self.model = BitLlama(config)
        self.tokens = torch.randint(0, config.vocab_size, (batch, length + 1))
        self.state = self.model.init_state(batch)
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=1e-4)

    def gradient(self) -> None:
        """The gradient of the mean loss."""

        self.optimizer.zero_grad(set_to_none=True)
        h, state, _ = self.model.hidden(self.tokens[:, :-1], self.state)
        F.cross_entropy(self.model.head(h).flatten(0, 1), self.tokens[:, 1:].flatten()).backward()
        self.state = state.detach()

    def __call__(self) -> None:
        self.gradient()
        self.optimizer.step()


def _gradient_error(config: Any) -> float:
    """Largest relative difference of a gradient between the forms, without quantised activations."""

    smooth = dataclasses.replace(config, activation_bits=32, num_layers=2, vocab_size=64)
    step = TimedStep(smooth, 2, 40)
    step.gradient()
    fast = [p.grad.clone() for p in step.model.parameters() if p.grad is not None]
    step.state = step.model.init_state(2)
    with plain_forms():
        step.gradient()
    plain = [p.grad for p in step.model.parameters() if p.grad is not None]
    return _largest_difference(fast, plain)


def _product_error(config: Any) -> float:
    """The same of one ternary map with its quantised activations. (In a whole model two roundings of nearly the same
    activation may fall on two sides of a half.)"""

    layer = bit_linear.BitLinear(config.hidden_dim, config.mlp_dim, config.activation_bits)
    x, found = torch.randn(2, 40, config.hidden_dim, requires_grad=True), []
    for forms in (contextlib.nullcontext, plain_forms):
        with forms():
            out = layer(x)
            found.append([out.detach(), *torch.autograd.grad(out.square().sum(), [x, *layer.parameters()])])
    return _largest_difference(*found)


def _largest_difference(fast: Sequence[Any], plain: Sequence[Any]) -> float:

    pairs = zip(fast, plain, strict=True)
    errors = [vector_norm(mine - truth) / vector_norm(truth).clamp_min(1e-12) for mine, truth in pairs]
    return float(torch.stack(errors).max())  # NaN where one of them is


def _matrix_weights(config: Any) -> int:
    """Weights that a token is multiplied with: all but the embedding and what is not a matrix."""
    return sum(
        s.shape[0] * s.shape[1] for n, s in config.tensor_specs().items() if len(s.shape) == 2 and "embed" not in n
    )


def _peak(size: int = 1024, rounds: int = 7) -> float:
    """Floating-point operations a second of torch's product of two large matrices."""

    a, b, times = torch.randn(size, size), torch.randn(size, size), []
    for _ in range(rounds):
        began = time.perf_counter()
        a @ b
        times.append(time.perf_counter() - began)
    return 2 * size**3 / statistics.median(times)
