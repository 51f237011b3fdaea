"""Cutting long text where the cut does not change the tokens."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator

PIECE_CHARACTERS = 16384
"""Characters of one piece: the tokenizer's working memory is a hundred times that, so pieces bound it."""

_LOOK_BACK = 4096


def safe_cut(text: str, limit: int) -> int:
    """Where to cut `text` at or before `limit` characters, as near to `limit` as is safe; 1 <= result <= limit.

    A word splitter never joins a letter or digit to the white space after it, so a cut between the two leaves the
    tokens as they are. Text without white space (Japanese) is cut before a punctuation mark; text without either
    (one endless word) at `limit`, where one token may come out differently.
    """
    low = max(1, limit - _LOOK_BACK)
    punctuation = 0
    for i in range(min(limit, len(text) - 1), low - 1, -1):
        after = text[i]
        if not text[i - 1].isalnum():
            continue
        if after.isspace():
            return i
        if not punctuation and not after.isalnum() and unicodedata.category(after)[0] != "M":
            punctuation = i
    return punctuation or limit


def pieces(blocks: Iterable[str], size: int = PIECE_CHARACTERS) -> Iterator[str]:
    """Cut a stream of text, given in blocks of any length, into pieces of at most `size` characters at safe places."""
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
