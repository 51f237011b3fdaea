"""Bodies from files: one door for every kind, told apart by what is in the file and not by its name."""

from __future__ import annotations

import os
from pathlib import Path

from engine.io.bitt import is_bitt, load_bitt
from engine.io.checkpoint import load_checkpoint
from engine.io.validation import WeightsReport
from engine.io.weights import Encoding, ModelWeights, Tensor, fingerprint
from engine.ops.ternary.ternary2 import Ternary2

__all__ = ["Encoding", "ModelWeights", "Tensor", "Ternary2", "WeightsReport", "fingerprint", "load_weights"]


def load_weights(path: str | os.PathLike[str], check: bool = True) -> ModelWeights:
    """Load a checkpoint folder, a ``.safetensors`` file that lies in one, or a ``.bitt`` file.

    Without `check` the weights are mapped but not compared with the config, for a report on a broken file.
    Raises `FileFormatError` or `ConfigError`, naming the file, for whatever cannot be used.
    """
    path = Path(path)
    if path.is_dir():
        return load_checkpoint(path, check)
    if is_bitt(path) or path.suffix.lower() == ".bitt":
        return load_bitt(path, check)
    return load_checkpoint(path, check)
