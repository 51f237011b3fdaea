"""`Tokenizer`: text to token ids and back, over the JSON of the tokenizers library."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np
import tokenizers

from engine.errors import ConfigError, FileFormatError
from engine.text.chunks import CHUNK_CHARACTERS, Place, chunks, without_edges
from engine.text.decoding import BYTE_OF_CHARACTER, StreamDecoder, TokenBytes

END = "<|end|>"
"""Ends a message and a document."""
USER = "<|user|>"
ASSISTANT = "<|assistant|>"
SYSTEM = "<|system|>"
SPECIAL_TOKENS = (END, USER, ASSISTANT, SYSTEM)

_BATCH_CHARACTERS = 8 * CHUNK_CHARACTERS
"""Text encoded together: enough to fill a few cores, little enough to bound the memory."""
_BATCH_TEXTS = 512


class _Part(NamedTuple):
    """A chunk of a text, where it stands in it, and which of several texts it is of."""

    text: str
    place: Place
    is_last: bool
    owner: int


class Tokenizer:
    """A tokenizer whose special tokens cannot be typed: in plain text they are spelled out like any other letters.

    Raises `FileFormatError` from `from_json` for text that is not a tokenizer or that cannot be streamed.

    Attributes:
        end_token: what closes a message.
    """

    def __init__(self, inner: tokenizers.Tokenizer, end_token: str = END) -> None:
        description = json.loads(inner.to_str())
        if description["model"].get("dropout"):  # it is for training, and makes every encoding another one
            description["model"]["dropout"] = None
            inner = tokenizers.Tokenizer.from_str(json.dumps(description))
        self._inner = _plain_encoder(inner)
        self._bytes = TokenBytes(self._inner, description)
        model = description["model"]
        self._merges_nothing = model["type"] == "BPE" and not model["merges"]
        self._description = description | {"model": {k: v for k, v in model.items() if k not in ("vocab", "merges")}}
        """All but the vocabulary, of which the library has a copy."""
        self._special = {
            token.content: i for i, token in inner.get_added_tokens_decoder().items() if i in self._bytes.special
        }
        unknown = description["model"].get("unk_token")
        unknown_id = description["model"].get("unk_id") if unknown is None else inner.token_to_id(unknown)
        self._unwritten = self._bytes.special - {unknown_id}
        """Special tokens that text never holds; the one for what is unknown says that something was there."""
        self.end_token = end_token
        # Templates encode the same few strings again and again.
        self._with_special = lru_cache(maxsize=64)(self._encode_special)

    @classmethod
    def from_json(cls, text: str, where: str = "the tokenizer", control: Collection[str] = ()) -> Tokenizer:
        """Read ``tokenizer.json``. Raises `FileFormatError`.

        Args:
            text: the content of the file.
            where: names the file in errors.
            control: added tokens that are to count as special although the file does not say so.
        """
        try:
            if control:
                description = json.loads(text)
                for token in description.get("added_tokens") or []:
                    token["special"] = token["special"] or token["content"] in control
                text = json.dumps(description)
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

    @cached_property
    def added_tokens(self) -> frozenset[str]:
        """All tokens that are found in text before anything else is; the special ones among them."""
        return frozenset(token.content for token in self._inner.get_added_tokens_decoder().values())

    @cached_property
    def identity(self) -> str:
        """A hash of all that decides which tokens a text becomes, in hex; one layout of the file is as good as another.

        Two tokenizers of one size are usually not the same, and tokens of one mean other text to the other.
        """
        parts = json.loads(self._inner.to_str())
        deciding = {name: parts[name] for name in ("added_tokens", "normalizer", "pre_tokenizer", "model")}
        return hashlib.sha256(json.dumps(deciding, sort_keys=True).encode()).hexdigest()

    def token_id(self, token: str) -> int:
        """The id of a token such as ``<|end|>``. Raises `ConfigError` where the tokenizer lacks it."""
        found = self._inner.token_to_id(token)
        if found is None:
            raise ConfigError(
                "The tokenizer has no token {token}; prepare the corpus again with this program.", token=token
            )
        return found

    def token_of(self, token: int) -> str:
        """The name of the token with an id. Raises `ConfigError` where there is none."""
        found = self._inner.id_to_token(token)
        if found is None:
            raise ConfigError("The tokenizer has no token with the id {token}, which the model names.", token=token)
        return found

    @property
    def end_id(self) -> int:
        """The id of `end_token`. Raises `ConfigError` where the tokenizer lacks it."""
        return self.token_id(self.end_token)

    def encode(self, text: str, special: bool = False, place: Place = "start") -> list[int]:
        """Token ids of `text`. Special tokens written in it are plain letters unless `special` is set.

        Long text is encoded in chunks cut where that does not change the tokens, so the memory stays bounded. A lone
        half of a surrogate pair, which no file can hold, counts as U+FFFD. `place` says what stands before the text,
        since many tokenizers write a space at the beginning.

        Raises `ConfigError` for letters that the tokenizer would lose: it has no tokens for them, and none that says
        so.
        """
        if special and self._special:
            return list(self._with_special(text))
        return [i for ids in self.encode_stream([text], place) for i in ids.tolist()]

    def encode_all(self, texts: Sequence[str]) -> list[list[int]]:
        """`encode` for many texts at once, on all cores."""
        out: list[list[int]] = [[] for _ in texts]
        parts = (part for n, text in enumerate(texts) for part in _parts([text], "start", n))
        for batch in _batches(parts):
            for part, ids in zip(batch, self._encode_batch(batch), strict=True):
                out[part.owner] += ids.tolist()
        return out

    def encode_stream(self, blocks: Iterable[str], place: Place = "start") -> Iterator[np.ndarray]:
        """Encode one text given in blocks as plain text, in memory that does not grow with it.

        Yields the ids in order, as arrays (n,) uint32. Raises `ConfigError` as `encode` does.
        """
        for batch in _batches(_parts(blocks, place)):
            yield from self._encode_batch(batch)

    def encode_aligned(self, text: str, place: Place = "start") -> tuple[list[int], list[int]]:
        """`encode` of plain text, and for each token how many characters of `text` end with it.

        Raises `ConfigError` as `encode` does.
        """
        ids: list[int] = []
        ends: list[int] = []
        start = 0
        for part in _parts([text], place):
            inner = self._encoder(part.place, part.is_last)
            self._refuse_loss(part.text, inner)
            encoding = _encode(inner, [part.text], aligned=True)[0]
            if self._unwritten.isdisjoint(encoding.ids):
                ids += encoding.ids
                ends += [start + end for _, end in encoding.offsets]
            else:
                spelled = self._spell(part.text, inner)
                ids += spelled
                ends += [start + len(part.text)] * len(spelled)
            start += len(part.text)
        return ids, ends

    def decode(self, ids: Sequence[int], special: bool = False) -> str:
        """The text of `ids`: special tokens left out unless `special` is set, broken bytes as U+FFFD."""
        decoder = self.stream(special)
        return decoder.push_all(ids) + decoder.flush()

    def stream(self, special: bool = False, place: Place = "start") -> StreamDecoder:
        """A decoder for tokens that come one by one; all that it gives, joined, is `decode` of all tokens.

        In the ``middle`` of a text a space at the beginning is kept, also where the tokenizer writes one of its own
        before every text.
        """
        return StreamDecoder(self._bytes, special, goes_on=place == "middle")

    def split_special(self, text: str) -> Iterator[tuple[str, int | None]]:
        """The parts of a text from left to right, none of them empty: plain ones, and special tokens with their ids.

        Some special tokens take the white space on one side of them along.
        """
        for at, part in enumerate(self._special_pattern.split(text)):
            if part:
                yield part, self._special.get(part, self._special.get(part.strip())) if at % 2 else None

    def _encode_special(self, text: str) -> tuple[int, ...]:
        out: list[int] = []
        for part, token in self.split_special(text):
            out += self.encode(part) if token is None else [token]
        return tuple(out)

    @cached_property
    def _special_pattern(self) -> re.Pattern[str]:
        """Finds special tokens, as its one group; nothing where there are none."""
        tokens = [token for i, token in self._inner.get_added_tokens_decoder().items() if i in self._bytes.special]
        return re.compile(
            "("
            + "|".join(
                (r"\s*" if token.lstrip else "") + re.escape(token.content) + (r"\s*" if token.rstrip else "")
                for token in sorted(tokens, key=lambda token: len(token.content), reverse=True)
            )
            + ("" if tokens else r"(?!)")
            + ")"
        )

    def _encode_batch(self, parts: Sequence[_Part]) -> Iterator[np.ndarray]:
        if self._id_of_byte is not None:
            for part in parts:
                yield self._id_of_byte[np.frombuffer(part.text.encode("utf-8"), dtype=np.uint8)]
            return
        for inner, run in groupby(parts, key=lambda part: self._encoder(part.place, part.is_last)):
            texts = [part.text for part in run]
            for text in texts:
                self._refuse_loss(text, inner)
            for text, encoding in zip(texts, _encode(inner, texts), strict=True):
                ids = encoding.ids
                spelled = ids if self._unwritten.isdisjoint(ids) else self._spell(text, inner)
                yield np.array(spelled, dtype=np.uint32)

    def _encoder(self, place: Place, is_last: bool) -> tokenizers.Tokenizer:
        """The tokenizer for a part of a text; see `without_edges`."""
        if not self._has_edges or (place == "start" and is_last):
            return self._inner
        return self._part_encoder(place, is_last)

    @cached_property
    def _has_edges(self) -> bool:
        return without_edges(self._description, "middle", is_last=False) is not self._description

    @cached_property
    def _part_encoder(self) -> Any:
        def make(place: Place, is_last: bool) -> tokenizers.Tokenizer:
            if without_edges(self._description, place, is_last) is self._description:
                return self._inner
            changed = without_edges(json.loads(self._inner.to_str()), place, is_last)
            return _plain_encoder(tokenizers.Tokenizer.from_str(json.dumps(changed)))

        return lru_cache(maxsize=None)(make)

    @cached_property
    def _id_of_byte(self) -> np.ndarray | None:
        """(256,) uint32 where every byte is a token and nothing is ever merged: no library is needed then."""
        parts = self._description
        splitter, model = parts["pre_tokenizer"] or {}, parts["model"]
        plain_splitter = splitter.get("type") == "ByteLevel" and not splitter["add_prefix_space"]
        plain_model = self._merges_nothing and not model.get("ignore_merges")
        plain_affixes = not (model.get("continuing_subword_prefix") or model.get("end_of_word_suffix"))
        all_special = len(parts["added_tokens"]) == len(self._special)
        if not (plain_splitter and plain_model and plain_affixes and all_special and parts["normalizer"] is None):
            return None
        ids = [self._inner.token_to_id(c) for c, _ in sorted(BYTE_OF_CHARACTER.items(), key=lambda item: item[1])]
        return None if None in ids else np.array(ids, dtype=np.uint32)

    @cached_property
    def _letters(self) -> frozenset[str] | None:
        """The letters that words are put together from, where others are lost; None where nothing can be."""
        model = self._description["model"]
        if model["type"] != "BPE" or model.get("unk_token") is not None:
            return None
        vocabulary = self._inner.get_vocab(with_added_tokens=False)
        if model.get("byte_fallback") and all(f"<0x{byte:02X}>" in vocabulary for byte in range(256)):
            return None
        letters = {token for token in vocabulary if len(token) == 1}
        for affix in (model.get("continuing_subword_prefix"), model.get("end_of_word_suffix")):
            if affix:
                letters |= {token.replace(affix, "") for token in vocabulary if len(token) == 1 + len(affix)}
        return None if self._is_byte_level and letters >= BYTE_OF_CHARACTER.keys() else frozenset(letters)

    @cached_property
    def _is_byte_level(self) -> bool:
        """Whether words are put together from bytes, each written as a letter."""
        return any('"ByteLevel"' in json.dumps(self._description.get(part)) for part in ("pre_tokenizer", "normalizer"))

    @cached_property
    def _known_bytes(self) -> bytes:
        return bytes(BYTE_OF_CHARACTER[c] for c in self._letters or () if c in BYTE_OF_CHARACTER)

    def _refuse_loss(self, text: str, inner: tokenizers.Tokenizer) -> None:
        """Raises `ConfigError` for a text with letters that the library would leave out without a word.

        Control characters, beside tabs and line ends, and code points that stand for nothing are no letters.
        """
        if self._letters is None or not text:
            return
        if self._is_byte_level and inner.normalizer is None and not text.encode().translate(None, self._known_bytes):
            return
        parts = [part for part in self._added_pattern.split(text) if part not in self.added_tokens]
        if all(self._letters.issuperset(_spelled(part, inner)) for part in parts):
            return
        known = {c: self._letters.issuperset(_spelled(c, inner)) for part in parts for c in dict.fromkeys(part)}
        lost = [c for c, is_known in known.items() if not is_known and (c in "\t\n" or not _is_blank(c))]
        if lost:
            raise ConfigError(
                "The tokenizer has no tokens for {letters}, which would be lost in silence; leave them out, or use a "
                "model whose tokenizer can spell any text.",
                letters=", ".join(map(repr, lost[:5])) + (", …" if len(lost) > 5 else ""),
            )

    @cached_property
    def _added_pattern(self) -> re.Pattern[str]:
        plain = sorted(self.added_tokens - self._special.keys(), key=len, reverse=True)
        return re.compile("(" + ("|".join(map(re.escape, plain)) or r"(?!)") + ")")

    def _spell(self, text: str, inner: tokenizers.Tokenizer) -> list[int]:
        """Encode text in which the model itself found a special token, as a unigram vocabulary may, with it cut up."""
        out: list[int] = []
        for part, token in self.split_special(text):
            for bit in (part,) if token is None else (part[:1], part[1:]):
                ids = inner.encode(bit, add_special_tokens=False).ids
                out += [i for i in ids if i not in self._unwritten]
        return out


def _plain_encoder(inner: tokenizers.Tokenizer) -> tokenizers.Tokenizer:
    inner.encode_special_tokens = True  # that is: spell them
    inner.no_padding()
    inner.no_truncation()
    return inner


def _encode(inner: tokenizers.Tokenizer, texts: list[str], aligned: bool = False) -> list[tokenizers.Encoding]:
    encode = inner.encode_batch if aligned else inner.encode_batch_fast
    try:
        return encode(texts, add_special_tokens=False)
    except Exception as error:  # the library raises plain Exception for words that it has no token for
        raise ConfigError(
            "The tokenizer cannot encode this text ({error}); use a model whose tokenizer can spell any text.",
            error=error,
        ) from error


def _spelled(text: str, inner: tokenizers.Tokenizer) -> set[str]:
    """The letters of the words that a text is cut into."""
    normal = text if inner.normalizer is None else inner.normalizer.normalize_str(text)
    if inner.pre_tokenizer is None:
        return set(normal)
    return {c for word, _ in inner.pre_tokenizer.pre_tokenize_str(normal) for c in word}


def _is_blank(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cn")


def _parts(blocks: Iterable[str], place: Place, owner: int = 0) -> Iterator[_Part]:
    """A text, given in blocks, as chunks that can be encoded one by one."""
    before: str | None = None
    for chunk in chunks(_without_surrogates(block) for block in blocks):
        if before is not None:
            yield _Part(before, place, False, owner)
            place = "middle"
        before = chunk
    if before is not None:
        yield _Part(before, place, True, owner)


def _batches(parts: Iterable[_Part]) -> Iterator[list[_Part]]:
    batch: list[_Part] = []
    size = 0
    for part in parts:
        batch.append(part)
        size += len(part.text)
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
