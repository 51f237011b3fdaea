"""What a person says of souls: names, notes, pins. Small JSON files beside the souls, which they never touch."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from engine.errors import FileFormatError
from engine.io import atomic, strict_json

_VERSION = 1


@dataclass(frozen=True)
class Label:
    """What was said of one kept soul."""

    label: str = ""
    """A name for it; "" for none."""
    note: str = ""
    """Further words; "" leaves those of the event."""
    pinned: bool = False
    """Whether it is kept for good: neither pruned nor deleted."""
    stale: bool = False
    """Whether it has lived something that was forgotten since."""


class Labels:
    """The labels of one history: ``labels.json`` in its folder. Raises `FileFormatError` for a damaged one."""

    def __init__(self, history: Path) -> None:
        self.path = history / "labels.json"
        self._labels: dict[str, Label] = {}
        for soul_id, values in read_object(self.path, "entries").items():
            self._labels[soul_id] = _label(values, self.path)

    def __getitem__(self, soul_id: str) -> Label:
        return self._labels.get(soul_id, Label())

    def change(self, soul_id: str, **changes: Any) -> None:
        """Say something else of a kept soul; at once on the disk."""
        self.put(soul_id, replace(self[soul_id], **changes))
        atomic.write_bytes(self.path, self.to_bytes())

    def put(self, soul_id: str, label: Label) -> None:
        """`change` without writing."""
        if label == Label():
            self._labels.pop(soul_id, None)
        else:
            self._labels[soul_id] = label

    def drop(self, soul_ids: set[str]) -> None:
        """Forget what was said of souls that are gone."""
        if dropped := soul_ids & set(self._labels):
            for soul_id in dropped:
                del self._labels[soul_id]
            atomic.write_bytes(self.path, self.to_bytes())

    def to_bytes(self) -> bytes:
        """The file's content."""
        told = {
            soul_id: {key: value for key, value in asdict(label).items() if value}
            for soul_id, label in self._labels.items()
        }
        return to_bytes({"version": _VERSION, "entries": told})


def read_object(path: Path, key: str) -> dict[str, Any]:
    """The object under `key` of a label file, empty where there is no file. Raises `FileFormatError`."""
    try:
        data = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise FileFormatError(
            "Could not read {path}: {why}. Check its permissions.", path=path, why=error.strerror
        ) from error
    told = strict_json.parse_object(data, str(path))
    version, found = told.get("version"), told.get(key, {})
    if type(version) is not int or version > _VERSION:
        raise FileFormatError("{path} was made by a newer version of this program; update it.", path=path)
    if not isinstance(found, dict):
        raise FileFormatError(
            "{path} does not hold {key!r}; delete it: only names, notes and pins are lost.", path=path, key=key
        )
    return found


def to_bytes(value: dict[str, Any]) -> bytes:
    """A label file's content."""
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode("utf-8", errors="replace")


def _label(values: Any, path: Path) -> Label:
    kinds = {field.name: type(field.default) for field in fields(Label)}
    if not isinstance(values, dict) or any(type(values[key]) is not kinds[key] for key in kinds.keys() & values.keys()):
        raise FileFormatError("{path} is damaged; delete it: only names, notes and pins are lost.", path=path)
    return Label(**{key: value for key, value in values.items() if key in kinds})
