"""The tensors of a packed ``.bitt``: ternary matrices, and embedding and head in one of their forms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from engine.errors import FileFormatError
from engine.io.tensors import MappedTensors
from engine.io.weights import Tensor
from engine.ops.quantized_embedding.int5 import Int5Embedding
from engine.ops.quantized_embedding.int8 import Int8Embedding
from engine.ops.ternary.matrix import TernaryMatrix
from engine.ops.ternary.ternary2 import Ternary2
from engine.ops.ternary.ternary5in3 import Ternary5in3

EMBED, HEAD = "embed.weight", "lm_head.weight"
"""The tensors with a row for each token of the vocabulary."""
LinearForm = Literal["ternary2", "ternary5in3"]
"""How a packed model holds its ternary matrices: two bits a weight; or, of those that read the residual stream, five
bits for three weights."""
_WRITERS = ("ttt.up.weight", "mlp.down_proj.weight")
"""Matrices that write to the residual stream. Each has an input of its own and few rows, so that the
tables of ternary5in3 would cost what it saves."""
EmbeddingForm = Literal["int8", "int5"]
"""How a packed model may hold embedding and head, where not in float: both in eight bits, or the head in five."""
EMBEDDING_FORMS: dict[EmbeddingForm, dict[str, type[Int8Embedding] | type[Int5Embedding]]] = {
    "int8": {EMBED: Int8Embedding, HEAD: Int8Embedding},
    "int5": {EMBED: Int8Embedding, HEAD: Int5Embedding},
}


@dataclass(frozen=True)
class Packing:
    """How a packed model is held."""

    linears: LinearForm = "ternary2"
    embedding: EmbeddingForm | None = None
    """Embedding and head; None for float."""

    def matrix(self, name: str) -> type[TernaryMatrix]:
        """Of the ternary matrix of that name."""
        return Ternary5in3 if self.linears == "ternary5in3" and not name.endswith(_WRITERS) else Ternary2

    @property
    def tables(self) -> dict[str, type[Int8Embedding] | type[Int5Embedding]]:
        """Of embedding and head, where they are not float."""
        return EMBEDDING_FORMS[self.embedding] if self.embedding else {}

    @classmethod
    def of(cls, tensors: Mapping[str, Tensor]) -> Packing:
        """How these tensors are held."""
        return cls(linear_form(tensors), embedding_form(tensors))


def linear_form(tensors: Mapping[str, Tensor]) -> LinearForm:
    """How these tensors hold ternary matrices. In float, or otherwise than any packing means, they become
    ternary2."""
    held = {name: type(tensor) for name, tensor in tensors.items() if isinstance(tensor, TernaryMatrix)}
    ternary5in3 = bool(held) and all(form is Packing("ternary5in3").matrix(name) for name, form in held.items())
    return "ternary5in3" if ternary5in3 else "ternary2"


def embedding_form(tensors: Mapping[str, Tensor]) -> EmbeddingForm | None:
    """How these tensors hold embedding and head; None for float."""
    held = {name: type(tensors.get(name)) for name in (EMBED, HEAD)}
    return next((form for form, tables in EMBEDDING_FORMS.items() if tables == held), None)


_LINEARS: dict[LinearForm, str] = {"ternary2": "ternary2", "ternary5in3": "triples"}
_EMBEDDINGS: dict[EmbeddingForm | None, str] = {None: "", "int8": "+bytes", "int5": "+bytes+fives"}
PACKINGS = {
    linears + embedding: Packing(linear_name, embedding_name)
    for linear_name, linears in _LINEARS.items()
    for embedding_name, embedding in _EMBEDDINGS.items()
}
"""What the ``encoding`` of a ``.bitt`` means: the names in files are for ever."""


class PackedTensors(Mapping[str, Tensor]):
    """The tensors of a packed model by their names in a checkpoint: `TernaryMatrix`, `QuantizedEmbedding`,
    or float32 arrays."""

    def __init__(
        self, stored: MappedTensors, ternary: Mapping[str, tuple[int, int]], packing: Packing, width: int
    ) -> None:
        self._stored = stored
        self._ternary = ternary
        self._packing = packing
        self._tables = packing.tables
        self._width = width
        self.infos = stored.infos
        scales = {scale_name(name) for name in (*ternary, *self._tables)}
        self._names = dict.fromkeys(name for name in stored if name not in scales)

    def __getitem__(self, name: str) -> Tensor:
        if form := self._tables.get(name):
            stored, scales = self._stored[name], self._stored[scale_name(name)]
            return form(stored, scales, self._width)
        if name not in self._ternary:
            return self._stored[name]
        scale = float(self._stored[scale_name(name)][0])
        return self._packing.matrix(name)(self._stored[name], scale, self._ternary[name])

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def scale_name(name: str) -> str:
    """Where the scale of a packed tensor is stored: ``a.scale`` for ``a.weight``."""
    return name.removesuffix(".weight") + ".scale"


def packed_tensors(path: Path, ternary: Any, stored: MappedTensors, packing: Packing, width: int) -> PackedTensors:
    """The view of a packed model, its table of shapes and its embeddings compared with what is stored."""
    if not isinstance(ternary, dict):
        raise FileFormatError(
            "{path}: the header lacks the table 'ternary' of packed shapes; the file is damaged.", path=path
        )
    shapes: dict[str, tuple[int, int]] = {}
    for name, shape in ternary.items():
        where = f"{path}: the packed tensor {name[:80]!r}"
        if not (isinstance(shape, list) and len(shape) == 2 and all(type(n) is int and n > 0 for n in shape)):
            raise FileFormatError(
                "{where} has the shape {shape}, not two sizes; the file is damaged.", where=where, shape=str(shape)[:60]
            )
        codes, scale = stored.infos.get(name), stored.infos.get(scale_name(name))
        if codes is None or scale is None or scale_name(name) == name:
            raise FileFormatError("{where} or its scale is missing; the file is damaged.", where=where)
        packed_shape = packing.matrix(name).stored_shape(*shape)
        if codes.dtype != "U8" or codes.shape != packed_shape:
            raise FileFormatError(
                "{where} of {rows} x {columns} is stored as {dtype} {shape} where U8 {needed} is needed; "
                "the file is damaged.",
                where=where,
                rows=shape[0],
                columns=shape[1],
                dtype=codes.dtype,
                shape=list(codes.shape),
                needed=list(packed_shape),
            )
        if scale.dtype != "F32" or scale.shape != (1,):
            raise FileFormatError("{where} has a scale that is not one F32 number; the file is damaged.", where=where)
        shapes[name] = (shape[0], shape[1])
    for name, form in packing.tables.items():
        rows, scale = stored.infos.get(name), stored.infos.get(scale_name(name))
        if rows is None or scale is None or name in shapes:
            raise FileFormatError(
                "{path}: the table {name!r} of words or its scales are missing; the file is damaged.",
                path=path,
                name=name,
            )
        needed = form.stored_width(width)
        sound = len(rows.shape) == 2 and rows.shape[1] == needed and scale.shape == rows.shape[:1]
        if (rows.dtype, scale.dtype) != ("U8", "F32") or not sound:
            raise FileFormatError(
                "{path}: the table {name!r} is stored as {dtype} {shape} with scales {scale_dtype} "
                "{scale_shape} where U8 rows of {needed} bytes and an F32 scale for each are needed; the file is "
                "damaged.",
                path=path,
                name=name,
                dtype=rows.dtype,
                shape=list(rows.shape),
                needed=needed,
                scale_dtype=scale.dtype,
                scale_shape=list(scale.shape),
            )
    return PackedTensors(stored, shapes, packing, width)
