"""What a person says of souls: names, notes, pins. Small JSON files beside the souls, which they never touch."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from engine.errors import FileFormatError, Message
from engine.io import atomic, strict_json

_VERSION = 1
_ASIDE = ".damaged-"


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


class SideFile:
    """A small JSON file beside the souls. One that is damaged counts as empty, is told of, and is kept aside under a
    name of its own before another takes its place: nobody is locked out by it, and its bytes stay.

    Args:
        path: the file.
        key: the name of the object in it that matters.
        lost: what it says that nothing else does, for a person.

    Attributes:
        values: that object, empty where there is none.
        problem: what is wrong with the file, "" for nothing.

    Raises `FileFormatError` for a file that the system does not give, and for one of a newer program.
    """

    def __init__(self, path: Path, key: str, lost: Message) -> None:
        self.path, self._key, self._lost = path, key, lost
        self.values: dict[str, Any] = {}
        self.problem: str = ""
        try:
            data = path.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return
        except OSError as error:
            raise FileFormatError(
                "Could not read {path}: {why}. Check its permissions.", path=path, why=error.strerror
            ) from error
        try:
            told = strict_json.parse_object(data, str(path))
        except FileFormatError:
            self.damaged()
            return
        version, found = told.get("version"), told.get(key, {})
        if type(version) is int and version > _VERSION:
            raise FileFormatError("{path} was made by a newer version of this program; update it.", path=path)
        if type(version) is not int or not isinstance(found, dict):
            self.damaged()
            return
        self.values = found

    def damaged(self) -> None:
        """Note that something in it cannot be used."""
        self.problem = Message(
            "{path} is damaged. It is kept aside, and what it said is lost: {lost}. The souls themselves are whole.",
            path=self.path,
            lost=self._lost,
        )

    def write(self, data: bytes) -> None:
        """Write it anew. Raises `FileFormatError`."""
        atomic.make_folder(self.path.parent)
        self.set_aside()
        atomic.write_bytes(self.path, data)

    def set_aside(self) -> None:
        """Give a damaged file another name, so that one can be written in its place. Raises `FileFormatError`."""
        if not self.problem or not self.path.exists():
            return
        try:
            os.replace(self.path, self.path.with_name(f"{self.path.name}{_ASIDE}{secrets.token_hex(4)}"))
        except OSError as error:
            raise FileFormatError(
                "Could not rename {path}, which is damaged: {why}. Check its permissions.",
                path=self.path,
                why=error.strerror,
            ) from error

    def set_aside_before(self) -> list[Path]:
        """The damaged ones that were kept aside."""
        return sorted(self.path.parent.glob(f"{self.path.name}{_ASIDE}*"))


class Labels:
    """The labels of one history: ``labels.json`` in its folder.

    Attributes:
        file: that file, which tells what is wrong with it.

    Raises what `SideFile` raises.
    """

    def __init__(self, history: Path) -> None:
        self.file = SideFile(history / "labels.json", "entries", Message("names, notes and pins of kept moments"))
        self._labels: dict[str, Label] = {}
        for soul_id, values in self.file.values.items():
            label = _label(values)
            if label is None:
                self.file.damaged()
            else:
                self._labels[soul_id] = label

    def __getitem__(self, soul_id: str) -> Label:
        return self._labels.get(soul_id, Label())

    def change(self, soul_id: str, **changes: Any) -> None:
        """Say something else of a kept soul; at once on the disk."""
        self.put(soul_id, replace(self[soul_id], **changes))
        self.file.write(self.to_bytes())

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
            self.file.write(self.to_bytes())

    def unknown_pins(self) -> Path | None:
        """A damaged file of labels that is or was here: moments may be pinned of which nobody knows any more."""
        aside = self.file.set_aside_before()
        return self.file.path if self.file.problem else aside[-1] if aside else None

    def to_bytes(self) -> bytes:
        """The file's content."""
        told = {
            soul_id: {key: value for key, value in asdict(label).items() if value}
            for soul_id, label in self._labels.items()
        }
        return to_bytes({"version": _VERSION, "entries": told})


def to_bytes(value: dict[str, Any]) -> bytes:
    """A label file's content."""
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode("utf-8", errors="replace")


def _label(values: Any) -> Label | None:
    """What was said of one soul; None where that cannot be read."""
    kinds = {field.name: type(field.default) for field in fields(Label)}
    if not isinstance(values, dict) or any(type(values[key]) is not kinds[key] for key in kinds.keys() & values.keys()):
        return None
    return Label(**{key: value for key, value in values.items() if key in kinds})
