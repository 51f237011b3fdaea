"""Models from files: one way in for every kind, told apart by what is in the file and not by its name."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import ConfigError, FileFormatError
from engine.io import strict_json
from engine.io.bitt import is_bitt, load_bitt
from engine.io.checkpoint import CONFIG, load_checkpoint
from engine.io.gguf import is_gguf
from engine.io.memory_file import is_memory
from engine.io.transformer_weights import ANY_MEMORY, NO_MEMORY, TransformerWeights, attach_memory, load_transformer
from engine.io.validation import WeightsReport
from engine.io.weights import Encoding, ModelWeights, Tensor, fingerprint
from engine.models.registry import architecture_of
from engine.ops.ternary.ternary2 import Ternary2

if TYPE_CHECKING:
    from engine.text.model_text import ModelText

__all__ = [
    "ANY_MEMORY",
    "NO_MEMORY",
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
    "open_text",
]

AnyWeights = ModelWeights | TransformerWeights


def open_model(
    path: str | os.PathLike[str], check: bool = True, memory: str | os.PathLike[str] | None = ANY_MEMORY
) -> AnyWeights:
    """Load a GGUF file, a model folder, a ``.safetensors`` file that lies in one, or a ``.bitt`` file, of any
    architecture that `engine.models.registry` knows.

    Args:
        path: of the model.
        check: compare the weights with the config; without it they are only mapped, for a report on a broken file.
        memory: the memory file of a transformer; ``auto`` takes the one that `engine.io.memory_file.find_memory`
            finds, ``none`` none. A BitLlama needs none.

    Raises `FileFormatError` or `ConfigError`, naming the file, for whatever cannot be used.
    """
    path = Path(path)
    if is_memory(path):
        raise FileFormatError("{path} is a memory and not a model; name its model, and this with --memory.", path=path)
    weights = _open(path, check)
    if isinstance(weights, TransformerWeights):
        return attach_memory(weights, memory)
    if memory is not None and str(memory) not in (ANY_MEMORY, NO_MEMORY):
        raise ConfigError("{path} is a BitLlama, which has its own memory; leave out --memory.", path=path)
    return weights


def _open(path: Path, check: bool) -> AnyWeights:
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


def open_text(weights: AnyWeights) -> ModelText:
    """What a model reads and writes.

    Raises `FileFormatError` for a model without a tokenizer or with that of another one, and what `ModelText.open`
    raises.
    """
    from engine.text.model_text import ModelText, TextConfig  # brings the tokenizers library along

    where = str(weights.path or "This model")
    if weights.tokenizer is None:
        raise FileFormatError(
            "{where} holds no tokenizer, so it cannot read or write text; put tokenizer.json into its "
            "folder, where a "
            ".bitt is first exported to a folder.",
            where=where,
        )
    text = ModelText.open(weights.tokenizer, TextConfig.of(weights.config), f"{where}: the tokenizer")
    larger = text.tokenizer.vocab_size > weights.config.vocab_size
    if larger and not isinstance(weights, TransformerWeights):  # whose tokenizers name tokens that no weights know
        raise FileFormatError(
            "{where}: the tokenizer has {has} tokens but the model knows only {known}; they do not belong together.",
            where=where,
            has=text.tokenizer.vocab_size,
            known=weights.config.vocab_size,
        )
    return text


def load_weights(path: str | os.PathLike[str], check: bool = True) -> ModelWeights:
    """`open_model` for what only a BitLlama can do. Raises `ConfigError` for other models."""
    weights = open_model(path, check, NO_MEMORY)
    if isinstance(weights, TransformerWeights):
        raise ConfigError(
            "{path} is a transformer of the kind {family}; this needs a BitLlama.",
            path=path,
            family=weights.config.family,
        )
    return weights
