"""All trainings of a workspace, as the disk has them."""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
from dataclasses import replace
from pathlib import Path

from engine.errors import Told, WorkspaceError
from engine.io import atomic
from studio.training import run_folder
from studio.training.curve import CurveFile
from studio.training.run_folder import Run

_DELETED = ".deleted-"


class Archive:
    """Reads them, each file once, and deletes them. Used in the disk's thread alone.

    Attributes:
        folder: where they lie, a folder each.
        new: where one is prepared.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.new = folder / ".new"
        self._curves: dict[Path, CurveFile] = {}

    def first_look(self) -> list[Run]:
        """All trainings, once what a former end of the program left behind is gone."""
        for left in (self.new, *self.folder.glob(f"{_DELETED}*")):
            shutil.rmtree(left, ignore_errors=True)
        return self.all()

    def all(self) -> list[Run]:
        """All trainings, the newest first."""
        try:
            folders = [path for path in self.folder.iterdir() if path.is_dir() and not path.name.startswith(".")]
        except OSError:
            folders = []
        runs = [self._whole(run) for folder in folders if (run := run_folder.chosen(folder)) is not None]
        self._curves = {run.folder: self._curves[run.folder] for run in runs}
        return sorted(runs, key=lambda run: _changed(run.folder / "run.json"), reverse=True)

    def again(self, run: Run) -> Run:
        """A run with its checkpoint and its curve of now."""
        curve = self._curves.setdefault(run.folder, CurveFile(run.folder / "run" / "metrics.jsonl")).read()
        return replace(run, checkpoint=run_folder.checkpoint(run.folder), curve=curve)

    def clear_new(self) -> None:
        """Make room to prepare one. Raises `FileFormatError` where that is not possible."""
        self.drop_new()
        atomic.make_folder(self.new)

    def drop_new(self) -> None:
        """Let go what was being prepared."""
        shutil.rmtree(self.new, ignore_errors=True)

    def put_aside(self, run: Run) -> Path:
        """Take a run out of the list; returns where it lies until it is deleted. Raises `WorkspaceError`."""
        asides = (self.folder / f"{_DELETED}{run.name}{number or ''}" for number in itertools.count())
        aside = next(path for path in asides if not path.exists())
        try:
            run.folder.rename(aside)
        except OSError as error:
            raise _cannot_delete(error, run.folder) from error
        return aside

    def delete(self, aside: Path) -> None:
        """Delete what was put aside. Raises `WorkspaceError`; what is left then is tried again at the next start."""
        try:
            shutil.rmtree(aside)
        except OSError as error:
            raise _cannot_delete(error, aside) from error

    def _whole(self, run: Run) -> Run:
        held = sum(_size(Path(place, name)) for place, _, names in os.walk(run.folder) for name in names)
        models = sorted(run.folder.glob("*.bitt"), key=_changed, reverse=True)
        return replace(self.again(run), models=tuple(models), held=held)


def _size(path: Path) -> int:
    """Bytes of a file; 0 for one that is gone, as those of a run under way may be."""
    with contextlib.suppress(OSError):
        return path.stat().st_size
    return 0


def _changed(path: Path) -> float:
    """When a file was changed last; 0 for one that is gone."""
    with contextlib.suppress(OSError):
        return path.stat().st_mtime
    return 0.0


def _cannot_delete(error: OSError, where: Path) -> WorkspaceError:
    path, reason = error.filename or where, error.strerror
    return WorkspaceError(Told("{path}: {reason}. Delete it by hand.", path=path, reason=reason))
