"""Conversations as files of a person's: Markdown, JSON and JSON lines, out and in again without loss.

JSON is ``{"format": "bit-llama-conversations", "version": 1, "conversations": [{"title", "messages": [...]}]}``, JSON
lines are one message a line with its ``conversation`` and ``title``; a message has ``role``, ``text``, ``timestamp``.
Markdown is for reading; a comment before each message lets it be read in again. What other programs export is read as
well (`foreign_chats`).
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path
from typing import Any, get_args

from engine.errors import FileFormatError, Message
from studio.chat import foreign_chats
from studio.protocol import LogLine, Role

FORMATS = (".md", ".json", ".jsonl")
TEXT = ".txt"
"""Of a plain text that is to be learned."""
_FORMAT = "bit-llama-conversations"
_MARK = re.compile(r"<!-- (user|assistant|conversation) ?(\S*) -->")
_MARK_LINE = re.compile(r"^(\\*)(?=<!-- (?:user|assistant|conversation) )", re.MULTILINE)
_LIMIT = 64 * 2**20


@dataclass(frozen=True)
class ExportedChat:
    """A conversation as it is written to a file."""

    id: str
    title: str
    lines: tuple[LogLine, ...]


def written(chats: Sequence[ExportedChat], suffix: str) -> str:
    """The text of a file. `suffix` is one of `FORMATS`."""
    if suffix == ".md":
        text = "\n".join(_markdown(chat) for chat in chats)
    elif suffix == ".jsonl":
        text = "".join(
            _json({"conversation": chat.id, "title": chat.title} | _message(line)) + "\n"
            for chat in chats
            for line in chat.lines
        )
    else:
        listed = [{"id": chat.id, "title": chat.title, "messages": list(map(_message, chat.lines))} for chat in chats]
        file = {"format": _FORMAT, "version": 1, "conversations": listed}
        text = json.dumps(file, ensure_ascii=False, indent=1) + "\n"
    return _cleaned(text)


def read(path: Path) -> list[ExportedChat]:
    """The conversations of a file. Raises `FileFormatError`, naming the file and the place, for one that is none."""
    suffix = path.suffix.lower()
    if suffix not in FORMATS:
        raise FileFormatError(
            "{path} is none of {known}; choose a file that was exported.", path=path, known=", ".join(FORMATS)
        )
    text = _text_of(path, _LIMIT, Message("export fewer conversations at once"))
    chats = {".md": _from_markdown, ".json": _from_json, ".jsonl": _from_lines}[suffix](text, path)
    found = [chat for chat in chats if chat.lines]
    if not found:
        raise FileFormatError("{path} holds no conversation; choose a file that was exported.", path=path)
    return found


def _text_of(path: Path, most: int, instead: Message) -> str:
    """The text of a file in UTF-8 or, where it says so itself, UTF-16. What no text may hold becomes U+FFFD."""
    try:
        if path.stat().st_size > most:
            raise FileFormatError("{path} is larger than {most} kB; {instead}.", path=path, most=most // 1000,
                                  instead=instead)  # fmt: skip
        data = path.read_bytes()
    except OSError as error:
        raise FileFormatError("{path} cannot be read: {why}.", path=path, why=error.strerror or error) from error
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = data.decode("utf-16" if wide else "utf-8-sig")
    except ValueError as error:
        raise FileFormatError("{path} is not text in UTF-8; save it as UTF-8 and try again.", path=path) from error
    return text.rstrip("\0").replace("\r\n", "\n")


def _message(line: LogLine) -> dict[str, str]:
    return {"role": line.role, "text": line.text, "timestamp": line.timestamp}


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _markdown(chat: ExportedChat) -> str:
    parts = [f"<!-- conversation -->\n# {chat.title}\n"]
    for line in chat.lines:
        text = _MARK_LINE.sub(r"\1\\", line.text)
        who = "**You**" if line.role == "user" else "**Reply**"
        parts.append(f"<!-- {line.role} {line.timestamp} -->\n{who}\n\n{text}\n")
    return "\n".join(parts)


def _from_markdown(text: str, path: Path) -> Iterable[ExportedChat]:
    marks = list(re.finditer(rf"^{_MARK.pattern}[ \t]*$", text, re.MULTILINE))
    if not marks:
        yield from _from_plain_markdown(text)
        return
    title = ""
    lines: list[LogLine] = []
    for mark, follows in zip_longest(marks, marks[1:]):
        body = text[mark.end() + 1 : follows.start() - 1 if follows else len(text)]
        if mark[1] == "conversation":
            if lines:
                yield ExportedChat("", title, tuple(lines))
            title, lines = body.strip().removeprefix("#").strip(), []
        else:
            words = body.partition("\n\n")[2].removesuffix("\n")  # without the name in bold
            role: Role = "user" if mark[1] == "user" else "assistant"
            lines.append(LogLine(role, _MARK_LINE.sub(_unescape, words), mark[2], ""))
    yield ExportedChat("", title, tuple(lines))


def _from_plain_markdown(text: str) -> Iterable[ExportedChat]:
    """One conversation from Markdown whose comments were lost: who speaks stands alone on a line."""
    speakers = list(re.finditer(r"^\*\*(You|Reply)\*\*[ \t]*$", text, re.MULTILINE))
    lines = []
    for speaker, follows in zip_longest(speakers, speakers[1:]):
        words = text[speaker.end() : follows.start() if follows else len(text)].strip("\n")
        lines.append(LogLine("user" if speaker[1] == "You" else "assistant", words, "", ""))
    title = re.match(r"\s*# (.+)", text)
    yield ExportedChat("", title[1].strip() if title else "", tuple(lines))


def _unescape(match: re.Match[str]) -> str:
    return match[1][1:]


def _from_json(text: str, path: Path) -> Iterable[ExportedChat]:
    data = _parsed(text, str(path))
    listed = data.get("conversations") if isinstance(data, dict) else None
    if isinstance(data, dict) and data.get("format") == _FORMAT and isinstance(listed, list):
        for number, item in enumerate(listed, start=1):
            where = f"{path}, conversation {number}"
            if not isinstance(item, dict) or not isinstance(item.get("messages"), list):
                raise FileFormatError("{where} has no list of messages; nothing was imported.", where=where)
            lines = tuple(
                _line(message, f"{where}, message {n}") for n, message in enumerate(item["messages"], start=1)
            )
            yield ExportedChat("", _title(item), lines)
        return
    found = list(foreign_chats.conversations(data))
    if not found:
        raise FileFormatError("{path} has no list of conversations; choose a file that was exported.", path=path)
    for title, lines_found in found:
        yield ExportedChat("", _cleaned(title), tuple(_cleaned_line(line) for line in lines_found))


def _from_lines(text: str, path: Path) -> Iterable[ExportedChat]:
    found: dict[str, tuple[str, list[LogLine]]] = {}
    for number, row in enumerate(text.split("\n"), start=1):
        if row.strip():
            where = f"{path}, line {number}"
            item = _parsed(row, where)
            if isinstance(item, dict) and "role" not in item and (whole := list(foreign_chats.conversations(item))):
                for place, (title, lines) in enumerate(whole):
                    found[f"\n{number} {place}"] = title, [_cleaned_line(line) for line in lines]
                continue
            line = _line(item, where)
            found.setdefault(str(item.get("conversation", "")), (_title(item), []))[1].append(line)
    return [ExportedChat("", title, tuple(lines)) for title, lines in found.values()]


def _parsed(text: str, where: str) -> Any:
    try:
        return json.loads(text, parse_int=_number)
    except (ValueError, RecursionError) as error:
        raise FileFormatError(
            "{where} is no JSON ({error}); nothing was imported.", where=where, error=error
        ) from error


def _number(digits: str) -> int | float:
    """No number of a message is longer than this; Python refuses to read very long ones as whole numbers."""
    return int(digits) if len(digits) < 20 else float(digits)


def _line(item: Any, where: str) -> LogLine:
    text = item.get("text", item.get("content")) if isinstance(item, dict) else None
    if not isinstance(text, str) or item.get("role") not in get_args(Role):
        raise FileFormatError("{where} is no message (it needs a role and a text); nothing was imported.", where=where)
    return _cleaned_line(LogLine(item["role"], text, foreign_chats.as_moment(item.get("timestamp")), ""))


def _cleaned_line(line: LogLine) -> LogLine:
    return replace(line, text=_cleaned(line.text))


def _cleaned(text: str) -> str:
    """`text` without what no file of UTF-8 can hold: half of a surrogate pair becomes U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _title(item: dict[str, Any]) -> str:
    title = item.get("title")
    return _cleaned(title) if isinstance(title, str) else ""


MOST_BYTES = 1_000_000
"""A night replays every word; a library is for training."""
MOST_CHARACTERS = 1200
"""Of one message; a longer paragraph is cut between its sentences."""
_SENTENCE = re.compile(r"(?<=[.!?。！？])\s*")


def read_text(path: Path) -> ExportedChat:
    """The text of a file as one conversation. Raises `FileFormatError` for a file that is no text, or too long."""
    text = _text_of(path, MOST_BYTES, Message("cut it, or train on it instead"))
    messages = [piece for paragraph in re.split(r"\n\s*\n", text) for piece in _pieces(" ".join(paragraph.split()))]
    if not messages:
        raise FileFormatError("{path} is empty; there is nothing to learn in it.", path=path)
    return ExportedChat("", path.stem, tuple(LogLine("user", message, "", "") for message in messages))


def _pieces(paragraph: str) -> list[str]:
    """A paragraph in messages of at most `MOST_CHARACTERS`, where its sentences allow it."""
    pieces: list[str] = []
    for sentence in _SENTENCE.split(paragraph):
        if pieces and len(pieces[-1]) + len(sentence) < MOST_CHARACTERS:
            pieces[-1] += f" {sentence}" if sentence else ""
        elif sentence:
            pieces.append(sentence)
    return pieces
