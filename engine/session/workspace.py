"""The folder where memories, souls and logs of one person live, and the lock that keeps a second program out."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

import platformdirs

from engine.errors import Message, WorkspaceError
from engine.session import migration, transaction

ENVIRONMENT = "BIT_LLAMA_WORKSPACE"
"""Environment variable that names the workspace where no path was given."""

VERSION = 1
"""Layout version, kept in ``workspace.json``; a newer one is refused, an older one brought up to date (`migration`)."""


def default_path(portable: bool = False) -> Path:
    """Where the workspace is when nobody says: beside the program (portable), else `ENVIRONMENT`, else per user."""
    if portable:
        program = Path(sys.executable) if getattr(sys, "frozen", False) else Path(__file__).resolve().parents[1]
        return program.parent / "workspace"
    if named := os.environ.get(ENVIRONMENT):
        return Path(named)
    return Path(platformdirs.user_data_dir("Bit-Llama Studio", appauthor=False)) / "workspace"


class Workspace:
    """An opened workspace: ``memories/`` what was said, ``souls/`` what was learned, ``logs/`` what went wrong."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.memories = root / "memories"
        self.souls = root / "souls"
        self.logs = root / "logs"

    @classmethod
    def open(cls, path: Path | str | None = None, portable: bool = False) -> Workspace:
        """Make the folders where they are missing and see that they can be written to.

        A workspace of an older layout is changed to this one's, after a copy of it was made.

        Raises `WorkspaceError` for a path that is no folder, cannot be written, was made by a newer version, or could
        not be brought up to date.
        """
        root = Path(path).expanduser() if path is not None else default_path(portable)
        workspace = cls(root.absolute())
        try:
            for folder in (workspace.memories, workspace.souls, workspace.logs):
                folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=workspace.root):
                pass
        except OSError as error:
            reason = error.strerror or str(error)
            raise WorkspaceError(
                "The workspace {root} cannot be used: {reason}. Choose another folder with --workspace.",
                root=workspace.root,
                reason=reason,
            ) from error
        workspace._check_layout()
        return workspace

    def _check_layout(self) -> None:
        """Mark a new workspace, refuse one of the future, and bring one of the past up to date, under its lock."""
        version = migration.layout_of(self.root)
        if version is None:
            migration.write_layout(self.root, VERSION)
        elif version > VERSION:
            raise WorkspaceError(
                "The workspace {root} was made by a newer version of this program (layout {version}); "
                "update the program, or choose another folder with --workspace.",
                root=self.root,
                version=version,
            )
        elif version < VERSION:
            with self.lock():  # which finishes what was begun, perhaps this very step
                migration.migrate(self.root, VERSION)

    def lock(self) -> WorkspaceLock:
        """Take the workspace for this program alone, until `WorkspaceLock.release` or the end of the process.

        A change that a crash cut short is finished, or thrown away where it had not happened yet.

        Raises `WorkspaceError` when another program (or another part of this one) holds it.
        """
        lock = WorkspaceLock(self.root)
        try:
            transaction.finish(self.root)
        except BaseException:
            lock.release()
            raise
        return lock


class WorkspaceLock:
    """An advisory lock on ``workspace.lock``; the system drops it when the process dies, however it dies."""

    def __init__(self, root: Path) -> None:
        self.path = root / "workspace.lock"
        try:
            self._file: BinaryIO | None = self.path.open("a+b")
        except OSError as error:
            raise WorkspaceError(
                "Could not open {path}: {why}. Check its permissions.", path=self.path, why=error.strerror
            ) from error
        try:
            _lock(self._file)
        except OSError as error:
            holder = self._holder()
            self._file.close()
            raise WorkspaceError(
                "The workspace {root} is in use by another program{holder}. Close that one first, or "
                "choose another folder with --workspace.",
                root=root,
                holder=holder,
            ) from error
        self._file.truncate(0)
        self._file.write(str(os.getpid()).encode())
        self._file.flush()

    def _holder(self) -> str:
        try:
            return Message(" (process {number})", number=int(self.path.read_bytes()))
        except (OSError, ValueError):
            return ""

    @property
    def held(self) -> bool:
        """Whether it is still ours."""
        return self._file is not None

    def release(self) -> None:
        """Give the workspace back; harmless when done twice."""
        if self._file is not None:
            with contextlib.suppress(OSError):
                self._file.truncate(0)
            self._file.close()
            self._file = None

    def __enter__(self) -> WorkspaceLock:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, tb: TracebackType | None) -> None:
        self.release()


if sys.platform == "win32":
    import msvcrt

    def _lock(file: BinaryIO) -> None:
        file.seek(1 << 30)  # far past the text: a locked range cannot be read by the program that wants to know who
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        file.seek(0)

else:
    import fcntl

    def _lock(file: BinaryIO) -> None:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
