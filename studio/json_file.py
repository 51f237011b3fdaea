"""A JSON object on the disk that a person would miss: read whatever happened to it, and never written over unread.

A file that is damaged is kept aside, byte for byte, before anything takes its place. One that could not be read at all
(locked by a virus scanner, a network drive that is gone, no permission) is not damaged: nothing is written to it until
it could be read.
"""

from __future__ import annotations

import codecs
import json
from itertools import count
from pathlib import Path
from typing import Any

from engine.errors import BitLlamaError, FileFormatError, Message
from engine.io import atomic


class JsonFile:
    """One file, read when this is made.

    Args:
        path: where it lies, or will.
        otherwise: what holds where it cannot be used, as a sentence's end.

    Attributes:
        data: what it held; empty where there is none, or none that can be used.
        problem: what was wrong with it, a sentence; "" where nothing was.
    """

    def __init__(self, path: Path, otherwise: Message) -> None:
        self.path = path
        self.data: dict[str, Any] = {}
        self.problem = ""
        self._unread = ""
        """Why what lies there must not be written over; "" where it may be."""
        try:
            found = path.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return
        except OSError as error:
            self._unread = error.strerror or str(error)
            self.problem = Message(
                "{path} cannot be read ({error}); {otherwise}, and nothing is written over it.",
                path=path, error=self._unread, otherwise=otherwise,
            )  # fmt: skip
            return
        try:
            self.data = _parsed(found)
        except (ValueError, RecursionError) as error:
            self._set_aside(found, error, otherwise)

    def write(self, data: dict[str, Any]) -> None:
        """Put an object on the disk. Raises `FileFormatError` where that cannot be, or would lose what lies there."""
        if self._unread:
            raise FileFormatError(
                "{path} could not be read when the program started ({why}), so it is not written over; what you change "
                "now holds until the program ends. Start it again once the file can be read.",
                path=self.path, why=self._unread,
            )  # fmt: skip
        atomic.write_text(self.path, json.dumps(data, indent=2, ensure_ascii=False, sort_keys=True) + "\n")

    def _set_aside(self, found: bytes, error: Exception, otherwise: Message) -> None:
        aside = _free_name(self.path, found)
        try:
            if not aside.exists():
                atomic.write_bytes(aside, found)
        except BitLlamaError as failed:
            self._unread = str(error)
            self.problem = Message(
                "{path} is damaged ({error}); {otherwise}, and nothing is written over it, since it could not be kept "
                "aside: {failed}",
                path=self.path, error=error, otherwise=otherwise, failed=failed,
            )  # fmt: skip
            return
        self.problem = Message("{path} is damaged ({error}); {otherwise}, {aside} keeps it.", path=self.path,
                               error=error, otherwise=otherwise, aside=aside)  # fmt: skip


def _parsed(found: bytes) -> dict[str, Any]:
    """The object in the bytes of a file: UTF-8, or UTF-16 where a byte order mark says so. Raises `ValueError`."""
    wide = found.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    data = json.loads(found.decode("utf-16" if wide else "utf-8-sig"))
    if not isinstance(data, dict):
        raise ValueError("it holds no JSON object")
    return data


def _free_name(path: Path, found: bytes) -> Path:
    """A name beside `path` that nothing else has; one that has the same bytes already serves as well."""
    for number in count():
        aside = path.with_suffix(f".damaged{number or ''}{path.suffix}")
        try:
            if aside.read_bytes() == found:
                return aside
        except FileNotFoundError:
            return aside
        except OSError:
            continue
    raise AssertionError("count() does not end")
