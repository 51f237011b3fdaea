"""Encoding a long text in chunks that give the tokens of the whole: where to cut, and what not to add there."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any, Literal

CHUNK_CHARACTERS = 16384
"""Characters of one chunk: the tokenizer's working memory is a hundred times that, so chunks bound it."""

_LOOK_BACK = 4096

Place = Literal["start", "section", "middle"]
"""Where a text to encode stands: at the beginning; behind a special token; or in the middle of other text."""


def safe_cut(text: str, limit: int) -> int:
    """Where to cut `text` at or before `limit` characters, as near to `limit` as is safe; 1 <= result <= limit.

    A word splitter never joins a letter or digit to the white space after it, so a cut between the two leaves the
    tokens as they are. Text without white space (Japanese) is cut before a punctuation mark; text without either
    (one endless word) near `limit`, where one token may come out differently, but never before an accent, which a
    normaliser joins to its letter.
    """
    low = max(1, limit - _LOOK_BACK)
    punctuation, whole = 0, 0
    for i in range(min(limit, len(text) - 1), low - 1, -1):
        after = text[i]
        is_mark = unicodedata.category(after)[0] == "M"
        if not whole and not is_mark:
            whole = i
        if not text[i - 1].isalnum():
            continue
        if after.isspace():
            return i
        if not punctuation and not after.isalnum() and not is_mark:
            punctuation = i
    return punctuation or whole or limit


def chunks(blocks: Iterable[str], size: int = CHUNK_CHARACTERS) -> Iterator[str]:
    """Cut a stream of text, given in blocks of any length, into chunks of at most `size` characters at safe places."""
    waiting = ""
    for block in blocks:
        waiting += block
        start = 0
        while len(waiting) - start > size:
            window = waiting[start : start + size + 1]
            cut = safe_cut(window, size)
            yield window[:cut]
            start += cut
        waiting = waiting[start:]
    if waiting:
        yield waiting


def without_edges(description: dict[str, Any], place: Place, is_last: bool) -> dict[str, Any]:
    """The ``tokenizer.json`` that encodes a part of a text as the original encodes it within the whole.

    Many tokenizers put a space before a text or strip the white space around it. `place` says what comes before the
    part, `is_last` whether it goes on to the end. `description` is not changed; it comes back itself where nothing
    need be.
    """
    normalizer = _normalizer(description.get("normalizer"), place, is_last)
    splitter = _splitter(description.get("pre_tokenizer"), place)
    if normalizer == description.get("normalizer") and splitter == description.get("pre_tokenizer"):
        return description
    return description | {"normalizer": normalizer, "pre_tokenizer": splitter}


def _normalizer(step: dict[str, Any] | None, place: Place, is_last: bool) -> dict[str, Any] | None:
    """A normaliser runs on each part between special tokens for itself."""
    if step is None:
        return None
    if step["type"] == "Sequence":
        kept = [_normalizer(inner, place, is_last) for inner in step["normalizers"]]
        return step | {"normalizers": [inner for inner in kept if inner is not None]}
    if step["type"] == "Prepend" and place == "middle":
        return None
    if step["type"] == "Strip":
        return step | {
            "strip_left": step["strip_left"] and place != "middle",
            "strip_right": step["strip_right"] and is_last,
        }
    return step


def _splitter(step: dict[str, Any] | None, place: Place) -> dict[str, Any] | None:
    """Only the first step of a splitter sees where the part begins; the later ones get its words."""
    if step is None or place == "start":
        return step
    if step["type"] == "Sequence":
        first, *others = step["pretokenizers"]
        return step | {"pretokenizers": [_splitter(first, place), *(_without_first(other) for other in others)]}
    if step["type"] == "ByteLevel" and place == "middle":
        return step | {"add_prefix_space": False}
    if step["type"] == "Metaspace" and place == "middle":
        return step | {"prepend_scheme": "never"}
    return _without_first(step)


def _without_first(step: dict[str, Any]) -> dict[str, Any]:
    if step["type"] == "Metaspace" and step.get("prepend_scheme") == "first":
        return step | {"prepend_scheme": "never"}
    return step
