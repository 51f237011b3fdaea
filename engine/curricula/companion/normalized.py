"""A message in the plain form in which patterns are matched, with a map back to what the person typed.

Matching needs one spelling, one kind of apostrophe and letters that a pattern can name; what is learned must be the
person's own characters. So every character of the plain form remembers which characters of the message it stands for,
and a match is read from the message itself.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

EMOJI = "\u263a"
"""Stands for every pictograph."""
DOT = "\u00b7"
"""Stands for a full stop that ends no sentence: of an initial, or of a title such as "Dr."."""
_UPPER, _LOWER = "X", "x"
_SIGNS = {
    **dict.fromkeys("\u2018\u2019\u201a\u201b\u02bc\u2032\u00b4", "'"),
    **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb\u300c\u300d\u300e\u300f", '"'),
    **dict.fromkeys("\u2010\u2011\u2212", "-"),
    **dict.fromkeys("\u2026\u3002\u0964", "."),
    **dict.fromkeys("\u3001\u060c", ","),
    **dict.fromkeys("\u061f", "?"),
}
_SPELLINGS = (
    ("favorite", "favourite"), ("olor", "olour"), ("eighbor", "eighbour"), ("I'm ", "I am "),
    ("It's ", "It is "), ("it's ", "it is "), ("I've got a ", "I have a "), ("I'll ", "I will "),
    (" don't ", " do not "), ("That's ", "That is "), ("I've got ", "I have "), (" she's ", " she is "),
    (" he's ", " he is "), ("She's ", "She is "), ("He's ", "He is "), ("icense plate", "icence plate"),
    ("Wi-Fi", "wifi"), ("wi-fi", "wifi"), (" a.m.", " am"), (" p.m.", " pm"),
)  # fmt: skip
_TITLE = re.compile(r"\b(?:Mr|Mrs|Ms|Dr|Prof|St|Mt|Jr|Sr|Rev)(\.)(?= ?\w)")
_INITIAL = re.compile(r"(?<![\w'])[A-Z](\.)(?=( ?)([A-Z])([\w'-]*)|)")
"""A capital alone with a full stop, and what begins behind it."""


@dataclass(frozen=True)
class NormalizedText:
    """The plain form of `original`.

    Letters of other alphabets stand as ``X`` and ``x``, capitals and letters without case as the former, accents are
    dropped, typographic signs are the plain ones, and American spellings and contractions are the long British ones.
    Spaces are single; a line break is one ``\\n``.
    """

    original: str
    text: str
    starts: tuple[int, ...]
    """For each character of `text` where that begins in `original` which it stands for."""
    ends: tuple[int, ...]
    """And where it ends."""

    def source(self, start: int, end: int) -> str:
        """What the person typed for ``text[start:end]``: a substring of `original`, "" for an empty range."""
        return self.original[self.starts[start] : self.ends[end - 1]] if start < end else ""

    def replaced(self, edits: Iterable[tuple[int, int, str]]) -> NormalizedText:
        """With other characters in the place of some ranges of `text`, given in order and apart from each other.

        What old and new have in common at both ends keeps its place in the original; the rest stands for the rest.
        """
        text, done = "", 0
        starts: list[int] = []
        ends: list[int] = []
        for begin, end, new in edits:
            old = self.text[begin:end]
            head = _common(old, new)
            tail = _common(old[head:][::-1], new[head:][::-1])
            left, right = begin + head, end - tail
            text += self.text[done:left] + new[head : len(new) - tail]
            starts += self.starts[done:left]
            ends += self.ends[done:left]
            inside = len(new) - tail - head
            at = self.starts[left] if left < len(self.starts) else len(self.original)
            starts += [at] * inside
            ends += [self.ends[right - 1] if right > left else at] * inside
            done = right
        text += self.text[done:]
        return NormalizedText(self.original, text, (*starts, *self.starts[done:]), (*ends, *self.ends[done:]))


def normalize(message: str, sentence_starts: frozenset[str] = frozenset()) -> NormalizedText:
    """The plain form of a message; `sentence_starts` are words that after "B." begin a sentence and are no surname."""
    folded = [*_folded(message)]
    text = "".join(sign for sign, _, _ in folded)
    plain = NormalizedText(message, text, tuple(begin for _, begin, _ in folded), tuple(end for _, _, end in folded))
    plain = plain.replaced((match.start(1), match.end(1), DOT) for match in _TITLE.finditer(plain.text))
    plain = plain.replaced((at, at + 1, DOT) for at in _initials(plain.text, sentence_starts))
    for other, ours in _SPELLINGS:
        places = [match.span() for match in re.finditer(_whole(other), plain.text)]
        if places:
            plain = plain.replaced((begin, end, ours) for begin, end in places)
    return plain


def _whole(spelling: str) -> str:
    """Finds a spelling; one that begins with a whole word, which are those with an apostrophe, not within another."""
    return rf"(?<!\w){re.escape(spelling)}" if "'" in spelling and spelling[0] != " " else re.escape(spelling)


def _folded(message: str) -> Iterator[tuple[str, int, int]]:
    """Each character of the plain form, before any spelling is changed, with its range in the message."""
    at, size, before = 0, len(message), "\n"
    while at < size:
        begin, sign = at, message[at]
        at += 1
        if sign.isspace():
            while at < size and message[at].isspace():
                at += 1
            if begin and at < size:
                before = "\n" if len(message[begin:at].splitlines()) > 1 or "\n" in message[begin:at] else " "
                yield before, begin, at
            continue
        if plain := _plain(sign, before):
            before = plain
            yield plain, begin, at


def _plain(sign: str, before: str) -> str:
    """The one plain character for `sign`, which follows `before`; "" for one that is dropped."""
    if sign.isascii():
        return sign
    if sign in _SIGNS:
        return _SIGNS[sign]
    category = unicodedata.category(sign)
    if category[0] == "M":  # an accent or a vowel sign belongs to its letter
        return _LOWER if before.isalnum() else ""
    if category in ("Cf", "Cc"):
        return ""
    if category == "Nd":
        return str(unicodedata.digit(sign))
    base = unicodedata.normalize("NFKD", sign)[0]
    if base.isascii() and base.isprintable() and not base.isspace():
        return base
    if sign.isalpha():
        return _LOWER if sign.islower() else _UPPER
    return EMOJI if category in ("So", "Sk") else sign


def _initials(text: str, sentence_starts: frozenset[str]) -> Iterator[int]:
    """Where the full stops of initials stand in `text`."""
    last = -2
    for match in _INITIAL.finditer(text):
        at, gap, letter, rest = match.start(1), match[2], match[3], match[4]
        joined = last == match.start() - 2 or last == match.start() - 1
        more = bool(letter) and not rest and text[at + 2 + len(gap or "") :][:1] == "."
        if match[0][0] == "I" and not joined and not more:  # mostly the pronoun
            continue
        if more or (letter and rest and letter + rest not in sentence_starts) or (joined and not letter):
            last = at
            yield at


def _common(one: str, other: str) -> int:
    """How many characters the two have in common at the beginning."""
    size = min(len(one), len(other))
    return next((at for at in range(size) if one[at] != other[at]), size)
