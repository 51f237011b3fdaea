"""`Tokenizer`: text to token ids and back, over the JSON of the tokenizers library."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, lru_cache

import numpy as np
import tokenizers

from engine.errors import ConfigError, FileFormatError
from engine.text.decoding import BYTE_OF_CHARACTER, StreamDecoder, TokenBytes
from engine.text.pieces import PIECE_CHARACTERS, pieces

END = "<|end|>"
"""Ends a message and a document."""
USER = "<|user|>"
ASSISTANT = "<|assistant|>"
SYSTEM = "<|system|>"
SPECIAL_TOKENS = (END, USER, ASSISTANT, SYSTEM)

_BATCH_CHARACTERS = 8 * PIECE_CHARACTERS
"""Text encoded together: enough to fill a few cores, little enough to bound the memory."""
_BATCH_TEXTS = 512


class Tokenizer:
    """A tokenizer whose special tokens cannot be typed: in plain text they are spelled out like any other letters.

    Raises `FileFormatError` from `from_json` for text that is not a tokenizer or that cannot be streamed.
    """

    def __init__(self, inner: tokenizers.Tokenizer) -> None:
        inner.encode_special_tokens = True  # that is: spell them
        inner.no_padding()
        inner.no_truncation()
        self._inner = inner
        self._bytes = TokenBytes(inner)
        self._special = {
            token.content: i for i, token in inner.get_added_tokens_decoder().items() if i in self._bytes.special
        }
        # Templates encode the same few strings again and again.
        self._with_special = lru_cache(maxsize=64)(self._encode_special)

    @classmethod
    def from_json(cls, text: str, where: str = "the tokenizer") -> Tokenizer:
        """Read ``tokenizer.json``; `where` names the file in errors. Raises `FileFormatError`."""
        try:
            inner = tokenizers.Tokenizer.from_str(text)
        except Exception as error:  # the library raises plain Exception
            raise FileFormatError(
                "{where} is not a tokenizer: {error}. Use a tokenizer.json.", where=where, error=error
            ) from error
        return cls(inner)

    def to_json(self) -> str:
        """The content of ``tokenizer.json``."""
        return self._inner.to_str(pretty=True) + "\n"

    @property
    def vocab_size(self) -> int:
        """V: one more than the highest id."""
        return len(self._bytes.table)

    @property
    def special_tokens(self) -> dict[str, int]:
        """The special tokens and their ids."""
        return dict(self._special)

    def token_id(self, token: str) -> int:
        """The id of a token such as ``<|end|>``. Raises `ConfigError` where the tokenizer lacks it."""
        found = self._inner.token_to_id(token)
        if found is None:
            raise ConfigError(
                "The tokenizer has no token {token}; prepare the corpus again with this program.", token=token
            )
        return found

    @property
    def end_id(self) -> int:
        """The id of ``<|end|>``. Raises `ConfigError` where the tokenizer lacks it."""
        return self.token_id(END)

    def encode(self, text: str, special: bool = False) -> list[int]:
        """Token ids of `text`. Special tokens written in it are plain letters unless `special` is set.

        Long text is encoded in pieces cut where that does not change the tokens, so the memory stays bounded. A lone
        half of a surrogate pair, which no file can hold, counts as U+FFFD.
        """
        if special and self._special:
            return list(self._with_special(text))
        return [i for ids in self.encode_stream([text]) for i in ids.tolist()]

    def encode_all(self, texts: Sequence[str]) -> list[list[int]]:
        """`encode` for many texts at once, on all cores."""
        out: list[list[int]] = [[] for _ in texts]
        owned = ((n, piece) for n, text in enumerate(texts) for piece in pieces([_without_surrogates(text)]))
        for batch in _batches(owned):
            for (n, _), ids in zip(batch, self._encode_batch([piece for _, piece in batch]), strict=True):
                out[n] += ids.tolist()
        return out

    def encode_stream(self, blocks: Iterable[str]) -> Iterator[np.ndarray]:
        """Encode one text given in blocks as plain text, in memory that does not grow with it.

        Yields the ids in order, as arrays (n,) uint32.
        """
        for batch in _batches((0, piece) for piece in pieces(_without_surrogates(block) for block in blocks)):
            yield from self._encode_batch([piece for _, piece in batch])

    def decode(self, ids: Sequence[int], special: bool = False) -> str:
        """The text of `ids`: special tokens left out unless `special` is set, broken bytes as U+FFFD."""
        decoder = self.stream(special)
        return decoder.push_all(ids) + decoder.flush()

    def stream(self, special: bool = False) -> StreamDecoder:
        """A decoder for tokens that come one by one; all that it gives, joined, is `decode` of all tokens."""
        return StreamDecoder(self._bytes, special)

    def _encode_special(self, text: str) -> tuple[int, ...]:
        out: list[int] = []
        for part in self._special_pattern.split(text):
            out += [self._special[part]] if part in self._special else self.encode(part)
        return tuple(out)

    @cached_property
    def _special_pattern(self) -> re.Pattern[str]:
        longest_first = sorted(self._special, key=len, reverse=True)
        return re.compile("(" + "|".join(map(re.escape, longest_first)) + ")")

    def _encode_batch(self, texts: list[str]) -> Iterator[np.ndarray]:
        if self._id_of_byte is not None:
            for text in texts:
                yield self._id_of_byte[np.frombuffer(text.encode("utf-8"), dtype=np.uint8)]
            return
        for text, encoding in zip(texts, self._inner.encode_batch_fast(texts, add_special_tokens=False), strict=True):
            ids = encoding.ids
            yield np.array(ids if self._bytes.special.isdisjoint(ids) else self._spell(text), dtype=np.uint32)

    @cached_property
    def _id_of_byte(self) -> np.ndarray | None:
        """(256,) uint32 where every byte is a token and nothing is ever merged: no library is needed then."""
        parts = json.loads(self._inner.to_str())
        splitter, model = parts["pre_tokenizer"] or {}, parts["model"]
        plain_splitter = splitter.get("type") == "ByteLevel" and not splitter["add_prefix_space"]
        plain_model = model["type"] == "BPE" and not model["merges"] and not model.get("ignore_merges")
        plain_affixes = not (model.get("continuing_subword_prefix") or model.get("end_of_word_suffix"))
        all_special = len(parts["added_tokens"]) == len(self._special)
        if not (plain_splitter and plain_model and plain_affixes and all_special and parts["normalizer"] is None):
            return None
        ids = [model["vocab"].get(c) for c, _ in sorted(BYTE_OF_CHARACTER.items(), key=lambda item: item[1])]
        return None if None in ids else np.array(ids, dtype=np.uint32)

    def _spell(self, text: str) -> list[int]:
        """Encode text in which the model itself found a special token, as a unigram vocabulary may, with it cut up."""
        out: list[int] = []
        for part in self._special_pattern.split(text):
            for bit in (part[:1], part[1:]) if part in self._special else (part,):
                ids = self._inner.encode(bit, add_special_tokens=False).ids
                out += [i for i in ids if i not in self._bytes.special]
        return out


def _batches(texts: Iterable[tuple[int, str]]) -> Iterator[list[tuple[int, str]]]:
    batch: list[tuple[int, str]] = []
    size = 0
    for item in texts:
        batch.append(item)
        size += len(item[1])
        if size >= _BATCH_CHARACTERS or len(batch) == _BATCH_TEXTS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _without_surrogates(text: str) -> str:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
