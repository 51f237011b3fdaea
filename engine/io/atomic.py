"""The one writer: a file is either wholly the new one or still the old one, whatever happens meanwhile."""

from __future__ import annotations

import contextlib
import io
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, cast

from engine.errors import FileFormatError, Message


class _Pieces(io.BufferedIOBase):
    """A new file whose bytes reach the system in pieces of `size`, each at a multiple of that. Python's own buffer cuts
    wherever something did not fit into it."""

    def __init__(self, path: Path, size: int) -> None:
        self._file = open(path, "xb", 0)  # noqa: SIM115 (closed with this)
        self._piece = bytearray(size)
        self._held = self._written = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        left = memoryview(data).cast("B")
        count = len(left)
        while left:
            taken = min(len(left), len(self._piece) - self._held)
            self._piece[self._held : self._held + taken] = left[:taken]
            self._held += taken
            left = left[taken:]
            if self._held == len(self._piece):
                self.flush()
        return count

    def flush(self) -> None:
        with memoryview(self._piece) as piece:
            start = 0
            while start < self._held:
                start += self._file.write(piece[start : self._held])
        self._written += self._held
        self._held = 0

    def tell(self) -> int:
        return self._written + self._held

    def fileno(self) -> int:
        return self._file.fileno()

    def close(self) -> None:
        self._held = 0  # `writing` has flushed what is to stay
        self._file.close()
        super().close()


@contextlib.contextmanager
def writing(path: str | os.PathLike[str], pieces: int | None = None) -> Iterator[BinaryIO]:
    """Yield a binary file that becomes `path` when the block ends well, and vanishes when it does not.

    The bytes go to a temporary file in the same folder, are flushed to the disk, and take the name in one step; the
    folder is flushed too. A symbolic link is followed, so the link stays. The mode of a former file is kept.
    With `pieces`, the system gets the bytes in pieces of that size.

    Raises `FileFormatError` when the disk is full, the folder is missing, or writing is not allowed; then the former
    file is untouched and no temporary file is left.
    """
    mode = None
    try:
        target = Path(os.path.realpath(path))
        temporary = target.with_name(f".{target.name}.{os.urandom(4).hex()}.tmp")
        with contextlib.suppress(FileNotFoundError):
            found = target.stat().st_mode
            if not stat.S_ISREG(found):
                kind = Message("a folder") if stat.S_ISDIR(found) else Message("not a plain file")
                raise FileFormatError(
                    "Could not write {path}: it is {kind}. Choose another name.", path=path, kind=kind
                )
            mode = stat.S_IMODE(found)
        file = cast(BinaryIO, _Pieces(temporary, pieces)) if pieces else open(temporary, "xb")  # noqa: SIM115 (closed below)
    except (OSError, ValueError) as error:
        raise _failure(path, error) from error
    try:
        yield file
        file.flush()
        os.fsync(file.fileno())
        file.close()
        if mode is not None:
            os.chmod(temporary, mode)
        os.replace(temporary, target)
    except BaseException as error:
        with contextlib.suppress(OSError):  # a full disk fails once more while the buffer is given up
            file.close()
        with contextlib.suppress(OSError):
            temporary.unlink()
        if isinstance(error, OSError):
            raise _failure(path, error) from error
        raise
    flush_folder(target.parent)


def write_bytes(path: str | os.PathLike[str], data: bytes) -> None:
    """Write `data` as the whole of `path`. Raises `FileFormatError` as `writing` does."""
    with writing(path) as file:
        file.write(data)


def write_text(path: str | os.PathLike[str], text: str) -> None:
    """Write `text` as UTF-8, newlines as they are. Raises `FileFormatError` as `writing` does."""
    try:
        data = text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise FileFormatError(
            "Could not write {path}: the text is not valid Unicode ({reason}).", path=path, reason=error.reason
        ) from error
    write_bytes(path, data)


def make_folder(path: str | os.PathLike[str]) -> Path:
    """Make a folder and those above it where they are missing. Raises `FileFormatError` where that cannot be."""
    folder = Path(path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        raise FileFormatError(
            "Could not make the folder {folder}: {why}. Choose another place for it.", folder=folder, why=_reason(error)
        ) from error
    return folder


def flush_folder(folder: Path) -> None:
    """Make the new name itself durable. Windows has no such call, and some network folders refuse it."""
    if os.name == "nt":
        return
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)


def _failure(path: str | os.PathLike[str], error: Exception) -> FileFormatError:
    return FileFormatError(
        "Could not write {path}: {why}. Free some space or choose another place; nothing was changed.",
        path=path,
        why=_reason(error),
    )
