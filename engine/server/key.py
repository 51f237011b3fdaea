"""The key of the server: made at the first start, in a file that only its owner may read."""

from __future__ import annotations

import hmac
import os
import secrets
from pathlib import Path

from engine.errors import WorkspaceError

FILE = "server.key"
"""Its name in a workspace."""


class ServerKey:
    """What a client has to know.

    Args:
        text: the key.
    """

    def __init__(self, text: str) -> None:
        self._text = text.encode()

    @classmethod
    def load(cls, path: Path) -> ServerKey:
        """The key in a file, which is made where there is none.

        Raises `WorkspaceError` for a file that cannot be read or made, holds no key, or can be read by others.
        """
        try:
            return cls(_made(path))
        except FileExistsError:
            pass
        except OSError as error:
            raise WorkspaceError(
                "Could not open {path}: {why}. Check its permissions.", path=path, why=error.strerror
            ) from error
        try:
            if os.name == "posix" and path.stat().st_mode & 0o077:
                raise WorkspaceError(
                    "{path} can be read by others, so the key in it is none. Delete it and start again: a new one is "
                    "made.",
                    path=path,
                )
            text = path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", None) or error
            raise WorkspaceError("Could not read {path}: {why}. Check its permissions.", path=path, why=why) from error
        if len(text) < 16:
            raise WorkspaceError(
                "{path} holds no key of at least 16 characters. Delete it and start again: a new one is made.",
                path=path,
            )
        return cls(text)

    def matches(self, header: bytes | None) -> bool:
        """Whether an ``Authorization`` header brings it; how long that takes says nothing about the key."""
        scheme, _, given = (header or b"").partition(b" ")
        return hmac.compare_digest(given.strip(), self._text) and scheme.lower() == b"bearer"


def _made(path: Path) -> str:
    """Make the file; `FileExistsError` where there is one."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    text = secrets.token_urlsafe(32)
    with open(handle, "w", encoding="utf-8") as file:
        file.write(text + "\n")
    return text
