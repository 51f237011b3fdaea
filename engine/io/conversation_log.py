"""What was said, one message a line, on disk before anything is made of it.

``memories/YYYY-MM-DD.jsonl`` (UTC days), each line a JSON object: ``role``, ``text``, ``timestamp`` (ISO 8601, UTC),
``conversation``, ``soul``, ``id``, and what `engine.session.history` needs to live it again. Lines are appended; only
forgetting, a move and `MemorySession.rewind` write a file anew. Ids sort in the order of writing.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from engine.errors import WorkspaceError

Role = Literal["user", "assistant", "system"]

_KEYS = ("role", "text", "timestamp", "conversation", "soul", "id")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\.jsonl")


@dataclass(frozen=True)
class Entry:
    """One message of the log."""

    role: Role
    """Who spoke."""
    text: str
    """What was said."""
    timestamp: str
    """When it was said, ISO 8601 in UTC: for one that came from elsewhere, the time told there."""
    conversation: str
    """Which conversation it belongs to."""
    soul: str
    """The soul that heard it: the key of a `SoulStore`."""
    id: str
    """Unique, and sorts in the order of writing."""
    extra: dict[str, Any] = field(default_factory=dict)
    """Further keys: ``after``, ``begins``, ``notes``, ``moved``, ``tokens``, ``rate`` and ``max_tokens`` (see
    `engine.session.history`), and unknown ones."""


class NewEntry(NamedTuple):
    """A message that is to be written."""

    role: Role
    text: str
    conversation: str
    timestamp: str = ""
    """When it was said, ISO 8601 in UTC; "" for now."""
    extra: Mapping[str, Any] = MappingProxyType({})
    """Further keys of the line."""


class ConversationLog:
    """The memories folder of a workspace. One writer at a time: the workspace lock sees to that."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.problems: list[str] = []
        """What the last `entries` could not read, one sentence each."""
        self._last_id = ""
        self._whole: Path | None = None  # the file whose last line is known to end in a newline

    def append(
        self, role: Role, text: str, conversation: str, soul: str, extra: Mapping[str, Any] | None = None
    ) -> Entry:
        """Write one message, with `extra` keys, and return once it is on the disk.

        Raises `WorkspaceError` when it cannot be kept; then no part of it is.
        """
        return self._append([NewEntry(role, text, conversation, extra=extra or {})], soul)[0]

    def extend(self, messages: Sequence[NewEntry], soul: str) -> list[Entry]:
        """Write messages from elsewhere at once, each with its own time where that is told; all of them or none.

        Raises `WorkspaceError` as `append`.
        """
        return self._append(messages, soul) if messages else []

    def draft(self, messages: Sequence[NewEntry], soul: str) -> list[Entry]:
        """Messages with ids of their own that are not written; `appended` says what writing them would give."""
        now = datetime.now(UTC)
        path = self._file_for(now)
        stamp = now.isoformat(timespec="milliseconds")
        entries = []
        for said in messages:
            self._last_id = self._next_id(path, now)
            when = said.timestamp or stamp
            entries.append(Entry(said.role, said.text, when, said.conversation, soul, self._last_id, dict(said.extra)))
        return entries

    def appended(self, entries: Sequence[Entry]) -> tuple[Path, bytes]:
        """The file that drafts belong into, and what it would hold with them. Raises `WorkspaceError` for an unreadable
        file."""
        path = self._file_for(datetime.now(UTC))
        try:
            held = path.read_bytes() if path.exists() else b""
        except OSError as error:
            raise WorkspaceError(
                "Could not read {path}: {why}. Check its permissions.", path=path, why=error.strerror
            ) from error
        if held and not held.endswith(b"\n"):
            held += b"\n"
        return path, held + "".join(_line(entry) + "\n" for entry in entries).encode("utf-8", errors="replace")

    def _append(self, messages: Sequence[NewEntry], soul: str) -> list[Entry]:
        former = self._last_id
        path = self._file_for(datetime.now(UTC))
        entries = self.draft(messages, soul)
        data = "".join(_line(entry) + "\n" for entry in entries)
        try:
            fresh = not path.exists()
            with path.open("ab", buffering=0) as file:
                if self._whole != path and not _is_whole(path):
                    data = "\n" + data  # a torn line stays alone on its line and damages nothing after it
                self._whole = None
                _write_all(file, data.encode("utf-8", errors="replace"))
            self._whole = path
            if fresh:
                _sync_folder(self.folder)
        except OSError as error:
            self._last_id = former
            raise WorkspaceError(
                "Could not write to {path}: {why}. The message was not taken; free some space or check "
                "the permissions, then send it again.",
                path=path,
                why=error.strerror or error,
            ) from error
        return entries

    def entries(self, after: str | None = None, soul: str | None = None) -> list[Entry]:
        """The messages in the order of writing: those after the entry with id `after`, those that `soul` heard.

        Lines that cannot be read are left out and told in `problems`. Raises `WorkspaceError` for an unreadable file.
        """
        self.problems = []
        found: list[Entry] = []
        first_day = _day_of(after) if after else ""
        for path in self._days():
            if path.stem >= first_day:
                found += self._read(path)
        if after is not None:
            place = next((i for i, entry in enumerate(found) if entry.id == after), None)
            # Ids sort by time of writing, so a marker whose own line is gone still divides the log.
            found = found[place + 1 :] if place is not None else [entry for entry in found if entry.id > after]
        return [entry for entry in found if soul is None or entry.soul == soul]

    def newest(self) -> str:
        """Id of the message that was written last, "" where there is none. Raises `WorkspaceError`."""
        if not self._last_id:
            self._last_id = max((entry.id for path in self._days()[-1:] for entry in self._read(path)), default="")
        return self._last_id

    def rewritten(self, change: Callable[[Entry], Entry | None]) -> dict[Path, bytes]:
        """What files would hold after `change` (None: the line goes); only those that differ, nothing is written.

        Lines that cannot be read stay as they are, byte for byte. Raises `WorkspaceError` for an unreadable file.
        """
        found = {}
        for path in self._days():
            try:
                data = path.read_bytes()
            except OSError as error:
                raise WorkspaceError(
                    "Could not read {path}: {why}. Check its permissions.", path=path, why=error.strerror
                ) from error
            lines = [new for line in data.split(b"\n") if (new := _changed(line, change)) is not None]
            if (new_data := b"\n".join(lines)) != data:
                found[path] = new_data
        return found

    def _days(self) -> list[Path]:
        return sorted(path for path in self.folder.glob("*.jsonl") if _DAY.fullmatch(path.name))

    def _read(self, path: Path) -> Iterable[Entry]:
        try:
            lines = path.read_bytes().split(b"\n")
        except OSError as error:
            raise WorkspaceError(
                "Could not read {path}: {why}. Check its permissions.", path=path, why=error.strerror
            ) from error
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                yield _parse(line)
            except (ValueError, RecursionError):
                torn = number == len(lines)
                what = (
                    "ends in the middle of a message (the program was stopped while writing)" if torn else "is damaged"
                )
                self.problems.append(f"{path}, line {number} {what}; that line was left out, the others were read.")

    def _file_for(self, now: datetime) -> Path:
        today = self.folder / f"{now:%Y-%m-%d}.jsonl"
        days = self._days()
        # A clock that was set back must not put new messages before old ones.
        return max(today, days[-1], key=lambda path: path.name) if days else today

    def _next_id(self, path: Path, now: datetime) -> str:
        if not self._last_id and path.exists():
            self._last_id = max((entry.id for entry in self._read(path)), default="")
        stamp = max(int(now.timestamp() * 1000), _stamp_of(self._last_id) + 1)
        return f"{stamp:012x}-{secrets.token_hex(4)}"


def _line(entry: Entry) -> str:
    return json.dumps({key: getattr(entry, key) for key in _KEYS} | entry.extra, ensure_ascii=False)


def _changed(line: bytes, change: Callable[[Entry], Entry | None]) -> bytes | None:
    try:
        entry = _parse(line)
    except (ValueError, RecursionError):
        return line
    new = change(entry)
    return line if new is entry else None if new is None else _line(new).encode("utf-8", errors="replace")


def _parse(line: bytes) -> Entry:
    data = json.loads(line.decode("utf-8"))
    if not isinstance(data, dict) or not all(isinstance(data.get(key), str) for key in _KEYS):
        raise ValueError("not a message")
    if data["role"] not in ("user", "assistant", "system"):
        raise ValueError("unknown role")
    extra = {key: value for key, value in data.items() if key not in _KEYS}
    return Entry(**{key: data[key] for key in _KEYS}, extra=extra)


def _stamp_of(entry_id: str) -> int:
    try:
        return int(entry_id.split("-")[0], 16)
    except ValueError:
        return 0


def _day_of(entry_id: str) -> str:
    """The day before an id's own, as a file stem: nothing after the id can lie in an older file."""
    try:
        return f"{datetime.fromtimestamp(_stamp_of(entry_id) / 1000 - 86400, UTC):%Y-%m-%d}"
    except (ValueError, OverflowError, OSError):
        return ""


def _is_whole(path: Path) -> bool:
    """Whether a file is empty or ends at the end of a line."""
    with path.open("rb") as file:
        if not file.seek(0, os.SEEK_END):
            return True
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"


def _write_all(file: io.FileIO, data: bytes) -> None:
    """Append and sync; on failure take back what was written: the log never holds a message that was refused."""
    start = file.seek(0, os.SEEK_END)
    try:
        view = memoryview(data)
        while view:
            view = view[file.write(view) :]
        os.fsync(file.fileno())
    except OSError:
        with contextlib.suppress(OSError):
            file.truncate(start)
        raise


def _sync_folder(folder: Path) -> None:
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
