"""``NAME.memory.safetensors``: the memory of a transformer, made by training, and where it is found.

A safetensors file of the tensors that `MemoryConfig.tensor_specs` names, in float16 or float32. Metadata: ``format``
``bitllama-memory``, ``version`` ``1``, ``config`` the JSON of the `MemoryConfig`, ``backbone`` the `backbone_identity`
of the transformers that it belongs to: a memory that was trained beside one quantisation of a model serves the others.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from engine.errors import BitLlamaError, FileFormatError
from engine.io import strict_json
from engine.io.tensors import TensorFile, read_metadata, save_tensors
from engine.io.validation import value_damage
from engine.models.memory_config import MemoryConfig
from engine.models.transformer_config import TransformerConfig
from engine.resources import resource_path

FORMAT, VERSION = "bitllama-memory", "1"
SUFFIX = ".memory.safetensors"
"""How the names of memory files end."""

_FOLDER = "memories"
_DIGITS = 16


@dataclass(frozen=True, eq=False)
class MemoryWeights:
    """A memory without a runtime.

    Attributes:
        config: its shape.
        tensors: float32, by the names of `MemoryConfig.tensor_specs`.
        backbone: `backbone_identity` of the transformers that it belongs to.
        path: of the file; None where it is of none.
    """

    config: MemoryConfig
    tensors: Mapping[str, NDArray[np.float32]]
    backbone: str
    path: Path | None = None

    @functools.cached_property
    def fingerprint(self) -> str:
        """SHA-256, in hex, of the config and all values as float32: of what it computes."""
        import hashlib  # loads OpenSSL

        digest = hashlib.sha256(json.dumps(self.config.to_dict(), sort_keys=True).encode())
        for name in self.config.tensor_specs():
            digest.update(np.ascontiguousarray(self.tensors[name], dtype="<f4").data)
        return digest.hexdigest()

    @property
    def num_parameters(self) -> int:
        """Slow weights."""
        return sum(tensor.size for tensor in self.tensors.values())


def backbone_identity(config: TransformerConfig, tokenizer: str) -> str:
    """What all quantisations of one transformer have in common, whatever file they are in: the family, the sizes, and
    a digest of the tokens by their ids.

    Args:
        config: of the transformer.
        tokenizer: the text of its ``tokenizer.json``.

    Raises `FileFormatError` for a tokenizer that cannot be read.
    """
    return f"{_sizes(config)}-{_vocabulary_digest(tokenizer, config.vocab_size)}"


def save_memory(
    path: str | os.PathLike[str],
    config: MemoryConfig,
    tensors: Mapping[str, NDArray[Any]],
    backbone: str,
    dtype: Literal["float16", "float32"] = "float16",
) -> None:
    """Write a memory file, whole or not at all.

    Raises `FileFormatError` for tensors that are not those of `config` or not finite in `dtype`, and for a place that
    cannot be written.
    """
    with np.errstate(over="ignore"):
        values = {name: np.asarray(tensor).astype(dtype) for name, tensor in tensors.items()}
    _check_tensors("The memory to be saved", config, values)
    held = {
        "format": FORMAT,
        "version": VERSION,
        "config": json.dumps(config.to_dict()),
        "backbone": backbone,
    }
    save_tensors(path, values, held)


def load_memory(path: str | os.PathLike[str]) -> MemoryWeights:
    """Read a memory file. Raises `FileFormatError` or `ConfigError`, naming the file, for whatever cannot be used."""
    path = Path(path)
    file = TensorFile.open(path)
    config, backbone = _parsed(file.metadata, path)
    tensors = {name: np.asarray(file.tensors[name]) for name in file.tensors}
    _check_tensors(str(path), config, tensors)
    return MemoryWeights(config, tensors, backbone, path)


def is_memory(path: Path) -> bool:
    """Whether a file is, or is called like, a memory file."""
    return path.name.lower().endswith(SUFFIX) and not path.is_dir()


def find_memory(model: Path, config: TransformerConfig, tokenizer: str | None) -> Path | None:
    """The memory file of a transformer, None where there is none.

    That is ``MODEL.memory.safetensors`` beside it whatever is in that; else one of its folder whose backbone it is,
    the first by name; else one that comes with the program.
    """
    return find_beside(model, config, tokenizer, SUFFIX)


def beside(model: Path, suffix: str = SUFFIX) -> Path:
    """``MODEL.memory.safetensors``, or with another ending, beside a model's file or folder."""
    return model.with_name((model.name if model.is_dir() else model.stem) + suffix)


def find_beside(model: Path, config: TransformerConfig, tokenizer: str | None, suffix: str) -> Path | None:
    """`find_memory` for files whose names end in `suffix` and whose metadata names a backbone."""
    named = beside(model, suffix)
    if named.is_file():
        return named
    if tokenizer is None:
        return None
    folder, identity, sizes = model if model.is_dir() else model.parent, "", _sizes(config)
    for path in _candidates(folder, suffix):
        backbone = ""
        with contextlib.suppress(BitLlamaError):  # what is wrong with the file of another model is no matter here
            backbone = read_metadata(path)[0].get("backbone", "")
        if backbone.rpartition("-")[0] == sizes:
            with contextlib.suppress(BitLlamaError):
                identity = identity or backbone_identity(config, tokenizer)
            if backbone == identity:
                return path
    return None


def memory_of_that_size(model: Path, config: TransformerConfig) -> bool:
    """Whether `find_memory` may find one, by the sizes alone: without the tokenizer, which takes long to make."""
    if beside(model, SUFFIX).is_file():
        return True
    for path in _candidates(model if model.is_dir() else model.parent, SUFFIX):
        with contextlib.suppress(BitLlamaError):
            if read_metadata(path)[0].get("backbone", "").rpartition("-")[0] == _sizes(config):
                return True
    return False


def require_backbone(memory: MemoryWeights, model: Path, config: TransformerConfig, tokenizer: str | None) -> None:
    """Raise `FileFormatError` unless the memory belongs to this transformer."""
    identity = "" if tokenizer is None else backbone_identity(config, tokenizer)
    if memory.backbone != identity or memory.config.hidden_dim != config.hidden_dim:
        raise FileFormatError(
            "{path} is the memory of another model ({its}) than {model} ({this}); move it elsewhere, or say with "
            "--memory which to take, or none.",
            path=memory.path or FORMAT,
            its=memory.backbone[:80],
            model=model,
            this=identity or "?",
        )
    if memory.config.depths[-1] >= config.num_layers:
        raise FileFormatError(
            "{path} is for a model with a block {depth}, and {model} has {count} blocks; take another copy.",
            path=memory.path or FORMAT,
            depth=memory.config.depths[-1],
            model=model,
            count=config.num_layers,
        )


def _sizes(config: TransformerConfig) -> str:
    family = "llama" if config.family == "mistral" else config.family  # which is what GGUF files call it
    return f"{family}-{config.hidden_dim}-{config.num_layers}-{config.vocab_size}"


def _candidates(folder: Path, suffix: str) -> Iterator[Path]:
    """Files of a folder, then those that come with the program."""
    yield from sorted(folder.glob(f"*{suffix}"))
    with contextlib.suppress(FileFormatError):
        yield from sorted(resource_path(_FOLDER).glob(f"*{suffix}"))


@functools.lru_cache(maxsize=2)  # it is asked for when a memory is looked for, and when it is attached
def _vocabulary_digest(tokenizer: str, size: int) -> str:
    """Of the tokens with numbers below `size`."""
    import hashlib

    lines = "\n".join(f"{number} {token}" for number, token in _tokens(tokenizer) if number < size)
    return hashlib.sha256(lines.encode("utf-8", errors="replace")).hexdigest()[:_DIGITS]


def _tokens(tokenizer: str) -> list[tuple[int, str]]:
    """Number and text of every token, by number."""
    try:
        data = json.loads(tokenizer)  # large, and read strictly by whoever reads text with it
    except (ValueError, RecursionError) as error:
        raise FileFormatError("{where} is not JSON: {error}.", where="tokenizer.json", error=error) from error
    data = data if isinstance(data, dict) else {}
    model, added = data.get("model"), data.get("added_tokens")
    vocab = model.get("vocab") if isinstance(model, dict) else None
    found: dict[int, str] = {}
    if isinstance(vocab, dict):
        found |= {number: token for token, number in vocab.items() if type(number) is int}
    elif isinstance(vocab, list):  # unigram: a token's number is its place
        found |= {number: str(entry[0]) for number, entry in enumerate(vocab) if isinstance(entry, list) and entry}
    for token in added if isinstance(added, list) else []:
        if isinstance(token, dict) and type(token.get("id")) is int:
            found[token["id"]] = str(token.get("content", ""))
    return sorted(found.items())


def _parsed(metadata: Mapping[str, str], path: Path) -> tuple[MemoryConfig, str]:
    """Config and backbone. Raises `FileFormatError` or `ConfigError`."""
    if metadata.get("format") != FORMAT:
        raise FileFormatError(
            "{path} is no memory file: its metadata does not say {format!r}.", path=path, format=FORMAT
        )
    if metadata.get("version") != VERSION:
        raise FileFormatError(
            "{path} is a memory file of version {version!r}; this program reads {known}. Update it.",
            path=path,
            version=metadata.get("version", "")[:40],
            known=VERSION,
        )
    where = f"{path}: the metadata 'config'"
    config = MemoryConfig.from_dict(strict_json.parse_object(metadata.get("config", ""), where), where)
    return config, metadata.get("backbone", "")


def _check_tensors(where: str, config: MemoryConfig, tensors: Mapping[str, NDArray[Any]]) -> None:
    specs = config.tensor_specs()
    for name in [*specs, *tensors]:
        if name not in tensors:
            raise FileFormatError("{where} lacks the tensor {name}; take another copy.", where=where, name=name)
        if name not in specs:
            raise FileFormatError(
                "{where} holds the tensor {name!r}, which its config gives no use for.", where=where, name=name[:80]
            )
        if tensors[name].shape != specs[name].shape or not np.issubdtype(tensors[name].dtype, np.floating):
            raise FileFormatError(
                "{where}: the tensor {name} is {dtype} {has} where its config means {needs}; take another copy.",
                where=where,
                name=name,
                dtype=tensors[name].dtype,
                has=" x ".join(map(str, tensors[name].shape)),
                needs=" x ".join(map(str, specs[name].shape)),
            )
        if damage := value_damage(tensors[name]):
            raise FileFormatError(
                "{where}: the values of {name} {damage}; take another copy.", where=where, name=name, damage=damage
            )
