"""``bit-llama memory reader``: train the adapter with which a transformer writes down what it was told, for its nights.
Ctrl+C ends the training; what was learned by then is kept."""

from __future__ import annotations

import argparse
import random
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.cli.terminal import Interrupts
from engine.errors import ConfigError

if TYPE_CHECKING:
    from engine.train.memory.reader import ReaderStatus

MINUTES = 25.0


def add_parser(actions: Any) -> None:
    """Add this action of ``memory`` to the parser."""
    parser = actions.add_parser("reader", help="train what writes down what a model was told", description=__doc__)
    parser.add_argument("model", metavar="MODEL", type=Path, help="a GGUF file or a Hugging Face folder")
    parser.add_argument("--out", type=Path, help="the reader file (default: beside the model, where it is found)")
    parser.add_argument("--minutes", type=float, default=MINUTES, help=f"time that it may take (default: {MINUTES:g})")
    parser.add_argument("--seed", type=int, default=0, help="of all choices (default: 0)")
    parser.add_argument("--threads", metavar="N", type=int, help="processor threads (default: all)")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Train, and write the reader file; 0 also when stopped."""
    from engine.io.memory_file import backbone_identity, beside
    from engine.io.model_file import NO_MEMORY, TransformerWeights, open_model
    from engine.io.reader_file import SUFFIX, ReaderWeights, save_reader

    if not args.minutes > 0:
        raise ConfigError("--minutes is {value}; it must be above 0.", value=args.minutes)
    weights = open_model(args.model, memory=NO_MEMORY)
    if not isinstance(weights, TransformerWeights) or weights.tokenizer is None:
        raise ConfigError(
            "{path} is no transformer with a tokenizer; only such a model can have a reader.", path=args.model
        )
    out: Path = args.out or beside(args.model, SUFFIX)

    import torch

    from engine.curricula.everyday.reader_texts import ReaderTexts
    from engine.curricula.everyday.texts import frames_for
    from engine.models.transformer import Transformer
    from engine.runtime.checks import check_threads
    from engine.text.model_text import ModelText, TextConfig
    from engine.train.memory.reader import ReaderTrainArgs, ReaderTrainer

    if args.threads is not None:
        torch.set_num_threads(check_threads(args.threads))
    text = ModelText.open(weights.tokenizer, TextConfig.of(weights.config), str(args.model))
    trained = ReaderTexts(frames_for("training"), random.Random(args.seed))
    measured = ReaderTexts(frames_for("measuring"), random.Random(1))
    how = ReaderTrainArgs(minutes=args.minutes, seed=args.seed)
    trainer = ReaderTrainer(Transformer.from_weights(weights), text, trained, measured, how)
    identity = backbone_identity(weights.config, weights.tokenizer)

    def keep(status: ReaderStatus) -> None:
        left = max(0.0, 60 * args.minutes - status.seconds)
        print(
            f"step {status.steps:>5}  {status.samples} messages  loss {status.loss:.3f}, of others "
            f"{status.heldout:.3f}  {left / 60:.0f} min left",
            flush=True,
        )
        save()

    def save() -> None:
        tensors = {name: tensor.numpy() for name, tensor in trainer.adapter.named_tensors().items()}
        save_reader(out, ReaderWeights(trainer.adapter.first, trainer.adapter.rank, tensors, identity))

    save()  # a place that cannot be written is told before the training
    with Interrupts(ends=False) as interrupts:
        trainer.train(keep, interrupts)
    save()
    print(f"The reader is in {out}.")
    return 0
