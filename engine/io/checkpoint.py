"""The checkpoint folder: ``model.safetensors``, ``config.json`` and ``tokenizer.json``."""

from __future__ import annotations

import contextlib
import functools
import os
from pathlib import Path

import numpy as np

from engine.errors import FileFormatError
from engine.io import strict_json
from engine.io.atomic import make_folder, writing
from engine.io.soul import looks_like_soul
from engine.io.tensors import Array, Pending, TensorFile, save_tensors
from engine.io.weights import ModelWeights, as_float
from engine.models.registry import read_config

WEIGHTS = "model.safetensors"
CONFIG = "config.json"
TOKENIZER = "tokenizer.json"
FILES = (WEIGHTS, CONFIG, TOKENIZER)


def load_checkpoint(path: str | os.PathLike[str], check: bool = True) -> ModelWeights:
    """Read a checkpoint folder, or a ``.safetensors`` file that lies in one, memory-mapped.

    Without `check` the weights are mapped but not compared with the config, for a report on a broken file.
    Raises `FileFormatError` or `ConfigError`, naming the file, for whatever cannot be used.
    """
    weights = _weights_file(Path(path))
    tensors = TensorFile.open(weights).tensors
    if looks_like_soul(tensors):
        raise FileFormatError(
            "{path} is a soul, not a model; load the model first and then this soul into it.", path=weights
        )
    folder = weights.parent
    if not (folder / CONFIG).exists():
        raise FileFormatError(
            "There is no {file} beside {weights}; a checkpoint needs it to know its sizes.",
            file=CONFIG,
            weights=weights,
        )
    data, _ = strict_json.read_object(folder / CONFIG)
    config = read_config(data, str(folder / CONFIG))
    tokenizer = strict_json.read_text(folder / TOKENIZER) if (folder / TOKENIZER).exists() else None
    body = ModelWeights(config, tensors, tokenizer, path=weights)
    if check:
        body.validate().require(weights)
    return body


def save_checkpoint(folder: str | os.PathLike[str], body: ModelWeights) -> None:
    """Write a model as a checkpoint folder, made where it is missing; packed weights become floats of equal meaning.

    All files are written in full before the first takes its name. Raises `FileFormatError` for a model that is not
    sound or a folder that cannot be written; then the former files are untouched.
    """
    body.validate().require("The model to be saved")
    place = make_folder(folder)
    tensors = {
        name: Pending(np.dtype(np.float32), spec.shape, functools.partial(_values, body, name))
        for name, spec in body.config.tensor_specs().items()
    }
    texts = {CONFIG: body.config.to_json(), TOKENIZER: body.tokenizer}
    strict_json.to_bytes(body.config.to_dict(), "The config to be saved")
    with contextlib.ExitStack() as stack:
        for name, text in texts.items():
            if text is not None:
                file = stack.enter_context(writing(place / name))
                file.write(text.encode("utf-8"))
                file.flush()
        save_tensors(stack.enter_context(writing(place / WEIGHTS)), tensors, {"format": "pt"})
    if body.tokenizer is None:  # a former model's tokenizer must not pass for this one's
        with contextlib.suppress(OSError):
            (place / TOKENIZER).unlink()


def _values(body: ModelWeights, name: str) -> Array:
    return as_float(body.tensors[name])


def _weights_file(path: Path) -> Path:
    if not path.is_dir():
        return path
    weights = path / WEIGHTS
    if weights.exists():
        return weights
    others = sorted(path.glob("*.safetensors"))
    if len(others) == 1:
        return others[0]
    if others:
        raise FileFormatError(
            "{path} holds {count} .safetensors files and no {file}; name the one to load.",
            path=path,
            count=len(others),
            file=WEIGHTS,
        )
    raise FileFormatError("{path} is not a checkpoint folder: it holds no {file}.", path=path, file=WEIGHTS)
