"""Training checkpoints: everything needed to go on bit for bit, in safetensors and JSON, nothing pickled.

A run's folder holds ``checkpoints/step-0000500/`` (tensors of the model, the optimiser, the carried state and the
random generator; ``loop.json`` with the step, the arguments and the data position) and ``checkpoints/latest``, which
names the last whole one and is replaced only after that is on disk. A model that is divided among ranks is written by
all of them, each to a file of its own (`shard_files`); whoever resumes reads either form.
"""

from __future__ import annotations

import dataclasses
import json
import math
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from engine.errors import ConfigError, FileFormatError, Message, TrainingError
from engine.io import atomic
from engine.io.model_file import ModelWeights, load_weights
from engine.io.strict_json import read_text
from engine.io.tensors import save_tensors
from engine.models.bitllama import BitLlama, ModelState
from engine.models.config import BitLlamaConfig
from engine.train.args import TrainArgs
from engine.train.data import TOKENIZER_FILE, TokenData
from engine.train.distributed import ALONE, Ranks
from engine.train.optimizer import empty_moments
from engine.train.shard_files import Shards

FORMAT = 1
KEEP = 2
"""Checkpoints that stay on disk: the last one, and one before it."""

MAY_DIFFER = {
    "data", "out", "steps", "save_interval", "eval_interval", "eval_tokens", "log_interval", "device", "threads",
    "lr", "min_lr", "warmup_steps", "weight_decay", "beta2", "grad_clip",
}  # fmt: skip
"""Arguments that may change at a resume without making it another run: where it runs, and how it steps from there on.
The corpus is told by what is in it, wherever it lies."""


@dataclass
class LoopState:
    """What a run is made of besides its arguments."""

    step: int
    """Optimiser steps done."""
    model: BitLlama
    optimizer: torch.optim.Optimizer
    carried: list[ModelState]
    """State of the streams of every micro-batch that this rank reads."""
    streams: dict[str, Any]
    """Where the data stands."""
    seconds: float
    """Time spent training so far."""
    best_loss: float
    """Lowest validation loss so far."""


def save(run: Path, loop: LoopState, args: TrainArgs, data: TokenData, ranks: Ranks = ALONE) -> Path:
    """Write a checkpoint of `loop` under the folder `run`, then let ``latest`` name it. Returns its folder.

    All ranks must call it. One writes everything, or each writes its part where the model is divided among them.

    Raises `TrainingError` for weights that are no numbers; the last checkpoint stays the last good one.
    """
    folder = run / "checkpoints" / f"step-{loop.step:07d}"
    if find_latest(run) == folder:  # nothing was trained since, and what is good is not written over
        return folder
    if ranks.any(not all(_is_finite(p) for p in loop.model.parameters())):
        raise not_finite(run, loop, "weights")
    parts: dict[str, Tensor] = {f"model.{name}": p for name, p in loop.model.named_parameters()}
    state = loop.optimizer.state_dict()["state"]
    parts |= {f"optimizer.{i}.{key}": value for i, entry in state.items() for key, value in entry.items()}
    parts |= _carried_tensors([ranks.together(state) for state in loop.carried])
    parts["random"] = torch.get_rng_state()
    tensors = {name: tensor.detach().reshape(tensor.shape or (1,)) for name, tensor in parts.items()}
    if ranks.leads:
        shutil.rmtree(folder, ignore_errors=True)  # what a run that was cut short left
        atomic.make_folder(folder)
    if ranks.mesh is not None:
        from engine.train.shard_storage import save_shards

        ranks.wait()
        save_shards(folder, tensors)
    elif ranks.leads:
        arrays = {name: np.ascontiguousarray(tensor.cpu().numpy()) for name, tensor in tensors.items()}
        save_tensors(folder / "training.safetensors", arrays, {"format": str(FORMAT)})
    if ranks.leads:
        _finish(run, folder, loop, args, data)
    return folder


def _is_finite(parameter: Tensor) -> bool:
    mine = parameter.to_local() if hasattr(parameter, "to_local") else parameter
    return bool(torch.isfinite(mine).all())


def not_finite(run: Path, loop: LoopState, what: str) -> TrainingError:
    """The end of a run whose `what`, loss or weights, are no numbers any more, with the way to go on from there."""
    kept, step = find_latest(run), loop.step + (what == "loss")
    name = Message("loss") if what == "loss" else Message("weights")
    if kept is None:
        return TrainingError(
            "The {what} became nan at step {step}, so the run was stopped; no checkpoint had been saved yet. Start it "
            "again with a lower --lr.",
            what=name,
            step=step,
        )
    if what == "loss" and read_meta(kept)["step"] == loop.step:  # no step of any size was taken from there
        return TrainingError(
            "The {what} became nan at step {step}, from the weights of {kept} as they are, so the run was stopped. "
            "Write the name of an earlier step into {pointer} and go on from there with --resume and a lower --lr, or "
            "begin anew with another --out.",
            what=name,
            step=step,
            kept=kept,
            pointer=kept.parent / "latest",
        )
    return TrainingError(
        "The {what} became nan at step {step}, so the run was stopped; the last good checkpoint is {kept}. Go on from "
        "there with --resume and a lower --lr.",
        what=name,
        step=step,
        kept=kept,
    )


def _carried_tensors(carried: list[ModelState]) -> dict[str, Tensor]:
    return {
        f"carried.{m}.{i}.{part}": getattr(layer, part)
        for m, state in enumerate(carried)
        for i, layer in enumerate(state.layers)
        for part in ("fast", "conv")
    }


def _finish(run: Path, folder: Path, loop: LoopState, args: TrainArgs, data: TokenData) -> None:
    """Make it a checkpoint, once all tensors are on disk."""
    meta = {
        "format": FORMAT,
        "step": loop.step,
        "seconds": loop.seconds,
        "best_loss": loop.best_loss if math.isfinite(loop.best_loss) else None,
        "args": dataclasses.asdict(args),
        "config": loop.model.config.to_dict(),
        "streams": loop.streams,
        "corpus": {"folder": str(data.folder.resolve()), "identity": data.identity},
    }
    atomic.write_text(folder / "loop.json", json.dumps(meta) + "\n")
    atomic.write_text(run / "checkpoints" / "latest", folder.name + "\n")
    # Later ones are left alone: who went back to an earlier step may want them still.
    former = sorted(path for path in (run / "checkpoints").glob("step-*") if path.name <= folder.name)
    for old in former[:-KEEP]:
        shutil.rmtree(old)


def find_latest(run: Path) -> Path | None:
    """The folder of the last whole checkpoint of a run, or None. Raises `FileFormatError` where its name is broken."""
    pointer = run / "checkpoints" / "latest"
    if not pointer.is_file():
        return None
    folder = pointer.parent / pointer.read_text(encoding="utf-8-sig", errors="replace").strip()
    if folder.parent != pointer.parent or not (folder / "loop.json").is_file():
        raise FileFormatError(
            "{pointer} names a checkpoint that is not there; write an existing step-… folder in it.", pointer=pointer
        )
    return folder


def read_meta(folder: Path) -> dict[str, Any]:
    """``loop.json`` of a checkpoint. Raises `FileFormatError` where it is damaged or from a newer program."""
    try:
        meta = json.loads((folder / "loop.json").read_text(encoding="utf-8"))
        if meta["format"] > FORMAT:
            raise FileFormatError(
                "{folder} was written by a newer version of this program; use that one to resume.", folder=folder
            )
        BitLlamaConfig.from_dict(meta["config"], str(folder / "loop.json"))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise FileFormatError(
            "{path} cannot be read ({error}); {another}.",
            path=folder / "loop.json",
            error=error,
            another=_another_step(folder),
        ) from error
    return meta


def _another_step(folder: Path) -> Message:
    pointer = folder.parent / "latest"
    return Message("write the name of another step-… folder into {pointer} to resume from that", pointer=pointer)


def saved_args(run: Path) -> dict[str, Any]:
    """The dials that the last checkpoint of a run was trained with, by name, but for those of a machine or a place.

    Raises `FileFormatError` where it is damaged; without a checkpoint there are none.
    """
    latest = find_latest(run)
    if latest is None:
        return {}
    known = {field.name for field in dataclasses.fields(TrainArgs)} - {"data", "out", "device", "threads"}
    return {name: value for name, value in read_meta(latest)["args"].items() if name in known}


def check_same_run(meta: dict[str, Any], args: TrainArgs, data: TokenData) -> None:
    """Raise `ConfigError` where `args` or `data` would make a resumed run another run than the saved one."""
    now = dataclasses.asdict(args)
    saved = dataclasses.asdict(TrainArgs()) | meta["args"]  # a dial that came later stood at its default
    for name, value in saved.items():
        if name not in MAY_DIFFER and name in now and now[name] != value:
            flag = name.replace("_", "-")
            raise ConfigError(
                "The checkpoint was trained with --{flag} {value}, not {now}; resume with the same value.",
                flag=flag,
                value=value,
                now=now[name],
            )
    tokenizer = Path(args.out) / "checkpoints" / TOKENIZER_FILE
    if tokenizer.is_file() and not data.prepared_with(read_text(tokenizer), tokenizer):
        raise ConfigError(
            "{folder} was prepared with another tokenizer than the run in {out} began with, so its tokens mean other "
            "text there. Resume with the former corpus; or prepare this one with --tokenizer {tokenizer}, and begin a "
            "run of its own from the trained weights, with --init-from {latest} and another --out.",
            folder=data.folder,
            out=args.out,
            tokenizer=tokenizer,
            latest=find_latest(Path(args.out)),
        )
    corpus = meta.get("corpus")  # checkpoints of before do not tell
    if corpus is not None and corpus["identity"] != data.identity:
        raise ConfigError(
            "The run in {out} began with the corpus {former}, and {folder} holds another. Resume with the former one; "
            "or begin a run of its own from the trained weights, with --init-from {latest} and another --out.",
            out=args.out,
            former=corpus["folder"],
            folder=data.folder,
            latest=find_latest(Path(args.out)),
        )


def load(folder: Path, meta: dict[str, Any], loop: LoopState, ranks: Ranks = ALONE) -> None:
    """Fill `loop`, made anew with the same arguments, from a checkpoint; all ranks must call it, however many there are
    and however many wrote it.

    Raises `FileFormatError` where a tensor is missing or of another shape, and `TrainingError` for another optimiser.
    """
    shards = Shards(folder)
    moments = empty_moments(loop.optimizer)
    carried = [ranks.together(state) for state in loop.carried]
    random = torch.get_rng_state()
    wanted = {f"model.{name}": p.detach() for name, p in loop.model.named_parameters()}
    wanted |= {f"optimizer.{i}.{key}": value for i, entry in enumerate(moments) for key, value in entry.items()}
    wanted |= _carried_tensors(carried) | {"random": random}
    for name, tensor in wanted.items():
        if name.startswith("optimizer.") and name not in shards:
            raise TrainingError("{folder} was written by another optimiser; it cannot be resumed.", folder=folder)
        if shards.shapes.get(name) != tuple(tensor.shape):
            raise FileFormatError(
                "{folder} lacks {name} of shape {shape}; {another}.",
                folder=folder,
                name=name,
                shape=tuple(tensor.shape),
                another=_another_step(folder),
            )
    if ranks.mesh is not None:
        from engine.train.shard_storage import load_shards

        load_shards(shards, wanted)
    else:
        for name, tensor in wanted.items():
            tensor.copy_(torch.from_numpy(np.array(shards[name])))
    state = loop.optimizer.state_dict()
    entries = {i: entry | {"step": entry["step"][0]} for i, entry in enumerate(moments)}
    loop.optimizer.load_state_dict(state | {"state": entries})
    loop.carried = [ranks.mine(state) for state in carried]
    torch.set_rng_state(random)
    loop.step, loop.seconds = int(meta["step"]), float(meta["seconds"])
    loop.best_loss = math.inf if meta["best_loss"] is None else float(meta["best_loss"])
    loop.streams = meta["streams"]


def load_trained(path: Path) -> ModelWeights:
    """The weights of a model file or folder, or of a checkpoint of a run, with the tokenizer of that run.

    Raises `FileFormatError` or `ConfigError` for what cannot be used.
    """
    if not (path / "loop.json").is_file():
        return load_weights(path)
    shards = Shards(path)
    config = BitLlamaConfig.from_dict(read_meta(path)["config"], str(path))
    tensors = {name.removeprefix("model."): shards[name] for name in shards if name.startswith("model.")}
    tokenizer = path.parent / TOKENIZER_FILE
    weights = ModelWeights(config, tensors, read_text(tokenizer) if tokenizer.is_file() else None)
    weights.validate().require(path)
    return weights
