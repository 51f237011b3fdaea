"""Reading a corpus: text files and JSONL files, streamed, every fault named by file and place."""

from __future__ import annotations

import codecs
import hashlib
import io
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from engine.errors import ConfigError, DataError, FileFormatError, Message
from engine.io.strict_json import parse_object, refuse_stand_in
from engine.text.template import ChatMessage

TEXT_SUFFIX, JSONL_SUFFIX = ".txt", ".jsonl"

MAX_LINE_BYTES = 64 << 20
"""A JSONL line is held in memory whole; a longer one is refused."""

_BLOCK_BYTES = 1 << 18
_FAULTS_TOLD = 5
_DIGEST_CHARACTERS = _BLOCK_BYTES // 4  # all of them are in the first block, whatever they are
_BOM = codecs.BOM_UTF8


@dataclass(frozen=True)
class TextDocument:
    """Plain text, read anew at each call of `blocks`."""

    size: int
    """Bytes on the disk."""
    digest: int
    """64 bits of a hash over the beginning of the text, the same wherever and in whatever form the document stands."""
    blocks: Callable[[], Iterator[str]]
    """The text in blocks. Raises `DataError` where it is not text."""


@dataclass(frozen=True)
class DialogueDocument:
    """One or more conversations in a row, lived by one state."""

    size: int
    digest: int
    messages: list[ChatMessage]


Document = TextDocument | DialogueDocument


class Corpus:
    """The files of a corpus and how much of them has been read.

    Raises `DataError` for inputs that are missing, of another kind, or hold nothing.
    """

    def __init__(self, inputs: Iterable[str | os.PathLike[str]]) -> None:
        self.files = _find_files([Path(p) for p in inputs])
        self.total_bytes = sum(path.stat().st_size for path in self.files)
        self.read_bytes = 0
        self.faults: list[Message] = []
        self.fault_count = 0
        if not self.total_bytes:
            raise DataError("The corpus is empty: {names} hold no text.", names=", ".join(map(str, self.files)))

    def documents(self) -> Iterator[Document]:
        """All documents in a fixed order; counts `read_bytes` from 0.

        Lines that cannot be used are left out and noted, so that all are found at once (`require_no_faults`).
        Raises `DataError` for a file that cannot be read.
        """
        self.read_bytes = 0
        for path in self.files:
            if path.suffix.lower() == TEXT_SUFFIX:
                if size := path.stat().st_size:
                    yield TextDocument(size, _digest_of_file(path), lambda path=path: self._text(path))  # type: ignore[misc]
            else:
                yield from self._lines(path)

    def _text(self, path: Path) -> Iterator[str]:
        decoder = codecs.getincrementaldecoder("utf-8")()
        newlines = io.IncrementalNewlineDecoder(None, translate=True)  # one line end for all, wherever it was written
        offset = 0
        with _open(path) as file:
            while True:
                data = _read(file, path, _BLOCK_BYTES)
                text = _decode(decoder, data, offset, path)
                self.read_bytes += len(data)
                if not offset:
                    text = text.removeprefix("\ufeff")
                if text := newlines.decode(text, final=not data):
                    yield text
                if not data:
                    return
                offset += len(data)

    def _lines(self, path: Path) -> Iterator[Document]:
        number = offset = 0
        with _open(path) as file:
            while line := _read_line(file, path, number + 1):
                number += 1
                self.read_bytes += len(line)
                place = Message("Line {number} of {path}", number=number, path=path)
                content = line.removeprefix(_BOM) if number == 1 else line
                if number == 1:
                    _refuse_stand_in(content, path)
                if b"\0" in content:
                    raise _binary(path, offset + line.index(b"\0"))
                if content.strip():
                    try:
                        document = _parse_line(content, place)
                    except DataError as error:
                        self.note(error)
                    else:
                        yield document
                offset += len(line)

    def note(self, fault: DataError) -> None:
        """Remember what cannot be used: the first of them with their words, the others by their number."""
        self.fault_count += 1
        if len(self.faults) < _FAULTS_TOLD:
            self.faults.append(fault.message)

    def require_no_faults(self) -> None:
        """Raise `DataError` for what was noted, naming the first places and how many there are."""
        if not self.faults:
            return
        if self.fault_count == 1:
            raise DataError(self.faults[0])
        told = self.faults[0]
        for fault in self.faults[1:]:
            told = Message("{former} {fault}", former=told, fault=fault)
        if self.fault_count > len(self.faults):
            told = Message("{former} And {n:,} more.", former=told, n=self.fault_count - len(self.faults))
        raise DataError("{n:,} places of the corpus cannot be used. {told}", n=self.fault_count, told=told)


def _find_files(inputs: list[Path]) -> list[Path]:
    if not inputs:
        raise DataError("No corpus is given; name text files, JSONL files or folders of them.")
    found: dict[Path, Path] = {}
    for path in inputs:
        if path.is_dir():
            inside = [Path(folder) / name for folder, _, names in os.walk(path) for name in names]
            files = sorted(p for p in inside if p.suffix.lower() in (TEXT_SUFFIX, JSONL_SUFFIX) and p.is_file())
            if not files:
                raise DataError(
                    "The folder {path} holds no {text} or {jsonl} file.",
                    path=path,
                    text=TEXT_SUFFIX,
                    jsonl=JSONL_SUFFIX,
                )
        elif not path.exists():
            raise DataError("There is no file or folder {path}; check the name.", path=path)
        elif not path.is_file() or path.suffix.lower() not in (TEXT_SUFFIX, JSONL_SUFFIX):
            raise DataError(
                "{path} is neither a {text} nor a {jsonl} file; a corpus is made of these.",
                path=path,
                text=TEXT_SUFFIX,
                jsonl=JSONL_SUFFIX,
            )
        else:
            files = [path]
        for file in files:
            found.setdefault(file.resolve(), file)
    return list(found.values())


def _open(path: Path) -> BinaryIO:
    try:
        return open(path, "rb")
    except OSError as error:
        raise DataError("Could not read {path}: {why}.", path=path, why=error.strerror or error) from error


def _read(file: BinaryIO, path: Path, size: int) -> bytes:
    try:
        return file.read(size)
    except OSError as error:
        raise DataError("Could not read {path}: {why}.", path=path, why=error.strerror or error) from error


def _read_line(file: BinaryIO, path: Path, number: int) -> bytes:
    try:
        line = file.readline(MAX_LINE_BYTES + 1)
    except OSError as error:
        raise DataError("Could not read {path}: {why}.", path=path, why=error.strerror or error) from error
    if len(line) > MAX_LINE_BYTES:
        raise DataError(
            "Line {number} of {path} is longer than {most} MiB; split it.",
            number=number,
            path=path,
            most=MAX_LINE_BYTES >> 20,
        )
    return line


def _digest_of_file(path: Path) -> int:
    with _open(path) as file:
        beginning = _read(file, path, _BLOCK_BYTES)
    if beginning.startswith(b"version https://git-lfs"):  # a page may well be a text to learn
        _refuse_stand_in(beginning, path)
    return _digest([beginning.decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\r", "\n")])


def _refuse_stand_in(beginning: bytes, path: Path) -> None:
    try:
        refuse_stand_in(beginning, path)
    except FileFormatError as error:
        raise DataError(error.message) from error


def _digest(texts: list[str]) -> int:
    """64 bits that equal texts have in common, whatever white space stands around them."""
    hashed = hashlib.blake2b(digest_size=8)
    for text in texts:
        hashed.update(text.strip()[:_DIGEST_CHARACTERS].encode("utf-8", "replace") + b"\0")
    return int.from_bytes(hashed.digest(), "little")


def _binary(path: Path, offset: int) -> DataError:
    return DataError(
        "{path} is not text: there is a zero byte at byte {offset}. Save it as UTF-8 text.", path=path, offset=offset
    )


def _decode(decoder: codecs.IncrementalDecoder, data: bytes, offset: int, path: Path) -> str:
    """Decode `data`, which starts at `offset` of the file; nothing means the end. Raises `DataError`."""
    if (at := data.find(b"\0")) >= 0:
        raise _binary(path, offset + at)
    begun = len(decoder.getstate()[0])
    try:
        return decoder.decode(data, final=not data)
    except UnicodeDecodeError as error:
        at = offset - begun + error.start
        raise DataError(
            "{path} is not UTF-8 text: {reason} at byte {at}. Save it as UTF-8.", path=path, reason=error.reason, at=at
        ) from error


def _parse_line(line: bytes, place: str) -> Document:
    try:
        data = parse_object(line, place)
    except FileFormatError as error:
        raise DataError(error.message) from error
    try:
        return _parse_document(data, len(line))
    except (_Fault, ConfigError) as error:
        raise DataError("{place}: {error}", place=place, error=error) from error


class _Fault(DataError):
    """What is wrong with a line."""


def _parse_document(data: dict[str, Any], size: int) -> Document:
    kinds = [key for key in ("messages", "text", "conversations") if key in data]
    if len(kinds) != 1:
        raise _Fault('it must have one of "messages", "text" and "conversations".')
    if kinds == ["text"]:
        text = _text_of(data, Message("the document"))
        return TextDocument(size, _digest([text]), lambda: iter([text]))
    if kinds == ["messages"]:
        return _dialogue(size, _messages(data["messages"], ""))
    conversations = data["conversations"]
    if not isinstance(conversations, list) or not conversations:
        raise _Fault('"conversations" must be a list with at least one conversation.')
    messages: list[ChatMessage] = []
    for n, conversation in enumerate(conversations, 1):
        if not isinstance(conversation, dict):
            raise _Fault("conversation {n} is not an object.", n=n)
        messages += _messages(conversation.get("messages"), Message(" of conversation {n}", n=n))
    return _dialogue(size, messages)


def _dialogue(size: int, messages: list[ChatMessage]) -> DialogueDocument:
    return DialogueDocument(
        size, _digest([part for message in messages for part in (message.role, message.text)]), messages
    )


def _messages(value: Any, where: str) -> list[ChatMessage]:
    if not isinstance(value, list) or not value:
        raise _Fault('"messages"{where} must be a list with at least one message.', where=where)
    out = []
    for n, item in enumerate(value, 1):
        which = Message("message {n}{where}", n=n, where=where)
        if not isinstance(item, dict):
            raise _Fault("{which} is not an object.", which=which)
        try:
            text = _text_of(item, which)
            out.append(ChatMessage(item.get("role"), text, _keep_of(item, which), item.get("weight", 1)))  # type: ignore[arg-type]
        except ConfigError as error:
            raise _Fault("{which}: {error}", which=which, error=error) from error
    return out


def _keep_of(item: dict[str, Any], what: str) -> tuple[str, ...] | None:
    keep = item.get("keep")
    if keep is None:
        return None
    if not isinstance(keep, list) or not all(isinstance(word, str) and word for word in keep):
        raise _Fault('"keep" of {what} must be a list of words.', what=what)
    return tuple(keep)


def _text_of(item: dict[str, Any], what: str) -> str:
    text = item.get("content", item.get("text"))
    if not isinstance(text, str):
        raise _Fault("{what} has no text.", what=what)
    if not text.strip():
        raise _Fault("{what} is empty.", what=what)
    return text
