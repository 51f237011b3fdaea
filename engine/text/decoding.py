"""From token ids back to text: what bytes each token stands for, and a decoder that never splits a character."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping, Sequence
from typing import Any

import tokenizers

from engine.errors import FileFormatError

MAX_VOCAB = 1 << 20
"""No tokenizer has more ids: it bounds what a damaged file can make us allocate."""

REPLACEMENT = "\ufffd"
"""What stands for bytes that are no text."""


def _byte_of_character() -> dict[str, int]:
    """The alphabet of byte-level tokenizers (GPT-2): printable bytes stand for themselves, the rest from U+0100 up."""
    printable = {*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)}
    others = (b for b in range(256) if b not in printable)
    return {chr(b): b for b in printable} | {chr(0x100 + i): b for i, b in enumerate(others)}


BYTE_OF_CHARACTER: Mapping[str, int] = _byte_of_character()

# The same as a translation to Latin-1, which fails on a character that stands for no byte.
_TO_LATIN_1 = dict.fromkeys(range(256), "\uffff") | {ord(c): chr(b) for c, b in BYTE_OF_CHARACTER.items()}

_BYTE_PIECE = re.compile(r"<0x([0-9A-Fa-f]{2})>")


class TokenBytes:
    """The bytes that each token of a tokenizer stands for.

    Understands the decoders that turn tokens into bytes one by one: byte level, byte fallback, metaspace, plain
    replacement. Raises `FileFormatError` for any other, since its text could not be streamed as it is generated.

    Args:
        tokenizer: whose tokens they are.
        description: the content of its ``tokenizer.json``, which takes long to write and to read.
    """

    def __init__(self, tokenizer: tokenizers.Tokenizer, description: Mapping[str, Any]) -> None:
        decoder = description.get("decoder") or {"type": "none"}
        self._steps: list[dict[str, Any]] = decoder["decoders"] if decoder["type"] == "Sequence" else [decoder]
        self.strip = 0
        for step in self._steps:
            self._check(step)
        added = description.get("added_tokens") or []
        falls_back = any(step["type"] == "ByteFallback" for step in self._steps)
        self.special = frozenset(
            token["id"]
            for token in added
            if token["special"] and not (falls_back and _BYTE_PIECE.fullmatch(token["content"]))
        )
        """Ids of special tokens. Bytes are none, whatever the file says: they are what text is spelled with."""
        vocabulary = tokenizer.get_vocab()
        size = max(vocabulary.values(), default=-1) + 1
        if not 0 < size <= MAX_VOCAB:
            raise FileFormatError(
                "The tokenizer has ids up to {highest}, which no model has; the file is damaged.", highest=size - 1
            )
        self.table: list[bytes | None] = [None] * size
        for piece, i in vocabulary.items():
            self.table[i] = piece.encode("utf-8") if i in self.special else self._bytes(piece)
        for token in added:
            if token["id"] not in self.special:  # the library holds it in the form that its normaliser gives it
                self.table[token["id"]] = self._bytes(tokenizer.id_to_token(token["id"]) or "")

    def _check(self, step: dict[str, Any]) -> None:
        kind = step["type"]
        if kind == "Replace" and "String" in step["pattern"]:
            return
        if kind == "Metaspace":
            self.strip = int(step.get("prepend_scheme", "always") != "never")
        elif kind == "Strip" and step["content"] == " " and not step["stop"]:
            self.strip = int(step["start"])
        elif kind not in ("ByteLevel", "ByteFallback", "Fuse"):
            raise FileFormatError(
                "The tokenizer turns tokens into text by {kind!r}, which cannot be streamed; use a "
                "byte-level or byte-fallback tokenizer.",
                kind=kind,
            )

    def _bytes(self, piece: str) -> bytes:
        for step in self._steps:
            kind = step["type"]
            if kind == "ByteLevel":
                try:
                    return piece.translate(_TO_LATIN_1).encode("latin-1")
                except UnicodeEncodeError:  # a letter that stands for no byte is itself
                    pass
            elif kind == "ByteFallback":
                if match := _BYTE_PIECE.fullmatch(piece):
                    return bytes([int(match[1], 16)])
            elif kind == "Replace":
                piece = piece.replace(step["pattern"]["String"], step["content"])
            elif kind == "Metaspace":
                piece = piece.replace(step["replacement"], " ")
        return piece.encode("utf-8")


class StreamDecoder:
    """Turns tokens into text as they come, a whole character at a time.

    Bytes that can no longer become a character come out as U+FFFD, and so does an id that the tokenizer lacks.
    A special token ends the character before it; its own text is given only if `special` is set. The space that some
    tokenizers write before every text is left out, unless the text `goes_on` from another.
    """

    def __init__(self, tokens: TokenBytes, special: bool = False, goes_on: bool = False) -> None:
        self._tokens = tokens
        self._special = special
        self._utf8 = codecs.getincrementaldecoder("utf-8")("replace")
        self._strip = 0 if goes_on else tokens.strip

    def push(self, token: int) -> str:
        """Add one token; returns the characters that it completes, often one word, sometimes none."""
        table = self._tokens.table
        data = table[token] if 0 <= token < len(table) else None
        if data is None or token in self._tokens.special:
            return self.push_all((token,))
        return self._text(data)

    def push_all(self, tokens: Sequence[int]) -> str:
        """`push` for several tokens."""
        table, special = self._tokens.table, self._tokens.special
        out: list[str] = []
        plain: list[bytes] = []
        for token in tokens:
            data = table[token] if 0 <= token < len(table) else None
            if data is not None and token not in special:
                plain.append(data)
                continue
            out += self._text(b"".join(plain)), self._finish()
            plain.clear()
            if data is None:
                out.append(REPLACEMENT)
            elif self._special:
                out.append(data.decode("utf-8"))
        out.append(self._text(b"".join(plain)))
        return "".join(out)

    def flush(self) -> str:
        """End the text: an unfinished character comes out as U+FFFD. The decoder then starts afresh."""
        out = self._finish()
        self._strip = self._tokens.strip
        return out

    def _finish(self) -> str:
        """End a character that was begun."""
        out = self._text(b"", True)
        self._utf8.reset()
        return out

    def _text(self, data: bytes, final: bool = False) -> str:
        text = self._utf8.decode(data, final)
        while self._strip and text:
            if text[0] != " ":
                self._strip = 0
                break
            text, self._strip = text[1:], self._strip - 1
        return text
