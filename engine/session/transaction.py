"""Several files of a workspace change together or not at all, whenever the program is stopped.

New versions are prepared in a folder; a plan that names them is written last, and from then on the change has happened:
whoever locks the workspace next carries out what is left of it. Without a plan, what was prepared is thrown away.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from pathlib import Path

from engine.errors import FileFormatError, WorkspaceError
from engine.io import atomic, strict_json

FOLDER = "unfinished"
_PLAN = "plan.json"


class Transaction:
    """One such change. The workspace must be locked for as long as it lives."""

    def __init__(self, root: Path) -> None:
        self._root, self._folder = root, root / FOLDER
        finish(root)
        atomic.make_folder(self._folder)
        self._replace: dict[str, str] = {}
        self._delete: list[str] = []

    def prepare(self, target: Path) -> Path:
        """Where the new version of `target` is to be written."""
        name = str(len(self._replace))
        self._replace[name] = self._relative(target)
        return self._folder / name

    def delete(self, target: Path) -> None:
        """`target` is to go."""
        self._delete.append(self._relative(target))

    def seal(self) -> None:
        """From here on it has happened. Raises `FileFormatError` when it cannot be written; then it never will."""
        plan = {"replace": self._replace, "delete": self._delete}
        atomic.write_text(self._folder / _PLAN, json.dumps(plan) + "\n")

    def finish(self) -> None:
        """Carry it out; see `finish`."""
        finish(self._root)

    def abandon(self) -> None:
        """Throw away what was prepared."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _relative(self, target: Path) -> str:
        return target.relative_to(self._root).as_posix()


def finish(root: Path) -> None:
    """Carry out what is left of a sealed change, throw away one that was not sealed.

    Raises `WorkspaceError` for a file that cannot be moved or a plan that is damaged; trying again later is safe.
    """
    folder = root / FOLDER
    plan_file = folder / _PLAN
    if not folder.exists():
        return
    if not plan_file.exists():
        shutil.rmtree(folder, ignore_errors=True)
        return
    try:
        data = plan_file.read_bytes()
        replace, delete = _read_plan(data, plan_file)
        moves = [(folder / Path(name).name, _within(root, target)) for name, target in replace.items()]
        gone = [_within(root, target) for target in delete]
        for prepared, target in moves:
            if prepared.exists():  # else it was moved before the program was stopped
                atomic.make_folder(target.parent)
                os.replace(prepared, target)
        for target in gone:
            target.unlink(missing_ok=True)
        for parent in {target.parent for target in (*(target for _, target in moves), *gone)}:
            atomic.flush_folder(parent)
    except (OSError, FileFormatError) as error:
        raise WorkspaceError(
            "A change that was begun in {folder} could not be finished: {why}. Free some space or "
            "check the permissions, then start the program again.",
            folder=folder,
            why=getattr(error, "strerror", None) or error,
        ) from error
    with contextlib.suppress(OSError):
        plan_file.unlink()
        folder.rmdir()


def _read_plan(data: bytes, path: Path) -> tuple[dict[str, str], list[str]]:
    """What is to be moved and deleted. Raises `WorkspaceError` for a plan that is damaged."""
    try:
        plan = strict_json.parse_object(data, str(path))
        replace, delete = plan.get("replace"), plan.get("delete")
        if not isinstance(replace, dict) or not isinstance(delete, list):
            raise FileFormatError("{path} is not a plan.", path=path)
        if not all(isinstance(name, str) for name in [*replace.values(), *delete]):
            raise FileFormatError("{path} is not a plan.", path=path)
    except FileFormatError as error:
        raise WorkspaceError(
            "A change that was begun in {folder} cannot be finished, since its plan is damaged ({why}); "
            "move that folder "
            "away to start without the rest of it.",
            folder=path.parent,
            why=error,
        ) from error
    return replace, delete


def _within(root: Path, target: object) -> Path:
    path = Path(str(target))
    if path.is_absolute() or ".." in path.parts:
        raise FileFormatError("The plan names {target!r}, which lies outside of the workspace.", target=target)
    return root / path
