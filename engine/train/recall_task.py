"""Multi-query associative recall: the task that tells bodies that can look things up from bodies that cannot.

Source: Arora et al. 2023, "Zoology", arXiv 2312.04927. Pairs of a key and a value come first; then keys come again at
distances drawn from a power law, and the token after each must be its value. Nothing of a pair can be learned from
other sequences, so the only way is to hold it in the state.
"""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch.nn import functional as F

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
    """What a body learned of the task."""

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
    """Train a body on the task from random weights, then measure it.

    The number of pairs grows with what the body can do, from `EASY_PAIRS` to all: doubled whenever it is `MASTERED`.

    Args:
        config: the body; its vocabulary must be the task's.
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
