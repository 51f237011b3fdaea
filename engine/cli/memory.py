"""``bit-llama memory train``: give a transformer a memory. Its own weights stay as they are; Ctrl+C saves, and --resume
goes on."""

from __future__ import annotations

import argparse
import dataclasses
import random
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.cli import memory_reader
from engine.cli.background import add_background
from engine.cli.terminal import Interrupts, ProgressLine
from engine.errors import ConfigError
from engine.train.memory.args import MemoryTrainArgs

if TYPE_CHECKING:
    from engine.io.transformer_weights import TransformerWeights
    from engine.train.memory.probes import MemoryScore
    from engine.train.memory.trainer import MemoryLessons, MemoryStatus


def add_parser(commands: Any) -> None:
    """Add this command to the parser; the options of ``train`` are the fields of `MemoryTrainArgs`."""
    parser = commands.add_parser("memory", help="give a transformer a memory", description=__doc__)
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    train = actions.add_parser("train", help="train a memory for a model", description=__doc__)
    train.add_argument("model", metavar="MODEL", type=Path, help="a GGUF file or a Hugging Face folder")
    train.add_argument("--out", type=Path, help="the memory file (default: beside the model, where it is found)")
    train.add_argument("--resume", action="store_true", help="go on with the training that lies beside --out")
    train.add_argument("--threads", metavar="N", type=int, help="processor threads (default: all)")
    for option in dataclasses.fields(MemoryTrainArgs):
        kind = int if option.type == "int" else float
        train.add_argument(
            "--" + option.name.replace("_", "-"),
            type=kind,
            default=option.default,
            help=f"{option.metadata['help']} (default: {option.default})",
        )
    add_background(train)
    train.set_defaults(run=run)
    memory_reader.add_parser(actions)


def run(args: argparse.Namespace) -> int:
    """Train; 0 also when stopped, since everything is saved."""
    dials = MemoryTrainArgs(**{f.name: getattr(args, f.name) for f in dataclasses.fields(MemoryTrainArgs)})
    from engine.io.memory_file import beside

    weights = _backbone(args.model)
    out = args.out or beside(args.model)

    import torch

    from engine.runtime.checks import check_threads
    from engine.train.memory.trainer import check_folder, train_memory

    if args.threads is not None:
        torch.set_num_threads(check_threads(args.threads))
    folder = check_folder(out, args.resume)
    with Interrupts(ends=False) as interrupts:
        lessons = _lessons(weights, folder, dials.seed, interrupts)
        result = train_memory(weights, out, dials, lessons, resume=args.resume, stop=interrupts, on_status=report)
    print(_in_words(result.score))
    if not result.finished:
        print(f"Stopped; everything is saved beside {result.path}. Go on with --resume.")
    print(f"The memory is in {result.path}.")
    return 0


def _backbone(path: Path) -> TransformerWeights:
    from engine.io.model_file import NO_MEMORY, TransformerWeights, open_model

    weights = open_model(path, memory=NO_MEMORY)
    if not isinstance(weights, TransformerWeights):
        raise ConfigError("{path} learns by itself; only a transformer can be given a memory.", path=path)
    return weights


def _lessons(weights: TransformerWeights, folder: Path, seed: int, stop: Callable[[], bool]) -> MemoryLessons:
    """The everyday curriculum, and ordinary talk, for which the model is asked unless that was done before."""
    from engine.curricula.everyday.frames import read_lines
    from engine.curricula.everyday.texts import EverydayTexts, frames_for
    from engine.llama import Llama
    from engine.runtime.select import create_runtime
    from engine.sleep.ordinary import ordinary_replies
    from engine.train.memory.trainer import MemoryLessons

    line = ProgressLine()
    prompts = [str(entry["prompt"]) for entry in read_lines("ordinary.jsonl")]
    ordinary = ordinary_replies(
        Llama(weights, create_runtime(weights)),
        prompts,
        folder / "ordinary.json",
        stop,
        lambda made, of: line.show(f"ordinary talk of the model: {made} of {of}"),
    )
    line.clear()
    training = EverydayTexts(frames_for("training"), random.Random(seed))
    measuring = EverydayTexts(frames_for("measuring"), random.Random(1))
    return MemoryLessons(training, measuring, ordinary)


def report(status: MemoryStatus) -> None:
    """One line on how the training stands."""
    minutes, seconds = divmod(int(status.seconds_left), 60)
    line = (
        f"{status.stage} {status.step:>6}  loss {status.loss:.3f}  {status.situations} situations  "
        f"{minutes}:{seconds:02} left"
    )
    if status.score is not None:
        line += f"  {_in_words(status.score)}"
    print(line, flush=True)


def _in_words(score: MemoryScore) -> str:
    return f"held out: told {score.told:.0%}, honest {score.unknown:.0%}, ordinary talk away by {score.drift:.3f} nats"
