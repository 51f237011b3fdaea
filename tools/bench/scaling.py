"""``bit-llama bench scaling``: what training on many cards costs, on paper.

Memory of a card, bytes between cards in a step, time, where it breaks. Nothing here was measured but what a block keeps
for backward, which torch counts without computing it. Counted is what this program does: float32 weights, gradients and
two moments of AdamW, copies of the model or a divided one whose blocks are computed anew, float32 on the wire. Assumed
is what share of a card's nominal speed its products reach.
"""

from __future__ import annotations

import argparse
import json
import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.autograd.graph import saved_tensors_hooks

from engine.errors import ConfigError
from engine.layers.ttt import LayerState
from engine.models.bitllama import BitLlamaBlock
from engine.models.config import BitLlamaConfig

BILLION = BitLlamaConfig(32000, 2048, 16, 0.5, ttt_variant="linear", num_heads=16, intermediate_dim=6144)
"""A model of a billion weights."""

STATE_BYTES = 16
"""A weight in training: itself, its gradient and two moments, float32."""
REACHED = 0.3
"""Assumed share of a card's nominal speed. Not measured."""


@dataclass(frozen=True)
class ScalingCard:
    """One of the cards that train together."""

    speed: float
    """Operations a second, nominal."""
    memory: float
    """Bytes."""
    wire: float
    """Bytes a second that it sends while it receives as many: its share of the slowest link of the ring."""


@dataclass(frozen=True)
class ScalingStep:
    """One step of a run, on each card."""

    state: float
    """Bytes of weights, gradients and moments."""
    borrowed: float
    """Bytes of whole layers that are there for a moment, or of gradients on their way."""
    activations: float
    """Bytes kept for backward, logits included."""
    carried: float
    """Bytes of the streams' states, from step to step."""
    sent: float
    """Bytes sent, and received."""
    compute: float
    """Seconds of computing."""
    exchange: float
    """Seconds on the wire."""

    @property
    def memory(self) -> float:
        """Bytes in all."""
        return self.state + self.borrowed + self.activations + self.carried

    @property
    def seconds(self) -> tuple[float, float]:
        """Where computing and the wire overlap wholly, and where they do not at all."""
        return max(self.compute, self.exchange), self.compute + self.exchange

    @property
    def efficiency(self) -> tuple[float, float]:
        """Share of the time spent computing, at worst and at best."""
        best, worst = self.seconds
        return self.compute / worst, self.compute / best


def step(
    config: BitLlamaConfig,
    card: ScalingCard,
    cards: int,
    *,
    tokens: int,
    context: int,
    streams: int,
    kept: int,
    sharded: bool,
) -> ScalingStep:
    """Count a step.

    Args:
        config: the model.
        card: one of the cards.
        cards: how many.
        tokens: of a step, on all cards.
        context: of a segment.
        streams: of a micro-batch, on a card, at most; the last micro-batches of a step are as large as the others.
        kept: what `kept_by_block` says of a segment.
        sharded: the model is divided among the cards, in place of a copy on each.

    Raises `ConfigError` where there is less than a stream for each card.
    """
    of_card = tokens // (cards * context)
    if of_card < 1:
        raise ConfigError(
            f"{tokens:,} tokens of a step are less than a segment of {context:,} on each of {cards:,} cards; "
            "take fewer cards or a larger step."
        )
    parts = math.ceil(of_card / streams)
    read = of_card / parts * context  # tokens of a micro-batch on a card
    weights, of_block = config.num_parameters, _block_parameters(config)
    of_head = config.vocab_size * config.hidden_dim
    # A ring: each card sends (cards - 1) / cards of everything to gather it, and as much to reduce it.
    around = (cards - 1) / cards * weights * 4
    # Divided: gathered forward and backward, reduced behind that, in every micro-batch. Copies: reduced once a step.
    sent = 3 * around * parts if sharded else 2 * around
    passes = 4 if sharded else 3  # forward, twice that backward; blocks of a divided model forward once more
    compute = passes * operations_forward(config) * read * parts / (REACHED * card.speed)
    block = kept * read / context
    logits = 3 * read * config.vocab_size * 4  # themselves, their softmax, their gradient
    inputs = config.num_layers * read * config.hidden_dim * 4
    return ScalingStep(
        state=weights * STATE_BYTES / (cards if sharded else 1),
        # Two blocks, one of them with its gradient, and the same of embedding and head.
        borrowed=3 * (of_block + of_head) * 4 if sharded else weights * 4,
        activations=logits + (inputs + block if sharded else config.num_layers * block),
        carried=of_card * config.num_layers * math.prod(config.fast_shape) * 4,
        sent=sent,
        compute=compute,
        exchange=sent / card.wire,
    )


def operations_forward(config: BitLlamaConfig) -> float:
    """Multiplications and additions of a token: two for a weight of a product, six for a fast weight."""
    products = config.num_parameters - config.vocab_size * config.hidden_dim  # the embedding is looked up
    return 2 * products + 6 * config.num_layers * math.prod(config.fast_shape)


def _block_parameters(config: BitLlamaConfig) -> int:
    return sum(math.prod(s.shape) for name, s in config.tensor_specs().items() if name.startswith("layers.0."))


def kept_by_block(config: BitLlamaConfig, tokens: int, device: str = "meta") -> int:
    """Bytes that a block keeps for backward when it reads a segment of `tokens`, its own weights not counted."""
    with torch.device(device):
        block = BitLlamaBlock(config)
    own = {p.untyped_storage()._cdata for p in block.parameters()}
    kept: dict[int, torch.UntypedStorage] = {}

    def keep(tensor: Tensor) -> Tensor:
        kept[tensor.untyped_storage()._cdata] = tensor.untyped_storage()
        return tensor

    h = torch.zeros(1, tokens, config.hidden_dim, device=device, requires_grad=True)
    with saved_tensors_hooks(keep, lambda tensor: tensor):
        block(h, LayerState.fresh(config, 1, device))
    return sum(storage.nbytes() for number, storage in kept.items() if number not in own)


def run(args: argparse.Namespace) -> int:
    """Print a line for every number of cards, with copies and divided, then one line of JSON."""
    given = {name: getattr(args, name) for name in ("speed", "memory", "wire", "tokens", "step_tokens", "context")}
    for name, value in (given | {"streams": args.streams, "cards": min(args.cards)}).items():
        if not (math.isfinite(value) and value > 0):
            raise ConfigError(f"--{name.replace('_', '-')} is {value:g}; it must be a number above 0.")
    card = ScalingCard(args.speed * 1e12, args.memory * 1e9, args.wire * 1e9)
    rows: list[dict[str, Any]] = []
    print(
        f"{'':<10}{'cards':>7}{'GB a card':>11}{'state':>8}{'kept':>8}{'GB sent':>10}{'computing':>11}"
        f"{'on the wire':>13}{'efficiency':>14}{'days':>17}"
    )
    kept = kept_by_block(BILLION, args.context)
    for sharded in (False, True):
        for cards in args.cards:
            if sharded and cards == 1:
                continue
            one = step(
                BILLION, card, cards, tokens=args.step_tokens, context=args.context, streams=args.streams, kept=kept,
                sharded=sharded,
            )  # fmt: skip
            days = [args.tokens / args.step_tokens * seconds / 86400 for seconds in one.seconds]
            low, high = one.efficiency
            short = "" if one.memory <= card.memory else "  too large"
            print(
                f"{'divided' if sharded else 'copies':<10}{cards:>7,}{one.memory / 1e9:>11.1f}{one.state / 1e9:>8.1f}"
                f"{one.activations / 1e9:>8.1f}{one.sent / 1e9:>10.1f}{one.compute:>9.2f} s{one.exchange:>11.2f} s"
                f"{f'{low:.0%} - {high:.0%}':>14}{f'{days[0]:.1f} - {days[1]:.1f}':>17}{short}"
            )
            rows.append({"cards": cards, "sharded": sharded, **vars(one), "memory": one.memory, "days": days})
    print(
        f"\n{BILLION.num_parameters / 1e9:.2f} billion weights of {STATE_BYTES} bytes, {args.tokens:,.0f} tokens in "
        f"steps of {args.step_tokens:,}.\nOn paper: products reach {REACHED:.0%} of the nominal speed. "
        "Of two figures one is for computing and wire that overlap\nwholly, the other for none that do."
    )
    print(json.dumps({"bench": "scaling", "measured": False, "rows": rows}))
    return 0
