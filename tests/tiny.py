"""Small random models that are real in everything but size, and a runtime that says what it is told."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np

from engine.io.model_file import ModelWeights
from engine.models.cache import State
from engine.models.config import BitLlamaConfig
from engine.runtime.base import BitLlamaRuntime, Cancel, Cancelled, Progress
from engine.train.tokenizer import train_tokenizer


def config(variant: str = "linear", **changes: Any) -> BitLlamaConfig:
    """2 layers, D = 32, the bytes as vocabulary."""
    sizes = {"vocab_size": 260, "hidden_dim": 32, "num_layers": 2, "inner_lr": 0.2, "ttt_variant": variant}
    if variant == "linear":
        sizes["num_heads"] = 2
    return BitLlamaConfig(**sizes | changes)  # type: ignore[arg-type]


@cache
def tokenizer_json() -> str:
    """One token a byte, and the special ones."""
    return train_tokenizer([], "bytes").to_json()


@cache
def body(variant: str = "linear", seed: int = 0, activation_bits: int = 8) -> ModelWeights:
    """A random model with a tokenizer."""
    import torch

    from engine.models.bitllama import BitLlama

    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = BitLlama(config(variant, activation_bits=activation_bits))
        return model.to_body(tokenizer_json())


class _Fed:
    """The tokens that a `ScriptedRuntime` was fed, as its cache."""

    persists = False

    def __init__(self, fed: list[int]) -> None:
        self.fed = fed

    def mark(self) -> list[int]:
        return list(self.fed)

    def rewind(self, mark: list[int]) -> None:
        self.fed[:] = mark


class ScriptedRuntime:
    """A runtime whose likeliest next tokens are given; it remembers every token that it was fed."""

    name, reason, device, chunk = "script", "a test reads it aloud", "paper", 4
    capabilities = BitLlamaRuntime.capabilities

    def __init__(self, shape: BitLlamaConfig, script: Sequence[int] = ()) -> None:
        self.config = shape
        self.script = list(script)
        self.fed: list[int] = []
        self.resets = 0
        self.rate_scale = 1.0
        self.max_rate_scale = 10.0
        self.inner_losses = np.zeros(shape.num_layers, np.float32)
        self.state = State([_Fed(self.fed)])

    def _next(self) -> np.ndarray:
        logits = np.zeros(self.config.vocab_size, np.float32)
        logits[self.script.pop(0) if self.script else 0] = 100.0
        return logits

    def step(self, token: int, out: np.ndarray | None = None) -> np.ndarray:
        self.fed.append(token)
        if out is None:
            return self._next()
        out[:] = self._next()
        return out

    def prefill(
        self,
        tokens: Sequence[int],
        logits: bool = True,
        cancel: Cancel | None = None,
        progress: Progress | None = None,
    ) -> np.ndarray | None:
        for start in range(0, len(tokens), self.chunk):
            if cancel is not None and cancel():
                raise Cancelled(start)
            self.fed += tokens[start : start + self.chunk]
            if progress is not None:
                progress(min(start + self.chunk, len(tokens)))
        return self._next() if logits and tokens else None

    def read_fast(self) -> list[np.ndarray]:
        return [np.full(self.config.fast_shape, len(self.fed), np.float32) for _ in range(self.config.num_layers)]

    def write_fast(self, layers: Sequence[np.ndarray]) -> None:
        self.fed[:] = [0] * int(layers[0].flat[0])

    def reset(self) -> None:
        self.fed.clear()

    def reset_transient(self) -> None:
        self.resets += 1
