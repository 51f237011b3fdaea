"""How well a runtime foretold a text that is given to it: the loss of every token."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import numpy as np

from engine.runtime.base import Runtime


@runtime_checkable
class Scores(Protocol):
    """A runtime that scores a whole text at once, faster than a token at a time."""

    def score(self, tokens: Sequence[int]) -> np.ndarray:
        """Feed T tokens; (T - 1,) float32, the negative log likelihood of each but the first, in nats."""


def token_losses(runtime: Runtime, tokens: Sequence[int]) -> np.ndarray:
    """Feed T tokens and return (T - 1,) float32: the negative log likelihood of each but the first, in nats.

    The state moves on by all T tokens. Raises `ConfigError` for a token outside the vocabulary.
    """
    if isinstance(runtime, Scores):
        return runtime.score(tokens)
    losses = np.zeros(max(0, len(tokens) - 1), np.float32)
    for at, token in enumerate(tokens):
        logits = runtime.step(token)
        if at + 1 < len(tokens):
            losses[at] = -log_softmax(logits)[tokens[at + 1]]
    return losses


def window_losses(runtime: Runtime, tokens: Sequence[int], window: int = 0) -> np.ndarray:
    """`token_losses` of every token but the first of each window, where the model begins anew.

    Args:
        runtime: its state is lost.
        tokens: T of them.
        window: tokens of a window; 0: as many as the model looks back on, all where nothing bounds that.
    """
    most = runtime.capabilities.max_context or len(tokens)
    size = min(window or most, most)
    found = []
    for start in range(0, len(tokens), size):
        runtime.reset()
        found.append(token_losses(runtime, tokens[start : start + size]))
    runtime.reset()
    return np.concatenate(found) if found else np.zeros(0, np.float32)


def log_softmax(logits: np.ndarray) -> np.ndarray:
    """Log probabilities (V,) of logits (V,)."""
    shifted = logits - logits.max()
    return shifted - np.log(np.exp(shifted).sum())
