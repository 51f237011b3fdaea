"""The folder where memories, souls and logs of one person live, and the lock that keeps a second program out."""

from __future__ import annotations

import contextlib
import io
import os
import secrets
import sys
import tempfile
from pathlib import Path
from types import TracebackType

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
            self._file: io.FileIO | None = self.path.open("a+b", buffering=0)
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
        self._process = os.getpid()
        self._mark = f"{self._process} {secrets.token_hex(8)}".encode()
        with contextlib.suppress(OSError):  # on a full disk it is locked all the same; nobody reads who holds it
            self._file.truncate(0)
            self._file.write(self._mark)
            self._file.flush()

    def _holder(self) -> str:
        try:
            return Message(" (process {number})", number=int(self.path.read_bytes().split()[0]))
        except (OSError, ValueError, IndexError):
            return ""

    @property
    def held(self) -> bool:
        """Whether it is still this process's: not given back, and not of the process that this one was forked from."""
        return self._file is not None and os.getpid() == self._process

    def require(self) -> None:
        """Raise `WorkspaceError` unless the workspace is still held: given back, forked away, or its lock file gone, so
        that another program may have taken it. Whoever writes calls this before."""
        root = self.path.parent
        if self._file is None:
            raise WorkspaceError(
                "The workspace {root} was given back, so nothing more is written to it; open it again.", root=root
            )
        if os.getpid() != self._process:
            raise WorkspaceError(
                "The workspace {root} is held by the process that this one was forked from; open it here once that one "
                "has closed it.",
                root=root,
            )
        try:
            found = self.path.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            found = None
        except OSError:
            return  # that it cannot be read just now says nothing about who holds it
        if found is None or (found and found != self._mark):
            raise WorkspaceError(
                "The lock {path} was deleted or replaced, so another program may be writing to the workspace; nothing "
                "more is written by this one. Close it and start it again.",
                path=self.path,
            )

    def release(self) -> None:
        """Give the workspace back; harmless when done twice."""
        if self._file is not None:
            with contextlib.suppress(OSError):
                if self.held:
                    self._file.truncate(0)
            self._file.close()
            self._file = None

    def __enter__(self) -> WorkspaceLock:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, tb: TracebackType | None) -> None:
        self.release()


if sys.platform == "win32":
    import msvcrt

    def _lock(file: io.FileIO) -> None:
        file.seek(1 << 30)  # far past the text: a locked range cannot be read by the program that wants to know who
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        file.seek(0)

else:
    import fcntl

    def _lock(file: io.FileIO) -> None:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
