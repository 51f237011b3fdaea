"""``bit-llama bench recall``: multi-query associative recall, which tells models that can look things up from others.

Source: Arora et al. 2023, "Zoology", arXiv 2312.04927. Pairs of a key and a value come first; then keys come again at
distances drawn from a power law, and the token after each must be its value. Nothing of a pair can be learned from
other sequences, so the only way is to hold it in the state.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch.nn import functional as F

from engine.cli.terminal import ProgressLine
from engine.errors import ConfigError
from engine.models.bitllama import BitLlama
from engine.models.config import BitLlamaConfig

POWER = 0.1
"""Exponent of the law by which a key comes again: more chance for an early place, as in the paper."""

TOKENS_PER_STEP = 4096
EASY_PAIRS = 4
"""Pairs in the first sequences; looking up is found by chance, and few pairs give chance more room."""
MASTERED = 0.9
"""Share of right answers over `SMOOTHING` steps at which the number of pairs doubles."""
SMOOTHING = 10
"""Steps between two calls of `on_step`."""


FORMS: dict[str, dict[str, Any]] = {
    "shipped": {"num_heads": 2, "head_dim": 64},
    "tied": {"ttt_variant": "tied", "head_dim": 64},
    "no convolution": {"num_heads": 2, "head_dim": 64, "conv_kernel": 1},
    "long convolution": {"num_heads": 2, "head_dim": 64, "conv_kernel": 8},
    "narrow keys": {"num_heads": 8, "head_dim": 16},
    "more heads": {"num_heads": 4, "head_dim": 32},
    "one wide head": {"num_heads": 1, "head_dim": 128},
    "soft output norm": {"num_heads": 2, "head_dim": 64, "out_norm_eps": 0.1},
    "float activations": {"num_heads": 2, "head_dim": 64, "activation_bits": 32},
}
"""What differs from the config of `_config`."""


@dataclass(frozen=True)
class RecallTask:
    """How hard it is.

    Args:
        pairs: pairs in a sequence.
        length: tokens of a sequence; at least four times `pairs`.
        vocab: tokens in all; one is the filler, half of the others are keys and half are values.

    Raises `ConfigError` for numbers that do not fit each other.
    """

    pairs: int = 32
    length: int = 256
    vocab: int = 257

    def __post_init__(self) -> None:
        if self.pairs < 1 or self.length < 4 * self.pairs or self.vocab < 2 * self.pairs + 3:
            raise ConfigError(
                f"{self.pairs} pairs in {self.length} tokens of {self.vocab} kinds cannot be made: the length must be "
                "at least four times the pairs, the vocabulary more than twice."
            )

    def batch(self, rng: np.random.Generator, count: int, pairs: int | None = None) -> tuple[np.ndarray, np.ndarray]:
        """`count` sequences with `pairs` pairs (None: all), as long as those need.

        Returns tokens and targets, int64 ``[count, T]``; a target is -100 where nothing is asked.
        """
        pairs = pairs or self.pairs
        length = max(4 * pairs, self.length * pairs // self.pairs)
        kinds = (self.vocab - 1) // 2
        tokens = np.zeros((count, length), np.int64)
        targets = np.full((count, length), -100, np.int64)
        places = np.arange((length - 2 * pairs) // 2)
        chances = (places + 1.0) ** (POWER - 1)
        chances /= chances.sum()
        for row in range(count):
            keys = 1 + rng.choice(kinds, pairs, replace=False)
            values = 1 + kinds + rng.integers(0, kinds, pairs)
            tokens[row, 0 : 2 * pairs : 2], tokens[row, 1 : 2 * pairs : 2] = keys, values
            at = 2 * pairs + 2 * rng.choice(places, pairs, replace=False, p=chances)
            tokens[row, at], targets[row, at] = keys, values
            tokens[row, at + 1] = values
        return tokens, targets


@dataclass(frozen=True)
class RecallRun:
    """What a model learned of the task."""

    right: float
    """Share of right answers on sequences never seen, all pairs in them."""
    parameters: int
    fast_weights: int
    """Numbers that the state holds."""
    steps: int
    seconds: float


def train_recall(
    config: BitLlamaConfig,
    task: RecallTask,
    steps: int,
    learning_rate: float,
    seed: int = 1,
    on_step: Callable[[int, float], None] | None = None,
    tokens_per_step: int = TOKENS_PER_STEP,
) -> RecallRun:
    """Train a model on the task from random weights, then measure it.

    The number of pairs grows with what the model can do, from `EASY_PAIRS` to all: doubled whenever it is `MASTERED`.

    Args:
        config: the model; its vocabulary must be the task's.
        task: what is trained and, with all pairs, measured.
        steps: optimiser steps.
        learning_rate: AdamW's, with warm-up and a cosine down to nothing.
        seed: of the weights and the sequences.
        on_step: told the step and the share of right answers in it, now and then.
        tokens_per_step: about how many tokens a step reads.

    Raises `ConfigError` for fewer than one step.
    """
    if steps < 1:
        raise ConfigError(f"{steps} steps train nothing; give at least one.")
    torch.manual_seed(seed)
    rng = np.random.Generator(np.random.PCG64(seed))
    model = BitLlama(config)
    optimizer = torch.optim.AdamW(model.parameters(), lr=learning_rate, betas=(0.9, 0.99), weight_decay=0.01)
    began = time.monotonic()
    pairs = min(EASY_PAIRS, task.pairs)
    recent: deque[float] = deque(maxlen=SMOOTHING)
    for step in range(steps):
        width = max(4 * pairs, task.length * pairs // task.pairs)
        loss, right = _loss(model, *task.batch(rng, max(1, tokens_per_step // width), pairs))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for group in optimizer.param_groups:
            group["lr"] = learning_rate * min(1.0, (step + 1) / 20) * (0.5 + 0.5 * math.cos(math.pi * step / steps))
        optimizer.step()
        if on_step is not None and (step + 1) % SMOOTHING == 0:
            on_step(step + 1, right)
        recent.append(right)
        if len(recent) == SMOOTHING and sum(recent) / SMOOTHING >= MASTERED and pairs < task.pairs:
            pairs = min(2 * pairs, task.pairs)
            recent.clear()
    seconds = time.monotonic() - began
    fast = config.num_layers * math.prod(config.fast_shape)
    return RecallRun(measure_recall(model, task, seed + 1), config.num_parameters, fast, steps, seconds)


@torch.no_grad()
def measure_recall(model: BitLlama, task: RecallTask, seed: int, sequences: int = 128) -> float:
    """Share of right answers on fresh sequences with all pairs."""
    rng = np.random.Generator(np.random.PCG64([seed, 7]))
    return float(np.mean([_loss(model, *task.batch(rng, 16))[1] for _ in range(max(1, sequences // 16))]))


def _loss(model: BitLlama, tokens: np.ndarray, targets: np.ndarray) -> tuple[torch.Tensor, float]:
    wanted = torch.from_numpy(targets).to(model.device)
    asked = wanted >= 0
    h, _, _ = model.hidden(torch.from_numpy(tokens).to(model.device), model.init_state(len(tokens)))
    logits = model.head(h[asked])
    return F.cross_entropy(logits, wanted[asked]), float((logits.argmax(-1) == wanted[asked]).float().mean())


def _config(form: str, vocab: int) -> BitLlamaConfig:
    shape: dict[str, Any] = {"ttt_variant": "linear", "intermediate_dim": 256}
    return BitLlamaConfig(vocab, 128, 2, 0.5, **(shape | FORMS[form]))


def run(args: argparse.Namespace) -> int:
    """Train and measure every form, a line each, then one line of JSON."""
    chosen = list(FORMS) if args.forms == "all" else [name.strip() for name in args.forms.split(",")]
    unknown = [name for name in chosen if name not in FORMS]
    if unknown:
        raise ConfigError(f"There is no form {unknown[0]!r}; there are {', '.join(FORMS)}, or all.")
    if not 0 < args.lr < 1:
        raise ConfigError(f"--lr is {args.lr}; it must lie between 0 and 1.")
    if args.threads:
        torch.set_num_threads(args.threads)
    task = RecallTask(args.pairs, args.length)
    print(f"{task.pairs} pairs in {task.length} tokens, {args.steps} steps, 2 layers, D = 128, ternary")
    print(f"{'':<20}{'right':>8}{'weights':>12}{'fast weights':>14}{'seconds':>9}")
    figures: dict[str, Any] = {}
    line = ProgressLine()
    for name in chosen:

        def show(step: int, right: float, name: str = name) -> None:
            line.show(f"{name}: step {step} of {args.steps}, right {right:.0%}")

        result = train_recall(_config(name, task.vocab), task, args.steps, args.lr, args.seed, show)
        line.clear()
        print(
            f"{name:<20}{result.right:>8.1%}{result.parameters:>12,}{result.fast_weights:>14,}{result.seconds:>9.0f}",
            flush=True,
        )
        figures[name] = {
            "right": round(result.right, 4), "fast_weights": result.fast_weights, "seconds": round(result.seconds, 1)
        }  # fmt: skip
    setting = {"pairs": task.pairs, "length": task.length, "vocab": task.vocab, "steps": args.steps, "seed": args.seed}
    print(json.dumps({"bench": "recall", **setting, "forms": figures}))
    return 0
