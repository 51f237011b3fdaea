"""`TransformerWeights`: a transformer without a runtime, from a GGUF file or a Hugging Face folder, where it lies."""

from __future__ import annotations

import dataclasses
import functools
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import ConfigError, FileFormatError
from engine.io.gguf import is_gguf
from engine.io.gguf_model import open_gguf, read_tokenizer, unknown_tensors
from engine.io.huggingface import open_folder
from engine.io.identity import file_identity
from engine.io.memory_file import MemoryWeights, find_memory, load_memory, require_backbone
from engine.io.validation import tokenizer_entries
from engine.models.config import FastWeightsConfig
from engine.models.transformer_config import TransformerConfig
from engine.ops.blocks.matrix import BlockMatrix
from engine.ops.ternary.matrix import TernaryMatrix

Tensor = NDArray[Any] | BlockMatrix | TernaryMatrix

ANY_MEMORY, NO_MEMORY = "auto", "none"
"""What may be said in place of a memory file: the one that lies beside the model, if one does; and none."""

_SHOWN = 3  # names listed before "and n more"


@dataclass(frozen=True, eq=False)
class TransformerWeights:
    """Config, weights and tokenizer of a transformer.

    Attributes:
        config: sizes and constants.
        tensors: by the names of `TransformerConfig.tensor_specs`: float32 arrays, `BlockMatrix` where the file has
            blocks, `TernaryMatrix` where it has packed ternary weights; read-only views of the file where that is
            possible. Each is made when it is asked for.
        kinds: how the file stores each of them, by the names of its own format, and in how many bytes.
        tokenizer: the text of a ``tokenizer.json``; None where there is none.
        tokenizer_kind: how the file calls it.
        memory: that stands beside it; None for a transformer alone.
        path: of the file or folder.
        format: ``GGUF`` or ``Hugging Face``.
    """

    config: TransformerConfig
    tensors: Mapping[str, Tensor]
    kinds: Mapping[str, tuple[str, int]]
    tokenizer: str | None
    path: Path
    format: str
    tokenizer_kind: str | None = None
    memory: MemoryWeights | None = None

    @functools.cached_property
    def fingerprint(self) -> str:
        """What tells this model from others: the identity of its files, with that of its memory. No weight of the
        transformer is decoded for it."""
        files = file_identity(self.path)
        if self.memory is None:
            return files
        import hashlib

        return hashlib.sha256(f"{files} {self.memory.fingerprint}".encode()).hexdigest()

    @property
    def stored_fingerprint(self) -> str:
        """As that of `ModelWeights`: known at once."""
        return self.fingerprint

    @property
    def file_identity(self) -> str:
        """As that of `ModelWeights`."""
        return self.fingerprint

    @property
    def fast_config(self) -> FastWeightsConfig | None:
        """The fast weights of a soul of it, None where it has no memory."""
        return None if self.memory is None else self.memory.config

    def with_memory(self, memory: MemoryWeights | None) -> TransformerWeights:
        """The same transformer with this memory beside it. Raises `FileFormatError` for the memory of another one."""
        if memory is not None:
            require_backbone(memory, self.path, self.config, self.tokenizer)
        return dataclasses.replace(self, memory=memory)

    def problems(self) -> list[str]:
        """What keeps the weights from being used: tensors that are missing or of another size than the config means,
        as sentences without their full stop. No weight is read."""
        specs = self.config.tensor_specs()
        found: dict[str, list[str]] = {"missing": [name for name in specs if name not in self.tensors]}
        found["of the wrong size"] = [
            f"{name} is {_size(self.tensors[name].shape)} where the config means {_size(spec.shape)}"
            for name, spec in specs.items()
            if name in self.tensors and tuple(self.tensors[name].shape) != spec.shape
        ]
        out = []
        for words, names in found.items():
            if names:
                more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
                noun = "tensor is" if len(names) == 1 else "tensors are"
                out.append(f"{len(names)} {noun} {words}: {'; '.join(names[:_SHOWN])}{more}")
        return out

    def damage(self) -> list[str]:
        """Tensors whose values are not finite, each with that as a sentence without its full stop; reads everything."""
        out = []
        for name, tensor in self.tensors.items():
            if isinstance(tensor, np.ndarray):
                why = None if np.isfinite(tensor).all() else "hold NaN or infinite values"
            else:
                why = tensor.damage()
            if why:
                out.append(f"{name}: its weights {why}")
        return out


def load_transformer(path: str | os.PathLike[str], check: bool = True) -> TransformerWeights:
    """Open a GGUF file or a Hugging Face folder.

    Names and sizes of all tensors are compared with the config, unless not to `check`; their values are not read.
    Raises `FileFormatError` or `ConfigError`, naming the file, for whatever cannot be used.
    """
    path = Path(path)
    weights, unknown = _from_gguf(path) if path.is_file() and is_gguf(path) else _from_folder(path)
    if not check:
        return weights
    if unknown:
        raise ConfigError(
            "{path} cannot run: it has parts that are not known here, for example {name!r}.",
            path=path,
            name=unknown[0][:80],
        )
    problems = weights.problems()
    if problems:
        raise FileFormatError(
            "{path} cannot be used: {problems}. Take another copy.", path=path, problems="; ".join(problems)
        )
    return weights


def attach_memory(weights: TransformerWeights, memory: str | os.PathLike[str] | None) -> TransformerWeights:
    """A transformer with the memory of a file beside it: of the one that `find_memory` finds for ``auto``, none for
    ``none``. Raises `FileFormatError` or `ConfigError` for a file that cannot be used or belongs to another model."""
    if memory is None or str(memory) == NO_MEMORY:
        return weights
    path = find_memory(weights.path, weights.config, weights.tokenizer) if memory == ANY_MEMORY else Path(memory)
    return weights if path is None else weights.with_memory(load_memory(path))


def _from_gguf(path: Path) -> tuple[TransformerWeights, list[str]]:
    file, config, tensors = open_gguf(path)
    kinds = {name: (tensors.info(name).kind, tensors.info(name).nbytes) for name in tensors}
    kind = file.metadata.get("tokenizer.ggml.model")
    weights = TransformerWeights(config, tensors, kinds, read_tokenizer(file), path, "GGUF", kind)
    return weights, unknown_tensors(file, config)


def _from_folder(path: Path) -> tuple[TransformerWeights, list[str]]:
    folder = path if path.is_dir() else path.parent
    config, tensors, tokenizer = open_folder(folder)
    kinds = {name: (info.dtype, info.nbytes) for name, info in tensors.infos.items()}
    kind = tokenizer and tokenizer_entries(tokenizer)[0]
    return TransformerWeights(config, tensors, kinds, tokenizer, folder, "Hugging Face", kind), tensors.unknown()


def _size(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape)) or "a single number"
