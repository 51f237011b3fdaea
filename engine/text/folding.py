"""Text as a search compares it: without case, accents, widths and invisible characters."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

_SAME = {
    "ı": "i",  # dotless i: casefold leaves it, and I may have been written for it
    "‘": "'", "’": "'", "‚": "'", "′": "'", "“": '"', "”": '"', "„": '"', "″": '"',
    "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "―": "-", "−": "-",
}  # fmt: skip
"""Characters that people write one for the other and that Unicode calls different."""


class _Folded(dict[int, str]):
    """What each character becomes; made when it is met first."""

    def __missing__(self, code: int) -> str:
        plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", chr(code)).casefold())
        kept = (_SAME.get(c, c) for c in plain if not _is_unseen(c))
        folded = self[code] = "".join(kept)
        return folded


def _is_unseen(character: str) -> bool:
    """Whether it is an accent of Latin, Greek or Cyrillic letters, or nothing that is seen (zero-width space)."""
    return "\u0300" <= character <= "\u036f" or unicodedata.category(character) == "Cf"


_FOLDED = _Folded()


def fold(text: str) -> str:
    """`text` for comparing: two texts that a person would call the same words become equal.

    Case (ß as ss, İ and ı as i), composed and decomposed letters, full width and half width, accents, typographic
    quotes and dashes, and kinds of spaces make no difference; the marks of Japanese (が, か) and other scripts do.
    """
    return text.lower() if text.isascii() else text.translate(_FOLDED)


def find_folded(text: str, folded_words: Iterable[str]) -> int:
    """Where in `text` the first of `folded_words` (as `fold` gives them) begins; -1 where none stands in it."""
    folded = fold(text)
    found = min((place for word in folded_words if (place := folded.find(word)) >= 0), default=-1)
    if found <= 0 or len(folded) == len(text):
        return found
    passed = 0
    for place, character in enumerate(text):
        passed += len(fold(character))
        if passed > found:
            return place
    return len(text)
