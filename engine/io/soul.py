"""``.soul``: the fast weights of every layer that has some, and where they come from.

A safetensors file that holds what persists of a model's `State`, and nothing else. Its ``schema`` names the tensors,
float32, one for each layer that has fast weights: ``ttt-v1``, that of every file without the key, has
``layers.{i}.ttt.w_state``, square matrices; ``memory-v1``, of a memory beside a transformer, has
``layers.{i}.memory.fast``, heads of matrices value by key. Metadata are the fields of `SoulMeta`, each value a JSON
text. Files whose tensors are named ``layer_{i}`` and that have no metadata are read too: they do not say which model
they were lived in.

``version`` is the lowest version of the format that reads a file: programs from before there were schemas read
``ttt-v1`` under version 1, skip the keys that they do not know, and refuse what comes later in a sentence.
"""

from __future__ import annotations

import datetime
import json
import os
import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import FileFormatError, Message, SoulMismatchError
from engine.io import strict_json
from engine.io.bitt import MAGIC
from engine.io.tensors import TensorFile, map_file, read_metadata, save_tensors
from engine.io.validation import value_damage
from engine.models.config import TTT_V1, FastWeightsConfig
from engine.models.memory_config import MEMORY_V1

VERSION = 2
"""The newest version of the format, which has schemas other than `TTT_V1`."""
_VERSIONS = {TTT_V1: 1, MEMORY_V1: 2}
SCHEMAS = tuple(_VERSIONS)
"""What this program reads and writes."""
_TENSORS = {TTT_V1: "layers.{i}.ttt.w_state", MEMORY_V1: "layers.{i}.memory.fast"}
_NAMES = {
    TTT_V1: (re.compile(r"layers\.(0|[1-9]\d{0,6})\.ttt\.w_state"), re.compile(r"layer_(0|[1-9]\d{0,6})")),
    MEMORY_V1: (re.compile(r"layers\.(0|[1-9]\d{0,6})\.memory\.fast"),),
}


@dataclass(frozen=True)
class SoulMeta:
    """What a soul says of itself."""

    version: int = 1
    """Of the format, the lowest that reads it."""
    body: str = ""
    """Fingerprint of the function of the model that it was lived in; empty where the file does not say."""
    level: int = 0
    """Tokens lived."""
    parent: str | None = None
    """The `id` of the soul that this one grew from."""
    id: str = ""
    """Unique for each saved soul; empty where the file does not say."""
    created: str = ""
    """When it was saved, ISO 8601 in UTC; empty where the file does not say."""
    name: str = ""
    """What a person calls it."""
    history: list[dict[str, Any]] = field(default_factory=list)
    """What happened to it, oldest first."""
    lived: str = ""
    """Id of the log entry that it lived last; empty for a newborn and where the file does not say."""
    schema: str = TTT_V1
    """Which tensors there are."""
    file: str = ""
    """`ModelWeights.file_identity` of the file that it was lived in last: a model with this one fits without its
    fingerprint being computed. Empty where the file does not say."""


@dataclass(frozen=True, eq=False)
class Soul:
    """Fast weights, one float32 array of `FastWeightsConfig.fast_shape` for each layer, and their metadata."""

    layers: list[NDArray[np.float32]]
    meta: SoulMeta = field(default_factory=SoulMeta)


def new_id() -> str:
    """An id that no other soul has."""
    return uuid.uuid4().hex


def new_meta(
    body: str,
    level: int = 0,
    name: str = "",
    parent: str | None = None,
    history: Sequence[Mapping[str, Any]] = (),
    file: str = "",
    schema: str = TTT_V1,
) -> SoulMeta:
    """The metadata of a soul that begins now, in the model with the fingerprint `body`, from the file `file`."""
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds")
    events = [dict(event) for event in history]
    return SoulMeta(_VERSIONS[schema], body, level, parent, new_id(), now, name, events, schema=schema, file=file)


def successor(meta: SoulMeta, name: str | None = None, root: bool = False) -> SoulMeta:
    """The metadata of a soul that goes on from `meta` under an id of its own.

    Args:
        meta: its id becomes the parent.
        name: what it is called; None: as before.
        root: it descends from nothing.
    """
    name, parent = meta.name if name is None else name, None if root else meta.id
    new = new_meta(meta.body, meta.level, name, parent, meta.history, meta.file, meta.schema)
    return replace(new, lived=meta.lived)


def save_soul(path: str | os.PathLike[str], soul: Soul) -> None:
    """Write a soul. Raises `FileFormatError` for one that is not sound or a place that cannot be written."""
    values = asdict(soul.meta)
    schema = _read_meta(values, "The soul to be saved").schema
    _check_layers(soul.layers, schema, "The soul to be saved")
    strict_json.to_bytes(values, "The soul to be saved")
    tensors = {_TENSORS[schema].format(i=i): layer for i, layer in enumerate(soul.layers)}
    save_tensors(path, tensors, {key: json.dumps(value, ensure_ascii=False) for key, value in values.items()})


def load_soul(path: str | os.PathLike[str]) -> Soul:
    """Read a soul into memory, so that its file may be replaced while it is in use.

    Raises `FileFormatError`, naming the file, for damage, values that are not finite, and layers that are missing or
    unknown: none is ever left out silently.
    """
    path = Path(path)
    buffer = map_file(path)
    if buffer[: len(MAGIC)] == MAGIC:
        raise FileFormatError("{path} is not a soul but a model (.bitt); load it as a model.", path=path)
    file = TensorFile.read(buffer, path)
    meta = _parsed_meta(file.metadata, path)
    layers = [np.array(file.tensors[name]) for name in _layer_names(path, list(file.tensors), meta.schema)]
    _check_layers(layers, meta.schema, str(path))
    return Soul(layers, meta)


def load_meta(path: str | os.PathLike[str]) -> SoulMeta:
    """What a soul says of itself, from the header of its file: no fast weight is read, however large they are.

    Raises `FileFormatError`, naming the file, for one that is no soul or whose header is damaged.
    """
    path = Path(path)
    metadata, names = read_metadata(path)
    meta = _parsed_meta(metadata, path)
    _layer_names(path, names, meta.schema)
    return meta


def _parsed_meta(metadata: Mapping[str, str], path: Path) -> SoulMeta:
    values = {
        key: strict_json.parse(text, f"{path}: the metadata {key!r}")
        for key, text in metadata.items()
        if key in SoulMeta.__dataclass_fields__
    }
    return _read_meta(values, str(path))


def check_fits(soul: Soul, config: FastWeightsConfig | None, fingerprint: str) -> None:
    """Raise `SoulMismatchError` unless `soul` belongs to the model with these fast weights (None: it has none) and this
    fingerprint.

    A soul that does not say its model is judged by its shapes alone.
    """
    name = Message("The soul {name!r}", name=soul.meta.name) if soul.meta.name else Message("The soul")
    if config is None:
        raise SoulMismatchError("{name} needs a model with memory layers, and this one has none.", name=name)
    if soul.meta.schema != config.soul_schema:
        raise SoulMismatchError(
            "{name} is of the schema {its}, and a soul of this model of {this}; load it with its own model.",
            name=name,
            its=soul.meta.schema,
            this=config.soul_schema,
        )
    if len(soul.layers) != config.fast_layers:
        raise SoulMismatchError(
            "{name} has {has} layers and this model has {needs}; load it with its own model.",
            name=name,
            has=len(soul.layers),
            needs=config.fast_layers,
        )
    for i, layer in enumerate(soul.layers):
        if layer.shape != config.fast_shape:
            raise SoulMismatchError(
                "{name} has fast weights of {has} in layer {layer} where this model has {needs}; "
                "load it with its own model.",
                name=name,
                has=_size(layer.shape),
                layer=i,
                needs=_size(config.fast_shape),
            )
    if soul.meta.body and soul.meta.body != fingerprint:
        raise SoulMismatchError(
            "{name} was lived in the model {its}, and this model is {this}; load it with its own model.",
            name=name,
            its=soul.meta.body[:16],
            this=fingerprint[:16],
        )


def looks_like_soul(names: Iterable[str]) -> bool:
    """Whether some tensor is named like the fast weights of a layer."""
    patterns = [pattern for patterns in _NAMES.values() for pattern in patterns]
    return any(pattern.fullmatch(name) for name in names for pattern in patterns)


def _layer_names(path: Path, names: list[str], schema: str) -> list[str]:
    """The tensors of the layers in order, for every way of naming them."""
    for pattern in _NAMES[schema]:
        found = {int(match[1]): name for name in names if (match := pattern.fullmatch(name))}
        if found:
            break
    else:
        first = _TENSORS[schema].format(i=0)
        raise FileFormatError("{path} is not a soul: it holds no tensor named {name}.", path=path, name=first)
    others = sorted(set(names) - set(found.values()))
    if others:
        raise FileFormatError(
            "{path} holds the tensor {name!r}, which no soul has; it is of another kind.",
            path=path,
            name=others[0][:80],
        )
    for i in range(len(found)):
        if i not in found:
            raise FileFormatError(
                "{path} lacks the fast weights of layer {layer}; the soul is damaged.", path=path, layer=i
            )
    return [found[i] for i in range(len(found))]


def _check_layers(layers: list[NDArray[Any]], schema: str, where: str) -> None:
    if not layers:
        raise FileFormatError("{where} has no layers.", where=where)
    for i, layer in enumerate(layers):
        square = layer.ndim in (2, 3) and layer.shape[-1] == layer.shape[-2]
        if not (layer.ndim == 3 if schema == MEMORY_V1 else square) or layer.dtype != np.float32 or not layer.size:
            wanted = Message("heads of float matrices") if schema == MEMORY_V1 else Message("square float matrices")
            raise FileFormatError(
                "{where}: the fast weights of layer {layer} are {dtype} {shape}, which are not {wanted}.",
                where=where,
                layer=i,
                dtype=layer.dtype,
                shape=_size(layer.shape),
                wanted=wanted,
            )
        if layer.shape != layers[0].shape:
            raise FileFormatError(
                "{where}: the fast weights of layer {layer} are {shape} and of layer 0 {first}; one model has "
                "one size.",
                where=where,
                layer=i,
                shape=_size(layer.shape),
                first=_size(layers[0].shape),
            )
        damage = value_damage(layer)
        if damage:
            raise FileFormatError(
                "{where}: the fast weights of layer {layer} {damage}; take an earlier soul.",
                where=where,
                layer=i,
                damage=damage,
            )


def _read_meta(values: dict[str, Any], where: str) -> SoulMeta:
    """Checked metadata from plain values; keys that are missing keep their defaults."""
    version = values.get("version", 1)
    if type(version) is not int or version < 1:
        raise FileFormatError(
            "{where}: the soul's format version is {version!r}, not a number from 1.",
            where=where,
            version=str(version)[:40],
        )
    if version > VERSION:
        raise FileFormatError(
            "{where} is a soul of format {version}; this program reads up to {newest}. Update it.",
            where=where,
            version=version,
            newest=VERSION,
        )
    level = values.get("level", 0)
    if type(level) is not int or not 0 <= level < 1 << 63:
        raise FileFormatError(
            "{where}: the soul's level is {level!r}, not a number of tokens.", where=where, level=str(level)[:40]
        )
    for key in ("body", "id", "created", "name", "parent", "lived", "schema", "file"):
        value = values.get(key, "")
        if not isinstance(value, str) and not (key == "parent" and value is None):
            raise FileFormatError(
                "{where}: the soul's {key} is {value!r}, not a text.", where=where, key=key, value=str(value)[:40]
            )
    if (schema := values.get("schema", TTT_V1)) not in SCHEMAS:
        raise FileFormatError(
            "{where} is a soul of the schema {schema!r}; this program reads {known}. Update it.",
            where=where,
            schema=schema[:40],
            known=", ".join(SCHEMAS),
        )
    history = values.get("history", [])
    if not isinstance(history, list) or not all(isinstance(event, dict) for event in history):
        raise FileFormatError("{where}: the soul's history is not a list of events.", where=where)
    return SoulMeta(**values)


def _size(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape))
