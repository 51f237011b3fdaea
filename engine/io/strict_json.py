"""JSON from files that nobody vouches for: bounded in size, depth and numbers, without doubled keys."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any

from engine.errors import FileFormatError

MAX_BYTES = 100_000_000
"""No header or JSON file is longer than this: the limit that the safetensors library keeps, too."""
MAX_DEPTH = 64
_MAX_DIGITS = 19  # of a whole number: what 64 bits hold


def parse_object(data: bytes | str, where: str) -> dict[str, Any]:
    """As `parse`, for text that must hold an object. Raises `FileFormatError`."""
    value = parse(data, where)
    if not isinstance(value, dict):
        raise FileFormatError(
            "{where} does not hold a JSON object; the file is damaged or of another kind.", where=where
        )
    return value


def parse(data: bytes | str, where: str) -> Any:
    """The JSON value in `data` (UTF-8); `where` names it in errors.

    Raises `FileFormatError` for text that is not JSON, names a key twice, nests deeper than 64 levels, holds NaN,
    infinities or numbers beyond 64 bits, or text that cannot be written as UTF-8.
    """
    try:
        text = data if isinstance(data, str) else bytes(data).decode("utf-8")
        value = json.loads(
            text, object_pairs_hook=_once, parse_int=_int, parse_float=_float, parse_constant=_refuse_constant
        )
    except RecursionError as error:
        raise FileFormatError("{where} is nested too deeply to be real; the file is damaged.", where=where) from error
    except ValueError as error:
        raise FileFormatError(
            "{where} is not valid JSON ({error}); the file is damaged.", where=where, error=error
        ) from error
    if _too_deep(value):
        raise FileFormatError(
            "{where} is nested deeper than {most} levels; the file is damaged.", where=where, most=MAX_DEPTH
        )
    if "\\ud" in text.lower():  # half a surrogate pair can be escaped in JSON but never printed or saved
        try:
            json.dumps(value, ensure_ascii=False).encode("utf-8")
        except UnicodeEncodeError as error:
            raise FileFormatError(
                "{where} holds text that is not valid Unicode; the file is damaged.", where=where
            ) from error
    return value


def to_bytes(value: dict[str, Any], where: str) -> bytes:
    """The compact JSON of `value`, which `parse_object` will accept again; `where` names it in errors.

    Raises `FileFormatError` for values that have no place in JSON.
    """
    try:
        data = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode("utf-8")
    except (TypeError, ValueError, RecursionError) as error:
        raise FileFormatError("{where} cannot be written as JSON: {error}.", where=where, error=error) from error
    if len(data) > MAX_BYTES:
        raise FileFormatError(
            "{where} takes {length:,} bytes of JSON, more than the {most:,} that are read.",
            where=where,
            length=len(data),
            most=MAX_BYTES,
        )
    parse_object(data, where)
    return data


def read_object(path: Path) -> tuple[dict[str, Any], str]:
    """The JSON object in a file, and its text. Raises `FileFormatError`."""
    text = read_text(path)
    return parse_object(text, str(path)), text


def refuse_stand_in(beginning: bytes, path: Path) -> None:
    """Raise `FileFormatError` for what is often saved under the name of a file in place of it, told by its `beginning`:
    the pointer of Git LFS, or a web page.
    """
    text = beginning[:512].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if text.startswith(b"version https://git-lfs"):
        raise FileFormatError(
            "{path} is a pointer of Git LFS and not the file itself; fetch that with `git lfs pull`, or download it.",
            path=path,
        )
    if text.startswith((b"<!doctype html", b"<html", b"<head", b"<?xml")):
        raise FileFormatError(
            "{path} is a web page and not the file itself; download it again, by the link to the file.", path=path
        )


def read_text(path: Path) -> str:
    """The UTF-8 text of a file of at most 100 MB. Raises `FileFormatError`."""
    size = require_file(path)
    if size > MAX_BYTES:
        raise FileFormatError(
            "{path} has {size:,} bytes, too many for a JSON file; it is damaged or of another kind.",
            path=path,
            size=size,
        )
    try:
        data = path.read_bytes()
        refuse_stand_in(data, path)
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileFormatError("{path} is not UTF-8 text; it is damaged or of another kind.", path=path) from error
    except OSError as error:
        raise FileFormatError("Could not read {path}: {why}.", path=path, why=error.strerror or error) from error


def require_file(path: Path) -> int:
    """The size of a plain file in bytes. Raises `FileFormatError` where there is none."""
    try:
        found = os.stat(path)
    except FileNotFoundError as error:
        raise FileFormatError("There is no file {path}. Check the name.", path=path) from error
    except (OSError, ValueError) as error:
        raise FileFormatError(
            "Could not read {path}: {why}.", path=path, why=getattr(error, "strerror", None) or error
        ) from error
    if stat.S_ISDIR(found.st_mode):
        raise FileFormatError("{path} is a folder where a file is expected.", path=path)
    if not stat.S_ISREG(found.st_mode):
        raise FileFormatError("{path} is not a plain file.", path=path)
    return found.st_size


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    out = dict(pairs)
    if len(out) != len(pairs):
        seen: set[str] = set()
        doubled = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise ValueError(f"the key {doubled[:80]!r} stands twice")
    return out


def _int(text: str) -> int:
    if len(text.lstrip("-")) > _MAX_DIGITS:
        raise ValueError("a whole number is larger than 64 bits")
    return int(text)


def _float(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise ValueError("a number is larger than any float")
    return value


def _refuse_constant(text: str) -> float:
    raise ValueError(f"{text} is not a number in JSON")


def _too_deep(value: Any) -> bool:
    level = [value] if isinstance(value, (dict, list)) else []
    for _ in range(MAX_DEPTH):
        level = [
            child
            for node in level
            for child in (node.values() if isinstance(node, dict) else node)
            if isinstance(child, (dict, list))
        ]
        if not level:
            return False
    return True
