"""The tensors of a packed ``.bitt``: ternary matrices, and embedding and head in one of their forms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from engine.errors import FileFormatError, Told
from engine.io.tensors import MappedTensors
from engine.io.weights import Tensor
from engine.ops.ternary.matrix import TernaryMatrix
from engine.ops.ternary.packing import PackedTernary
from engine.ops.ternary.triples import TripleTernary
from engine.ops.word_table.fives import FiveTable
from engine.ops.word_table.table import ByteTable

EMBED, HEAD = "embed.weight", "lm_head.weight"
"""The tensors with a row a word."""
MapForm = Literal["fours", "triples"]
"""How a packed body holds its ternary matrices: four weights in a byte; or, of those that read the residual stream,
three in five bits."""
_WRITERS = ("ttt.up.weight", "mlp.down_proj.weight")
"""Matrices that write to the residual stream. Each has an input of its own and few rows, so that tables for triples
would cost what triples save."""
WordForm = Literal["bytes", "fives"]
"""How a packed body may hold them, where not in float."""
WORD_FORMS: dict[WordForm, dict[str, type[ByteTable] | type[FiveTable]]] = {
    "bytes": {EMBED: ByteTable, HEAD: ByteTable},
    "fives": {EMBED: ByteTable, HEAD: FiveTable},
}


@dataclass(frozen=True)
class Packing:
    """How a packed body is held."""

    maps: MapForm = "fours"
    words: WordForm | None = None
    """Embedding and head; None for float."""

    def matrix(self, name: str) -> type[TernaryMatrix]:
        """Of the ternary matrix of that name."""
        return TripleTernary if self.maps == "triples" and not name.endswith(_WRITERS) else PackedTernary

    @property
    def tables(self) -> dict[str, type[ByteTable] | type[FiveTable]]:
        """Of the tensors with a row a word, where they are not float."""
        return WORD_FORMS[self.words] if self.words else {}

    @classmethod
    def of(cls, tensors: Mapping[str, Tensor]) -> Packing:
        """How these tensors are held."""
        return cls(map_form(tensors), word_form(tensors))


def map_form(tensors: Mapping[str, Tensor]) -> MapForm:
    """How these tensors hold ternary matrices. In float, or otherwise than any packing means, they become fours."""
    held = {name: type(tensor) for name, tensor in tensors.items() if isinstance(tensor, TernaryMatrix)}
    triples = bool(held) and all(form is Packing("triples").matrix(name) for name, form in held.items())
    return "triples" if triples else "fours"


def word_form(tensors: Mapping[str, Tensor]) -> WordForm | None:
    """How these tensors hold embedding and head; None for float."""
    held = {name: type(tensors.get(name)) for name in (EMBED, HEAD)}
    return next((form for form, tables in WORD_FORMS.items() if tables == held), None)


_MAPS: dict[MapForm, str] = {"fours": "ternary2", "triples": "triples"}
_WORDS: dict[WordForm | None, str] = {None: "", "bytes": "+bytes", "fives": "+bytes+fives"}
PACKINGS = {_MAPS[maps] + _WORDS[words]: Packing(maps, words) for maps in _MAPS for words in _WORDS}
"""What the ``encoding`` of a ``.bitt`` means."""


class PackedTensors(Mapping[str, Tensor]):
    """The tensors of a packed body by their names in a checkpoint: `TernaryMatrix`, `WordTable`, or float32 arrays."""

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
    """The view of a packed body, its table of shapes and its tables of words compared with what is stored."""
    if not isinstance(ternary, dict):
        raise FileFormatError(
            Told("{path}: the header lacks the table 'ternary' of packed shapes; the file is damaged.", path=path)
        )
    shapes: dict[str, tuple[int, int]] = {}
    for name, shape in ternary.items():
        where = f"{path}: the packed tensor {name[:80]!r}"
        if not (isinstance(shape, list) and len(shape) == 2 and all(type(n) is int and n > 0 for n in shape)):
            raise FileFormatError(
                Told(
                    "{where} has the shape {shape}, not two sizes; the file is damaged.",
                    where=where,
                    shape=str(shape)[:60],
                )
            )
        codes, scale = stored.infos.get(name), stored.infos.get(scale_name(name))
        if codes is None or scale is None or scale_name(name) == name:
            raise FileFormatError(Told("{where} or its scale is missing; the file is damaged.", where=where))
        packed_shape = packing.matrix(name).stored_shape(*shape)
        if codes.dtype != "U8" or codes.shape != packed_shape:
            raise FileFormatError(
                Told(
                    "{where} of {rows} x {columns} is stored as {dtype} {shape} where U8 {needed} is needed; "
                    "the file is damaged.",
                    where=where,
                    rows=shape[0],
                    columns=shape[1],
                    dtype=codes.dtype,
                    shape=list(codes.shape),
                    needed=list(packed_shape),
                )
            )
        if scale.dtype != "F32" or scale.shape != (1,):
            raise FileFormatError(
                Told("{where} has a scale that is not one F32 number; the file is damaged.", where=where)
            )
        shapes[name] = (shape[0], shape[1])
    for name, form in packing.tables.items():
        rows, scale = stored.infos.get(name), stored.infos.get(scale_name(name))
        if rows is None or scale is None or name in shapes:
            raise FileFormatError(
                Told(
                    "{path}: the table {name!r} of words or its scales are missing; the file is damaged.",
                    path=path,
                    name=name,
                )
            )
        needed = form.stored_width(width)
        sound = len(rows.shape) == 2 and rows.shape[1] == needed and scale.shape == rows.shape[:1]
        if (rows.dtype, scale.dtype) != ("U8", "F32") or not sound:
            raise FileFormatError(
                Told(
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
            )
    return PackedTensors(stored, shapes, packing, width)
