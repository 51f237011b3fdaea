"""``bit-llama bench recall``: multi-query associative recall, the shipped layer beside what it was chosen over."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any

from engine.cli.terminal import ProgressLine

if TYPE_CHECKING:
    from engine.models.config import BitLlamaConfig

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


def add_bench(benches: Any) -> None:
    """Add this bench to the parser."""
    parser = benches.add_parser(
        "recall",
        help="train small bodies to look things up, one for each form of the TTT layer",
        description="Multi-query associative recall (Arora et al. 2023): pairs of a key and a value, then keys whose "
        "values are asked. Trains a small ternary body of every form from random weights by the same short recipe and "
        "prints the share of right answers on sequences never seen.",
    )
    parser.add_argument("--pairs", type=int, default=32, help="pairs in a sequence (default: 32)")
    parser.add_argument("--length", type=int, default=256, help="tokens of a sequence (default: 256)")
    parser.add_argument("--steps", type=int, default=400, help="training steps of about 4,000 tokens (default: 400)")
    parser.add_argument("--lr", type=float, default=0.01, help="peak learning rate (default: 0.01)")
    parser.add_argument("--forms", default="shipped,tied", help="which, by commas, or all (default: shipped,tied)")
    parser.add_argument("--seed", type=int, default=1, help="of weights and sequences (default: 1)")
    parser.add_argument("--threads", metavar="N", type=int, help="processor threads (default: torch's own choice)")
    parser.set_defaults(run=run)


def _config(form: str, vocab: int) -> BitLlamaConfig:
    from engine.models.config import BitLlamaConfig

    shape: dict[str, Any] = {"ttt_variant": "linear", "intermediate_dim": 256}
    return BitLlamaConfig(vocab, 128, 2, 0.5, **(shape | FORMS[form]))


def run(args: argparse.Namespace) -> int:
    """Train and measure every form, a line each, then one line of JSON."""
    from engine.errors import ConfigError
    from engine.train.recall_task import RecallTask, train_recall

    chosen = list(FORMS) if args.forms == "all" else [name.strip() for name in args.forms.split(",")]
    unknown = [name for name in chosen if name not in FORMS]
    if unknown:
        raise ConfigError(f"There is no form {unknown[0]!r}; there are {', '.join(FORMS)}, or all.")
    if not 0 < args.lr < 1:
        raise ConfigError(f"--lr is {args.lr}; it must lie between 0 and 1.")
    if args.threads:
        import torch

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
