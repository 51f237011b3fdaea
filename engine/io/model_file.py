"""Models from files: one way in for every kind, told apart by what is in the file and not by its name."""

from __future__ import annotations

import os
from pathlib import Path

from engine.errors import ConfigError
from engine.io import strict_json
from engine.io.bitt import is_bitt, load_bitt
from engine.io.checkpoint import CONFIG, load_checkpoint
from engine.io.gguf import is_gguf
from engine.io.transformer_weights import TransformerWeights, load_transformer
from engine.io.validation import WeightsReport
from engine.io.weights import Encoding, ModelWeights, Tensor, fingerprint
from engine.models.registry import architecture_of
from engine.ops.ternary.ternary2 import Ternary2

__all__ = [
    "AnyWeights",
    "Encoding",
    "ModelWeights",
    "Tensor",
    "Ternary2",
    "TransformerWeights",
    "WeightsReport",
    "fingerprint",
    "load_weights",
    "open_model",
]

AnyWeights = ModelWeights | TransformerWeights


def open_model(path: str | os.PathLike[str], check: bool = True) -> AnyWeights:
    """Load a GGUF file, a model folder, a ``.safetensors`` file that lies in one, or a ``.bitt`` file, of any
    architecture that `engine.models.registry` knows.

    Without `check` the weights are mapped but not compared with the config, for a report on a broken file.
    Raises `FileFormatError` or `ConfigError`, naming the file, for whatever cannot be used.
    """
    path = Path(path)
    if not path.is_dir() and is_gguf(path):
        return load_transformer(path, check)
    if not path.is_dir() and (is_bitt(path) or path.suffix.lower() == ".bitt"):
        return load_bitt(path, check)
    config = (path if path.is_dir() else path.parent) / CONFIG
    if not config.is_file():
        return load_checkpoint(path, check)  # which says what is missing
    data, _ = strict_json.read_object(config)
    weights: AnyWeights = architecture_of(data, str(config)).load("folder")(path, check)
    return weights


def load_weights(path: str | os.PathLike[str], check: bool = True) -> ModelWeights:
    """`open_model` for what only a BitLlama can do. Raises `ConfigError` for other models."""
    weights = open_model(path, check)
    if isinstance(weights, TransformerWeights):
        raise ConfigError(
            "{path} is a transformer of the kind {family}; this needs a BitLlama.",
            path=path,
            family=weights.config.family,
        )
    return weights
