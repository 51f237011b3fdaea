"""Training by hand: one call, one step, for scripts that bring their own loop."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from pathlib import Path

import torch
from torch.nn import functional as F

from engine.errors import ConfigError, TrainingError
from engine.io.bitt import save_bitt
from engine.io.checkpoint import save_checkpoint
from engine.io.model_file import ModelWeights
from engine.io.tensors import save_tensors
from engine.io.weights import as_float
from engine.models.bitllama import BitLlama
from engine.models.config import BitLlamaConfig


class StepTrainer:
    """AdamW over all weights of a model; every step starts from newborn fast weights.

    Args:
        config: the sizes.
        weights: where to start, as `BitLlama` takes it; None starts at random.
        device: as `BitLlama` takes it.
        lr: the learning rate of the slow weights.

    Raises what `BitLlama` raises, and `ConfigError` for a rate that is not a positive number.
    """

    def __init__(
        self,
        config: BitLlamaConfig,
        weights: str | os.PathLike[str] | None = None,
        device: str = "cpu",
        lr: float = 3e-4,
    ) -> None:
        self.model = BitLlama(config, weights, device)
        self._optimizer = torch.optim.AdamW(self.model.parameters(), lr=_rate(lr), betas=(0.9, 0.95), weight_decay=0.0)

    def set_learning_rate(self, lr: float) -> None:
        """Use `lr` from the next step on. Raises `ConfigError` unless it is a positive number."""
        for group in self._optimizer.param_groups:
            group["lr"] = _rate(lr)

    def step(self, inputs: Sequence[Sequence[int]], targets: Sequence[Sequence[int]]) -> float:
        """One step on B sequences of T tokens; returns the mean cross-entropy before it, in nats per token.

        Raises `ConfigError` for tokens of differing shapes or outside the vocabulary, `TrainingError` when the loss is
        not a number (the weights are then as before).
        """
        tokens, wanted = (self._tokens(name, rows) for name, rows in (("inputs", inputs), ("targets", targets)))
        if tokens.shape != wanted.shape:
            raise ConfigError(f"inputs are {tuple(tokens.shape)} and targets {tuple(wanted.shape)}; they must agree.")
        hidden, _, _ = self.model.hidden(tokens, self.model.init_state(tokens.shape[0]))
        loss = F.cross_entropy(self.model.head(hidden).flatten(0, 1).float(), wanted.flatten())
        value = loss.item()
        if not math.isfinite(value):
            raise TrainingError(f"The loss became {value}; the weights were left as they were. Use a lower rate.")
        self._optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self._optimizer.step()
        return value

    def save(self, path: str | os.PathLike[str], tokenizer: str | None = None) -> None:
        """Write the model: a ``.bitt``, a single ``.safetensors``, or else a checkpoint folder."""
        body: ModelWeights = self.model.to_body(tokenizer)
        target = Path(path)
        if target.suffix == ".bitt":
            save_bitt(target, body, packed=False)
        elif target.suffix == ".safetensors":
            body.validate().require("The model to be saved")
            save_tensors(target, {name: as_float(tensor) for name, tensor in body.tensors.items()}, {"format": "pt"})
        else:
            save_checkpoint(target, body)

    def _tokens(self, name: str, rows: Sequence[Sequence[int]]) -> torch.Tensor:
        try:
            tokens = torch.tensor(rows, dtype=torch.int64)
        except (TypeError, ValueError, RuntimeError, OverflowError) as error:
            raise ConfigError(f"{name} must be rows of equally many whole numbers: {error}.") from error
        if tokens.dim() != 2 or not tokens.numel():
            raise ConfigError(f"{name} have the shape {tuple(tokens.shape)}; rows of tokens are needed.")
        low, high, size = int(tokens.min()), int(tokens.max()), self.model.config.vocab_size
        if low < 0 or high >= size:
            raise ConfigError(f"{name} hold the token {low if low < 0 else high}, outside the vocabulary of {size}.")
        return tokens.to(self.model.device)


def _rate(lr: float) -> float:
    if isinstance(lr, bool) or not isinstance(lr, (int, float)) or not math.isfinite(lr) or lr <= 0:
        raise ConfigError(f"The learning rate is {lr!r}; it must be a number above 0.")
    return float(lr)
