"""What a transformer's file is, from its headers alone: quick however large it is, for a list of many."""

from __future__ import annotations

import os
from pathlib import Path

from engine.errors import BitLlamaError, ConfigError, Message
from engine.io import strict_json
from engine.io.checkpoint import CONFIG
from engine.io.file_info import FileInfo
from engine.io.gguf import GGUFFile, is_gguf
from engine.io.gguf_model import GGUFTensors, open_gguf, read_tokenizer, unknown_tensors
from engine.io.huggingface import HuggingFaceTensors
from engine.io.identity import weight_files
from engine.io.inspect import transformer_info
from engine.io.memory_file import memory_of_that_size
from engine.io.transformer_weights import ANY_MEMORY, TransformerWeights, attach_memory, load_transformer
from engine.models.registry import DEFAULT

_SPLIT = "split.count"
"""Of GGUF metadata: how many files a model was cut into."""


def inspect_header(path: str | os.PathLike[str]) -> FileInfo | None:
    """The card of a GGUF file, or of a Hugging Face folder or a file in one; None for what is neither.

    No weight is read, so values that are not finite stay unnoticed. A file that cannot run gets a card that says why.
    """
    path = Path(path)
    gguf = path.is_file() and (is_gguf(path) or path.suffix.lower() == ".gguf")
    if not gguf and not _is_transformer(path if path.is_dir() else path.parent):
        return None
    size = size_of_weights(path)
    try:
        weights, problems = _peek_gguf(path) if gguf else _peek_folder(path)
        facts = None if problems else transformer_info(attach_memory(weights, ANY_MEMORY))
    except BitLlamaError as error:
        return FileInfo("body", path, "GGUF" if gguf else "Hugging Face", size, problems=[error.message])
    kinds = ", ".join(sorted({kind for kind, _ in weights.kinds.values()}))
    return FileInfo("body", path, f"{weights.format}, {kinds}", size, facts, problems)


def size_of_weights(path: Path) -> int:
    """Bytes of a model's file, or of all weights in its folder; 0 for what is not there."""
    total = 0
    for file in weight_files(path):
        try:
            total += file.stat().st_size
        except OSError:
            continue
    return total


def _is_transformer(folder: Path) -> bool:
    """Whether a folder's config is that of another model than a BitLlama."""
    try:
        data, _ = strict_json.read_object(folder / CONFIG)
    except BitLlamaError:
        return False
    return data.get("model_type", DEFAULT) != DEFAULT


def _peek_gguf(path: Path) -> tuple[TransformerWeights, list[str]]:
    """A GGUF file, with its tokenizer only where a memory may belong to it: making it is what takes long."""
    parts = GGUFFile(path).metadata.get(_SPLIT, 0)
    if type(parts) is int and parts > 1:
        raise ConfigError(
            "{path} is one of {parts} parts of a model; join them with llama-gguf-split --merge.",
            path=path,
            parts=parts,
        )
    file, config, tensors = open_gguf(path)
    kinds = {name: (tensors.info(name).kind, tensors.info(name).nbytes) for name in tensors}
    tokenizer = read_tokenizer(file) if memory_of_that_size(path, config) else None
    kind = file.metadata.get("tokenizer.ggml.model")
    weights = TransformerWeights(config, tensors, kinds, tokenizer, path, "GGUF", kind)
    return weights, _problems(weights, unknown_tensors(file, config))


def _peek_folder(path: Path) -> tuple[TransformerWeights, list[str]]:
    weights = load_transformer(path, check=False)
    tensors = weights.tensors
    return weights, _problems(weights, tensors.unknown() if isinstance(tensors, HuggingFaceTensors) else [])


def _problems(weights: TransformerWeights, unknown: list[str]) -> list[str]:
    """What keeps it from running, by the names of its tensors."""
    if unknown:
        return [
            Message(
                "{path} cannot run: it has parts that are not known here, for example {name!r}.",
                path=weights.path,
                name=unknown[0][:80],
            )
        ]
    missing = [name for name in weights.config.tensor_specs() if name not in weights.tensors]
    if missing:
        return [
            Message(
                "{path} cannot be used: it lacks {count} tensors, for example {name}. Take another copy.",
                path=weights.path,
                count=len(missing),
                name=missing[0],
            )
        ]
    if isinstance(weights.tensors, GGUFTensors) and not weights.tensors.file.metadata.count("tokenizer.ggml.tokens"):
        return [Message("{path} holds no tokenizer, so it cannot read or write text.", path=weights.path)]
    return []
