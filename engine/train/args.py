"""`TrainArgs`: every dial of a training run, each with its meaning; the command line is made from it."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import Any

from engine.errors import ConfigError
from engine.models.config import BitLlamaConfig
from engine.text.chat_message import MOST_WEIGHT

LARGEST_RATE = 1e30
"""What a step multiplies stays a float32 below it; long before, nothing is learned."""
LARGEST_SEED = 2**63 - 1
"""The largest seed that torch and numpy both take."""


def _arg(default: Any, text: str, choices: tuple[str, ...] | None = None) -> Any:
    return dataclasses.field(default=default, metadata={"help": text, "choices": choices})


@dataclass(frozen=True)
class TrainArgs:
    """Arguments of one training run. Raises `ConfigError`, naming the flag, for values that cannot work."""

    data: str = _arg("", "folder made by `bit-llama prepare`, or a folder of such folders")
    out: str = _arg("runs/model", "folder for checkpoints, metrics.jsonl and the finished model")
    init_from: str = _arg("", "model to start from, in place of random weights; its sizes are taken over")

    widen_heads: int = _arg(0, "with init-from: the width to which its heads grow before training; 0: as they are")

    dim: int = _arg(256, "width of the residual stream")
    layers: int = _arg(8, "number of blocks")
    variant: str = _arg("linear", "kind of TTT layer", ("linear", "tied"))
    heads: int = _arg(4, "fast-weight heads per layer (linear)")
    head_dim: int = _arg(0, "width of a head; 0: dim / heads (linear), dim / 4 (tied)")
    intermediate_dim: int = _arg(0, "width of the feed-forward part; 0: 4 * dim")
    conv_kernel: int = _arg(4, "tokens seen by the short convolution (linear); 1: none")
    inner_lr: float = _arg(0.5, "inner learning rate (tied), or where its gate starts (linear)")
    rate_floor: float = _arg(
        0.0, "where the gate of the last head starts (linear), those between at even ratios; 0: all at inner_lr"
    )
    out_norm_eps: float = _arg(0.0, "added in the norm of each head's output (linear); 0: as in every norm")
    activation_bits: int = _arg(8, "bits of the activations; 32: not quantised")

    steps: int = _arg(2000, "optimiser steps")
    context_len: int = _arg(128, "tokens of a segment; the state is carried from one to the next")
    batch_size: int = _arg(16, "streams that are read side by side")
    grad_accum: int = _arg(1, "micro-batches of batch_size streams per step")
    optimizer: str = _arg(
        "adamw", "adamw for all weights, or muon for the ternary matrices and adamw for the rest", ("adamw", "muon")
    )
    lr: float = _arg(3e-4, "peak learning rate")
    min_lr: float = _arg(1e-5, "learning rate at the end of the cosine")
    warmup_steps: int = _arg(100, "steps over which the learning rate rises")
    weight_decay: float = _arg(0.1, "weight decay, on matrices only")
    beta2: float = _arg(0.99, "AdamW second-moment decay")
    grad_clip: float = _arg(1.0, "largest gradient norm; 0: no clipping")

    reset_share: float = _arg(0.5, "share of streams that start with newborn fast weights at every segment (text)")
    reset_prob: float = _arg(0.02, "chance that any other stream does (text)")
    document_reset_prob: float = _arg(0.5, "chance that a document starts newborn, else with a prior soul (dialogue)")
    gate_weight: float = _arg(
        0.0, "weight of a loss on the gates of the upper half of the layers: open where a word is worth remembering"
    )
    most_weight: int = _arg(
        MOST_WEIGHT, "largest weight that a message may have in the loss; 1: all count the same (dialogue)"
    )
    heard_weight: float = _arg(0.1, "weight in the loss of tokens that the model hears and does not say (dialogue)")

    save_interval: int = _arg(500, "steps between checkpoints")
    eval_interval: int = _arg(250, "steps between validations")
    eval_tokens: int = _arg(32768, "held-out tokens of a validation")
    log_interval: int = _arg(10, "steps between metrics lines")
    precision: str = _arg(
        "float32",
        "of the products in ternary maps; weights, fast weights and all else stay float32",
        ("float32", "bf16"),
    )
    seed: int = _arg(1, "seed of weights and data order")
    device: str = _arg("auto", "auto, cpu, cuda or mps")
    threads: int = _arg(0, "CPU threads; 0: what torch chooses")

    def __post_init__(self) -> None:
        for name in ("steps", "context_len", "batch_size", "grad_accum", "save_interval", "eval_interval"):
            self._at_least(name, 1)
        for name in ("warmup_steps", "eval_tokens", "threads", "seed", "widen_heads"):
            self._at_least(name, 0)
        self._at_least("log_interval", 1)
        self._at_least("most_weight", 1)
        for name in ("lr", "min_lr", "weight_decay", "grad_clip", "gate_weight", "heard_weight", "beta2"):
            value = getattr(self, name)
            if not (isinstance(value, (int, float)) and 0 <= value <= LARGEST_RATE):
                raise ConfigError(f"--{_flag(name)} is {value!r}; it must be a number from 0 to {LARGEST_RATE:g}.")
        if self.lr == 0:
            raise ConfigError("--lr is 0, so nothing would be learned; give a positive rate such as 3e-4.")
        if self.min_lr > self.lr:
            raise ConfigError(f"--min-lr {self.min_lr:g} is above --lr {self.lr:g}; lower it.")
        if self.rate_floor and not 0 < self.rate_floor <= self.inner_lr:
            raise ConfigError(f"--rate-floor is {self.rate_floor!r}; it must lie between 0 and --inner-lr.")
        if self.widen_heads and not self.init_from:
            raise ConfigError("--widen-heads widens a model that is there; give it with --init-from.")
        if self.beta2 >= 1:
            raise ConfigError(f"--beta2 is {self.beta2:g}; it must be under 1.")
        for name in ("reset_share", "reset_prob", "document_reset_prob"):
            if not 0 <= getattr(self, name) <= 1:
                raise ConfigError(f"--{_flag(name)} is {getattr(self, name)!r}; it must lie between 0 and 1.")

    def _at_least(self, name: str, low: int) -> None:
        value = getattr(self, name)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= LARGEST_SEED:
            raise ConfigError(f"--{_flag(name)} is {value!r}; it must be a whole number from {low} to {LARGEST_SEED}.")

    def model_config(self, vocab_size: int) -> BitLlamaConfig:
        """The config of a new model with these sizes."""
        linear = self.variant == "linear"
        return BitLlamaConfig(
            vocab_size,
            self.dim,
            self.layers,
            self.inner_lr,
            ttt_variant="linear" if linear else "tied",
            intermediate_dim=self.intermediate_dim,
            num_heads=self.heads if linear else 1,
            head_dim=self.head_dim,
            conv_kernel=self.conv_kernel,
            out_norm_eps=self.out_norm_eps,
            activation_bits=self.activation_bits,
        )

    def learning_rate(self, step: int) -> float:
        """The rate of optimiser step `step`, counted from 0: linear warm-up, then a cosine down to `min_lr`."""
        if step < self.warmup_steps:
            return self.lr * (step + 1) / self.warmup_steps
        progress = (step - self.warmup_steps) / max(1, self.steps - self.warmup_steps)
        return self.min_lr + 0.5 * (self.lr - self.min_lr) * (1 + math.cos(math.pi * min(1.0, progress)))


def _flag(name: str) -> str:
    return name.replace("_", "-")
