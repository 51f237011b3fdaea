"""``NAME.reader.safetensors``: the adapter with which a transformer writes down what it was told.

A safetensors file of the tensors that `engine.layers.low_rank.LowRankAdapter.named_tensors` names, in float16 or
float32. Metadata: ``format`` ``bitllama-reader``, ``version`` ``1``, ``first`` the first block that is adapted,
``rank`` its rank, ``backbone`` as in a memory file. It is found where a memory file is.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import FileFormatError
from engine.io.memory_file import find_beside
from engine.io.tensors import TensorFile, save_tensors
from engine.io.validation import value_damage
from engine.models.transformer_config import TransformerConfig

FORMAT, VERSION = "bitllama-reader", "1"
SUFFIX = ".reader.safetensors"
"""How the names of reader files end."""


@dataclass(frozen=True, eq=False)
class ReaderWeights:
    """A reader without a runtime."""

    first: int
    """The first block that is adapted."""
    rank: int
    tensors: Mapping[str, NDArray[np.float32]]
    backbone: str
    """`engine.io.memory_file.backbone_identity` of the transformers that it belongs to."""


def save_reader(path: str | os.PathLike[str], reader: ReaderWeights) -> None:
    """Write a reader file in float16, whole or not at all. Raises `FileFormatError` for a place that cannot be
    written."""
    held = {
        "format": FORMAT, "version": VERSION, "first": str(reader.first), "rank": str(reader.rank),
        "backbone": reader.backbone,
    }  # fmt: skip
    save_tensors(path, {name: np.asarray(t).astype(np.float16) for name, t in reader.tensors.items()}, held)


def load_reader(path: str | os.PathLike[str]) -> ReaderWeights:
    """Read a reader file. Raises `FileFormatError`, naming the file, for whatever cannot be used."""
    file = TensorFile.open(Path(path))
    held: Mapping[str, Any] = file.metadata
    if held.get("format") != FORMAT or held.get("version") != VERSION:
        raise FileFormatError(
            "{path} is no reader file that this program reads; take another copy, or update the program.", path=path
        )
    first, rank = held.get("first", ""), held.get("rank", "")
    if not first.isdecimal() or not rank.isdecimal():
        raise FileFormatError("{path}: 'first' and 'rank' must be whole numbers; take another copy.", path=path)
    tensors = {name: np.asarray(file.tensors[name]).astype(np.float32) for name in file.tensors}
    for name, tensor in tensors.items():
        if damage := value_damage(tensor):
            raise FileFormatError(
                "{where}: the values of {name} {damage}; take another copy.", where=path, name=name, damage=damage
            )
    return ReaderWeights(int(first), int(rank), tensors, held.get("backbone", ""))


def find_reader(model: Path, config: TransformerConfig, tokenizer: str | None) -> Path | None:
    """The reader file of a transformer, None where there is none; looked for as `find_memory` does."""
    return find_beside(model, config, tokenizer, SUFFIX)
