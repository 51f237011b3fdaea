"""``.bitt``: a whole model in one file that is mapped, not read.

Layout: the magic ``BITT``, the header length (u64, little endian), the header JSON padded with spaces so that the body
starts on a multiple of 64 bytes, and a safetensors body to the end of the file. The header holds ``config``,
``tokenizer`` (the object of a tokenizer.json, or null), ``fingerprint``, and ``encoding``: ``float``, or ``ternary2``
or ``triples``, where every ternary tensor X is stored as packed codes under its name and its scale as ``X.scale`` (for
a tensor ``a.weight``: ``a.scale``), with its real shape under ``ternary`` in the header. In ``ternary2+bytes``
embedding and head are bytes too, with a scale for each row under such a name; in ``ternary2+bytes+fives`` the head has
five bits a weight. Both may be added to ``triples``, too.
"""

from __future__ import annotations

import json
import os
import re
import struct
from collections import ChainMap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from engine.errors import FileFormatError
from engine.io import strict_json
from engine.io.atomic import writing
from engine.io.packed import (
    EMBED,
    PACKINGS,
    EmbeddingForm,
    LinearForm,
    Packing,
    embedding_form,
    linear_form,
    packed_tensors,
    scale_name,
)
from engine.io.tensors import (
    ALIGNMENT,
    Array,
    Pending,
    TensorFile,
    map_file,
    read_header,
    save_tensors,
)
from engine.io.validation import value_damage
from engine.io.weights import ModelWeights, Tensor, as_float, as_matrix, fingerprint
from engine.models.registry import read_config
from engine.ops.quantized_embedding.int8 import QuantizedEmbedding

MAGIC = b"BITT"
_PIECE = 4 << 20
"""Bytes that are handed to the system together. Where the file system can, Linux keeps a file in pages as large as the
pieces it came in, up to 2 MB, and a map of these is faster in use: no fault and no entry of a table for each 4 KB."""
_F32, _F16 = np.dtype(np.float32), np.dtype(np.float16)


def is_bitt(path: str | os.PathLike[str]) -> bool:
    """Whether a file begins with the magic. Raises `FileFormatError` where there is no such file."""
    strict_json.require_file(Path(path))
    try:
        with open(path, "rb") as file:
            return file.read(len(MAGIC)) == MAGIC
    except OSError as error:
        raise FileFormatError("Could not read {path}: {why}.", path=path, why=error.strerror or error) from error


def load_bitt(path: str | os.PathLike[str], check: bool = True) -> ModelWeights:
    """Map a ``.bitt`` file, float or packed.

    Without `check` the weights are mapped but not compared with the config, for a report on a broken file.
    Raises `FileFormatError` or `ConfigError`, naming the file, for whatever cannot be used.
    """
    path = Path(path)
    buffer = map_file(path)
    if buffer[: len(MAGIC)] != MAGIC:
        raise FileFormatError(
            "{path} is not a .bitt file: it begins with {found!r} where 'BITT' belongs.", path=path, found=buffer[:4]
        )
    header, start = read_header(buffer, path, len(MAGIC), len(buffer), "header")
    config = read_config(header.get("config", {}), f"{path}: the config")
    stored = TensorFile.read(buffer, path, start).tensors
    encoding = header.get("encoding", "float")
    if not (isinstance(encoding, str) and (encoding == "float" or encoding in PACKINGS)):
        raise FileFormatError(
            "{path} has the encoding {encoding!r}; this version reads {known}.",
            path=path,
            encoding=str(encoding)[:40],
            known=", ".join(map(repr, ("float", *PACKINGS))),
        )
    known = header.get("fingerprint")
    if known is not None and not (isinstance(known, str) and re.fullmatch("[0-9a-f]{64}", known)):
        raise FileFormatError("{path}: the fingerprint is not 64 hexadecimal digits; the file is damaged.", path=path)
    packed = encoding != "float"
    tensors: Mapping[str, Tensor] = stored
    if packed:
        tensors = packed_tensors(path, header.get("ternary"), stored, PACKINGS[encoding], config.hidden_dim)
    tokenizer = _tokenizer_text(path, header.get("tokenizer"))
    body = ModelWeights(config, tensors, tokenizer, known, path, "packed" if packed else "float")
    if check:
        body.validate().require(path)
        stored.let_go(sparse=EMBED)  # only the rows of words that come are ever needed
    return body


def save_bitt(
    path: str | os.PathLike[str],
    body: ModelWeights,
    packed: bool,
    half: bool = False,
    embedding: EmbeddingForm | None = None,
    linears: LinearForm | None = None,
) -> None:
    """Write a model as one ``.bitt`` file, with ternary weights packed or in float.

    `half` stores float tensors as float16, `embedding` is the form of embedding and head of a packed model: the values
    change a little, so the file is another model with a fingerprint of its own. `linears` is how the ternary matrices
    are packed, which changes nothing. Without them, a packed model keeps the form that it has; one in float becomes
    ternary2. Raises `FileFormatError` for a model that is not sound or a place that cannot be
    written.
    """
    body.validate().require("The model to be saved")
    specs = body.config.tensor_specs()
    packing = Packing()
    if packed:
        packing = Packing(linears or linear_form(body.tensors), embedding or embedding_form(body.tensors))
    ternary = {
        name: as_matrix(body.tensors[name], packing.matrix(name))
        for name, spec in specs.items()
        if spec.ternary and packed
    }
    tables: dict[str, QuantizedEmbedding] = {}
    for name, form in packing.tables.items():
        tensor = body.tensors[name]
        tables[name] = tensor if isinstance(tensor, form) else form.from_float(as_float(tensor))
    tensors: Mapping[str, Tensor] = ChainMap[str, Tensor](ternary, tables, body.tensors)  # type: ignore[arg-type]
    if not packed:
        tensors = _InFloat(tensors)
    if half:
        tensors = _Halved(tensors)
    header: dict[str, Any] = {
        "config": body.config.to_dict(),
        "encoding": next(name for name, known in PACKINGS.items() if known == packing) if packed else "float",
        "fingerprint": fingerprint(body.config, tensors),
        "tokenizer": None if body.tokenizer is None else strict_json.parse_object(body.tokenizer, "the tokenizer"),
    }
    if packed:
        header["ternary"] = {name: list(tensor.shape) for name, tensor in ternary.items()}
    stored: dict[str, Array | Pending] = {}
    for name, spec in specs.items():
        if name in ternary:
            stored[name] = ternary[name].codes
            stored[scale_name(name)] = np.array([ternary[name].scale], np.float32)
        elif name in tables:
            stored[name] = tables[name].stored
            stored[scale_name(name)] = tables[name].scales
        else:
            stored[name] = _pending(tensors, name, spec.shape, _F16 if half else _F32)
    text = strict_json.to_bytes(header, f"The header of {path}")
    text += b" " * (-(len(MAGIC) + 8 + len(text)) % ALIGNMENT)
    with writing(path, _PIECE) as file:
        file.write(MAGIC + struct.pack("<Q", len(text)) + text)
        save_tensors(file, stored)


class _Seen(Mapping[str, Tensor]):
    """Tensors as they will be read back."""

    def __init__(self, tensors: Mapping[str, Tensor]) -> None:
        self._tensors = tensors

    def __iter__(self) -> Iterator[str]:
        return iter(self._tensors)

    def __len__(self) -> int:
        return len(self._tensors)


class _InFloat(_Seen):
    """Packed tensors stored in float."""

    def __getitem__(self, name: str) -> Tensor:
        return as_float(self._tensors[name])


class _Halved(_Seen):
    """Float tensors stored as float16."""

    def __getitem__(self, name: str) -> Tensor:
        tensor = self._tensors[name]
        if not isinstance(tensor, np.ndarray):
            return tensor
        with np.errstate(over="ignore", under="ignore"):
            rounded = tensor.astype(_F16).astype(_F32)
        if value_damage(rounded):
            raise FileFormatError(
                "{name} holds values too large for float16; save it without half precision.", name=name
            )
        return rounded


def _pending(tensors: Mapping[str, Tensor], name: str, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Pending:
    return Pending(dtype, shape, lambda: as_float(tensors[name]).astype(dtype, copy=False))


def _tokenizer_text(path: Path, tokenizer: Any) -> str | None:
    """The tokenizer of a header as the text of a tokenizer.json; other writers may have stored it as text."""
    if tokenizer is None or isinstance(tokenizer, str):
        return tokenizer
    if isinstance(tokenizer, dict):
        return json.dumps(tokenizer, ensure_ascii=False)
    raise FileFormatError("{path}: the tokenizer in the header is not a JSON object; the file is damaged.", path=path)
