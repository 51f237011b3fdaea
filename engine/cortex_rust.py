"""The names of the ``cortex_rust`` module, so that a script written against it runs with its import line changed.

``from engine import cortex_rust``, or ``from engine.cortex_rust import BitLlama``. Everything is the engine's own; only
the signatures are that module's.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from engine.errors import ConfigError
from engine.io import strict_json
from engine.llama import Llama
from engine.models.bitllama import BitLlama as Network
from engine.models.config import BitLlamaConfig
from engine.text.sampling import Sampler, SamplingParams
from engine.text.tokenizer import END, Tokenizer
from engine.train.stepwise import StepTrainer

__all__ = ["BitLlama", "BitLlamaConfig", "Llama", "PyTrainer"]


class SteppedBitLlama:
    """A model that steps a state of its own, token by token.

    Args:
        config: the sizes.
        checkpoint_path: a ``.safetensors``, a checkpoint folder or a ``.bitt``; None starts at random.
        device: ``cpu`` (also for None), ``cuda``, ``mps`` or ``auto``.
        tokenizer_path: ``tokenizer.json``; None looks beside the checkpoint. Only `generate` needs it.

    Raises `DeviceError`, `FileFormatError` or `ConfigError` in words.
    """

    def __init__(
        self,
        config: BitLlamaConfig,
        checkpoint_path: str | os.PathLike[str] | None = None,
        device: str | None = None,
        tokenizer_path: str | os.PathLike[str] | None = None,
    ) -> None:
        self.config = config
        self._model = Network(config, checkpoint_path, device or "cpu").freeze().requires_grad_(False)
        self._tokenizer: Tokenizer | None = None
        if tokenizer_path is None and checkpoint_path is not None:
            beside = Path(checkpoint_path)
            beside = (beside if beside.is_dir() else beside.parent) / "tokenizer.json"
            tokenizer_path = beside if beside.exists() else None
        if tokenizer_path is not None:
            self._tokenizer = Tokenizer.from_json(strict_json.read_text(Path(tokenizer_path)), str(tokenizer_path))

    @staticmethod
    def load_auto(path: str | os.PathLike[str], device: str = "auto") -> Llama:
        """`Llama.load_auto`: the model with its tokenizer, for text."""
        return Llama.load_auto(path, device)

    def forward(self, token_id: int) -> list[float]:
        """Feed one token; the V logits for the next."""
        logits: list[float] = self._feed(token_id).tolist()
        return logits

    def _feed(self, token: int) -> np.ndarray:
        logits: np.ndarray = self._model.forward(token_id=token).float().cpu().numpy()  # type: ignore[union-attr]
        return logits

    def generate_tokens(self, start_tokens: Sequence[int], max_new_tokens: int) -> list[int]:
        """`start_tokens` and up to `max_new_tokens` after them, always the likeliest; ends after ``<|end|>``."""
        if not start_tokens:
            raise ConfigError("start_tokens is empty; give at least one token.")
        end = self._tokenizer.special_tokens.get(END) if self._tokenizer else None
        sampler = Sampler(SamplingParams(temperature=0))
        tokens = list(start_tokens)
        for token in start_tokens[:-1]:
            self._feed(token)
        while len(tokens) < len(start_tokens) + max_new_tokens and (
            len(tokens) == len(start_tokens) or tokens[-1] != end
        ):
            tokens.append(sampler.sample(self._feed(tokens[-1])))
        self._feed(tokens[-1])
        return tokens

    def generate(self, prompt: str, max_tokens: int) -> str:
        """The text after `prompt`, always the likeliest tokens. Raises `ConfigError` without a tokenizer."""
        if self._tokenizer is None:
            raise ConfigError("There is no tokenizer: give tokenizer_path, or put tokenizer.json beside the weights.")
        ids = self._tokenizer.encode(prompt)
        return self._tokenizer.decode(self.generate_tokens(ids, max_tokens)[len(ids) :])

    def reset_state(self) -> None:
        """Make the state newborn."""
        self._model.reset_state()


class PyTrainer:
    """Training step by step; see `StepTrainer`.

    Args:
        config: the sizes.
        checkpoint_path: where to start; None starts at random.
        device: ``cpu`` (also for None), ``cuda``, ``mps`` or ``auto``.
    """

    def __init__(
        self,
        config: BitLlamaConfig,
        checkpoint_path: str | os.PathLike[str] | None = None,
        device: str | None = None,
    ) -> None:
        self._trainer = StepTrainer(config, checkpoint_path, device or "cpu")

    def set_learning_rate(self, lr: float) -> None:
        """Use `lr` from the next step on."""
        self._trainer.set_learning_rate(lr)

    def train_step(self, input_ids: Sequence[int], targets: Sequence[int]) -> float:
        """One step on one sequence, `targets` being the tokens to predict at each place; returns the loss."""
        return self._trainer.step([input_ids], [targets])

    def save_checkpoint(self, path: str | os.PathLike[str]) -> None:
        """Write the weights: a ``.safetensors`` file, a ``.bitt``, or else a checkpoint folder."""
        self._trainer.save(path)


BitLlama = SteppedBitLlama
"""The name that the module of before gives it; in this program `engine.models.bitllama.BitLlama` is the network."""
