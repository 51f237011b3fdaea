"""Training checkpoints: everything needed to go on bit for bit, in safetensors and JSON, nothing pickled.

A run's folder holds ``checkpoints/step-0000500/`` (tensors of the model, the optimiser, the carried state and the
random generator; ``loop.json`` with the step, the arguments and the data position) and ``checkpoints/latest``, which
names the last whole one and is replaced only after that is on disk.
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

from engine.config import BitLlamaConfig
from engine.errors import ConfigError, FileFormatError, TrainingError
from engine.formats import atomic
from engine.formats.tensors import TensorFile, save_tensors
from engine.layers.ttt import LayerState
from engine.model import BitLlama
from engine.state import ModelState
from engine.train.args import TrainArgs

FORMAT = 1
KEEP = 2
"""Checkpoints that stay on disk: the last one, and one before it."""

MAY_DIFFER = {"out", "steps", "save_interval", "eval_interval", "eval_tokens", "log_interval", "device", "threads"}
"""Arguments that may change at a resume without making it another run."""


@dataclass
class LoopState:
    """What a run is made of besides its arguments."""

    step: int
    """Optimiser steps done."""
    model: BitLlama
    optimizer: torch.optim.Optimizer
    carried: list[ModelState]
    """State of the streams of every micro-batch."""
    streams: dict[str, Any]
    """Where the data stands."""
    seconds: float
    """Time spent training so far."""
    best_loss: float
    """Lowest validation loss so far."""


def _optimizer_tensors(optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    state = optimizer.state_dict()["state"]
    return {f"optimizer.{i}.{key}": value for i, entry in state.items() for key, value in entry.items()}


def save(run: Path, loop: LoopState, args: TrainArgs) -> Path:
    """Write a checkpoint of `loop` under the folder `run`, then let ``latest`` name it. Returns its folder."""
    tensors = {f"model.{name}": p for name, p in loop.model.named_parameters()} | _optimizer_tensors(loop.optimizer)
    for m, state in enumerate(loop.carried):
        for i, layer in enumerate(state.layers):
            tensors |= {f"carried.{m}.{i}.fast": layer.fast, f"carried.{m}.{i}.conv": layer.conv}
    tensors["random"] = torch.get_rng_state()
    folder = run / "checkpoints" / f"step-{loop.step:07d}"
    folder.mkdir(parents=True, exist_ok=True)
    arrays = {name: np.ascontiguousarray(t.detach().cpu().numpy()) for name, t in tensors.items()}
    save_tensors(folder / "training.safetensors", arrays, {"format": str(FORMAT)})
    meta = {
        "format": FORMAT,
        "step": loop.step,
        "seconds": loop.seconds,
        "best_loss": loop.best_loss if math.isfinite(loop.best_loss) else None,
        "args": dataclasses.asdict(args),
        "config": loop.model.config.to_dict(),
        "streams": loop.streams,
    }
    atomic.write_text(folder / "loop.json", json.dumps(meta) + "\n")
    atomic.write_text(run / "checkpoints" / "latest", folder.name + "\n")
    for old in sorted((run / "checkpoints").glob("step-*"))[:-KEEP]:
        shutil.rmtree(old)
    return folder


def find_latest(run: Path) -> Path | None:
    """The folder of the last whole checkpoint of a run, or None. Raises `FileFormatError` where its name is broken."""
    pointer = run / "checkpoints" / "latest"
    if not pointer.is_file():
        return None
    folder = pointer.parent / pointer.read_text(encoding="utf-8", errors="replace").strip()
    if folder.parent != pointer.parent or not (folder / "loop.json").is_file():
        raise FileFormatError(f"{pointer} names a checkpoint that is not there; write an existing step-… folder in it.")
    return folder


def read_meta(folder: Path) -> dict[str, Any]:
    """``loop.json`` of a checkpoint. Raises `FileFormatError` where it is damaged or from a newer program."""
    try:
        meta = json.loads((folder / "loop.json").read_text(encoding="utf-8"))
        if meta["format"] > FORMAT:
            raise FileFormatError(f"{folder} was written by a newer version of this program; use that one to resume.")
        BitLlamaConfig.from_dict(meta["config"], str(folder / "loop.json"))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise FileFormatError(f"{folder / 'loop.json'} cannot be read ({error}); resume from another step.") from error
    return meta


def check_same_run(meta: dict[str, Any], args: TrainArgs) -> None:
    """Raise `ConfigError` where `args` would make a resumed run another run than the saved one."""
    now = dataclasses.asdict(args)
    for name, value in meta["args"].items():
        if name not in MAY_DIFFER and name in now and now[name] != value:
            flag = name.replace("_", "-")
            raise ConfigError(
                f"The checkpoint was trained with --{flag} {value}, not {now[name]}; resume with the same value."
            )


def load(folder: Path, meta: dict[str, Any], loop: LoopState) -> None:
    """Fill `loop`, made anew with the same arguments, from a checkpoint.

    Raises `FileFormatError` where a tensor is missing or of another shape, and `TrainingError` for another optimiser.
    """
    path = folder / "training.safetensors"
    stored = TensorFile.open(path).tensors

    def tensor(name: str, like: Tensor) -> Tensor:
        if name not in stored or stored[name].shape != tuple(like.shape):
            raise FileFormatError(f"{path} lacks {name} of shape {tuple(like.shape)}; resume from another step.")
        return torch.from_numpy(np.array(stored[name])).to(like.device)

    with torch.no_grad():
        for name, parameter in loop.model.named_parameters():
            parameter.copy_(tensor(f"model.{name}", parameter))
    state = loop.optimizer.state_dict()
    parameters = [p for group in loop.optimizer.param_groups for p in group["params"]]
    entries: dict[int, dict[str, Tensor]] = {}
    for i, parameter in enumerate(parameters):
        if f"optimizer.{i}.step" not in stored:
            raise TrainingError(f"{path} was written by another optimiser; it cannot be resumed.")
        moments = {key: tensor(f"optimizer.{i}.{key}", parameter) for key in ("exp_avg", "exp_avg_sq")}
        entries[i] = moments | {"step": torch.from_numpy(np.array(stored[f"optimizer.{i}.step"]))}
    loop.optimizer.load_state_dict(state | {"state": entries})
    for m, carried in enumerate(loop.carried):
        carried.layers = [
            LayerState(tensor(f"carried.{m}.{i}.fast", layer.fast), tensor(f"carried.{m}.{i}.conv", layer.conv))
            for i, layer in enumerate(carried.layers)
        ]
    torch.set_rng_state(torch.from_numpy(np.array(stored["random"])))
    loop.step, loop.seconds = int(meta["step"]), float(meta["seconds"])
    loop.best_loss = math.inf if meta["best_loss"] is None else float(meta["best_loss"])
    loop.streams = meta["streams"]
