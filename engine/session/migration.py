"""Brings a workspace that an older version of the program left into the layout of this one.

A copy of everything is made first. The steps then say what is to be different, and all of it happens in one
`Transaction` together with the new number in ``workspace.json``: a step that fails, or a machine that stops, leaves the
workspace as it was, for the older program too.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from engine.errors import BitLlamaError, Message, WorkspaceError
from engine.io import atomic, strict_json
from engine.session.transaction import FOLDER, Transaction

MARKER = "workspace.json"
BACKUPS = "backups"
_NOT_COPIED = (BACKUPS, FOLDER, "logs", "workspace.lock")


class Changes:
    """A workspace as it will be: what steps have changed is read as they left it, and nothing is on the disk yet."""

    def __init__(self, root: Path, change: Transaction) -> None:
        self.root = root
        self._change = change
        self._written: dict[str, Path] = {}
        self._deleted: set[str] = set()

    def files(self, pattern: str) -> list[str]:
        """Names of the files that match, relative to the workspace, ``/`` between folders."""
        there = {path.relative_to(self.root).as_posix() for path in self.root.glob(pattern) if path.is_file()}
        made = {name for name in self._written if Path(name).match(pattern)}
        return sorted(name for name in there | made if name not in self._deleted and not self._hidden(name))

    def read(self, name: str) -> bytes:
        """What is in a file. Raises `OSError` where there is none."""
        if name in self._deleted:
            raise FileNotFoundError(2, "it was deleted by a step before", name)
        return self._written.get(name, self.root / name).read_bytes()

    def write(self, name: str, data: bytes) -> None:
        """A file is to hold `data`. Raises `WorkspaceError` for one that a step has deleted."""
        if name in self._deleted:
            raise WorkspaceError(f"A step cannot write {name}, which one before it deletes; it needs another name.")
        if name not in self._written:
            self._written[name] = self._change.prepare(self.root / name)
        atomic.write_bytes(self._written[name], data)

    def delete(self, name: str) -> None:
        """A file is to go. Raises `WorkspaceError` for one that a step has written."""
        if name in self._written:
            raise WorkspaceError(f"A step cannot delete {name}, which one before it writes.")
        self._deleted.add(name)
        self._change.delete(self.root / name)

    @staticmethod
    def _hidden(name: str) -> bool:
        return name.split("/")[0] in _NOT_COPIED


Step = Callable[[Changes], None]
"""From one layout to the next. It may raise any `BitLlamaError` or `OSError`; then nothing has happened."""

STEPS: dict[int, Step] = {}
"""The step that leads away from a layout, by its number. Empty so far: layout 1 is the first."""


def layout_of(root: Path) -> int | None:
    """The number in ``workspace.json``, None where there is no such file. Raises `WorkspaceError` for a damaged one."""
    marker = root / MARKER
    try:
        version = strict_json.parse_object(marker.read_bytes(), str(marker)).get("version")
    except FileNotFoundError:
        return None
    except (OSError, BitLlamaError) as error:
        raise WorkspaceError(
            "{path} cannot be read ({error}); delete that one file, and the workspace is taken for one of today.",
            path=marker,
            error=error,
        ) from error
    if type(version) is not int or version < 1:
        raise WorkspaceError(
            "{path} names the layout {version!r}, which is none; delete that one file, and the "
            "workspace is taken for one of today.",
            path=marker,
            version=version,
        )
    return version


def write_layout(root: Path, version: int) -> None:
    """Mark a workspace as being of this layout."""
    atomic.write_bytes(root / MARKER, _marker(version))


def migrate(root: Path, target: int, steps: Mapping[int, Step] = STEPS) -> Path | None:
    """Bring the workspace at `root`, which must be locked and older, to the layout `target`.

    Returns the folder of the copy, or None where it is of that layout already. Raises `WorkspaceError` when a step
    fails or there is no room; then the workspace is as it was.
    """
    version = layout_of(root)
    if version is None or version >= target:
        return None
    kept: Path | None = None
    change: Transaction | None = None
    try:
        kept = back_up(root, version)
        change = Transaction(root)
        changes = Changes(root, change)
        for number in range(version, target):
            steps[number](changes)
        changes.write(MARKER, _marker(target))  # the last that moves: whoever finishes this knows that it is not done
        change.seal()
    except (OSError, BitLlamaError, ValueError) as error:
        if change is not None:
            change.abandon()
        copy = Message(" A copy of it is in {kept}.", kept=kept) if kept else ""
        raise WorkspaceError(
            "The workspace {root} is of an older version (layout {version}) and could not be brought "
            "up to date: {why}. Nothing in it was changed.{copy}",
            root=root,
            version=version,
            why=getattr(error, "strerror", None) or error,
            copy=copy,
        ) from error
    change.finish()
    return kept


def back_up(root: Path, version: int) -> Path:
    """Copy the workspace into a folder of its own in ``backups/``, whole or not at all. Raises `OSError`."""
    target = root / BACKUPS / f"layout-{version}-{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}"
    part = target.with_name(target.name + ".part")
    for cut_short in part.parent.glob("*.part"):
        shutil.rmtree(cut_short)

    def not_copied(folder: str, names: list[str]) -> list[str]:
        return [name for name in names if name in _NOT_COPIED] if Path(folder) == root else []

    try:
        shutil.copytree(root, part, ignore=not_copied, copy_function=_copy)
        os.replace(part, target)
    except (OSError, shutil.Error) as error:
        shutil.rmtree(part, ignore_errors=True)
        if isinstance(error, shutil.Error):  # it gathers what went wrong, file by file
            raise OSError(5, str(error.args[0][0][2])) from error
        raise
    atomic.flush_folder(target.parent)
    return target


def _copy(source: str, target: str) -> None:
    shutil.copy2(source, target)
    with open(target, "rb+") as file:
        os.fsync(file.fileno())


def _marker(version: int) -> bytes:
    return (json.dumps({"version": version}) + "\n").encode()
