"""Prepared token files: their names, their metadata, and opening them memory-mapped with everything checked."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from engine.errors import ConfigError, DataError, FileFormatError
from engine.io.strict_json import read_object, read_text
from engine.io.weights import ModelWeights
from engine.text.chat_message import KEEP, MOST_WEIGHT
from engine.text.tokenizer import Tokenizer
from engine.train.tokenizer import with_special_tokens

FORMAT = "bit-llama-tokens"
FORMAT_VERSION = 1
SPLITS = ("train", "val")
META_FILE, TOKENIZER_FILE = "meta.json", "tokenizer.json"

_CHECK_BLOCKS, _CHECK_TOKENS = 256, 1 << 18


def token_dtype(vocab_size: int) -> np.dtype[Any]:
    """uint16 where every id fits, else uint32; little endian."""
    return np.dtype("<u2" if vocab_size <= 1 << 16 else "<u4")


def tokenizer_hash(text: str) -> str:
    """Ties token files to the tokenizer that made them: sha256 of ``tokenizer.json`` in hex."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


class Parts:
    """Arrays of one dtype, read as the one that they would be end to end; what no slice asks for is not touched.

    Args:
        arrays: at least one, of one axis each.
    """

    def __init__(self, arrays: Sequence[np.ndarray]) -> None:
        self.arrays = list(arrays)
        self._starts = np.cumsum([0, *(len(array) for array in arrays)])

    def __len__(self) -> int:
        return int(self._starts[-1])

    def __getitem__(self, wanted: slice) -> np.ndarray:
        """Elements in a row: a view where they lie in one array, else a copy."""
        start, stop, _ = wanted.indices(len(self))
        first = int(np.searchsorted(self._starts, start, "right")) - 1
        found = []
        for array, begins in zip(self.arrays[first:], self._starts[first:], strict=False):
            if begins >= stop:
                break
            found.append(array[max(start - begins, 0) : stop - begins])
        return found[0] if len(found) == 1 else np.concatenate([self.arrays[0][:0], *found])


@dataclass(frozen=True)
class Split:
    """One stream of tokens, n long, memory-mapped and read-only."""

    tokens: np.ndarray | Parts
    """(n,) uint16 or uint32."""
    mask: np.ndarray | Parts
    """(n,) uint8: how much each of the model's own words counts, 1 as a rule; 0 for what it only hears."""
    docs: np.ndarray
    """(documents,) uint64: where each document starts; ascending from 0."""
    worth: np.ndarray | Parts | None = None
    """(n,) uint8: whether a token is worth remembering, as `engine.text.chat_message` counts it; None: nobody said."""


@dataclass(frozen=True)
class TokenData:
    """A prepared corpus."""

    folder: Path
    train: Split
    val: Split
    tokenizer: Tokenizer
    meta: dict[str, Any]

    @cached_property
    def identity(self) -> str:
        """A hash in hex that tells this corpus from another, wherever it lies: of its counts, where its documents
        start, and its tokens and weights, all of a small corpus and samples of a huge one."""
        hashed = hashlib.sha256(repr([len(self.train.tokens), len(self.val.tokens)]).encode())
        for split in (self.train, self.val):
            hashed.update(split.docs.astype("<u8").tobytes())
            for start in _checked_blocks(len(split.tokens)):
                block = slice(start, start + _CHECK_TOKENS)
                hashed.update(split.tokens[block].tobytes() + split.mask[block].tobytes())
        return hashed.hexdigest()

    def prepared_with(self, tokenizer: str, path: Path) -> bool:
        """Whether the tokens are those of this content of ``tokenizer.json``, given what special tokens it lacks.

        Raises `FileFormatError`, naming `path`, where it is no tokenizer.
        """
        own = with_special_tokens(Tokenizer.from_json(tokenizer, str(path)))
        return own.identity == self.tokenizer.identity

    def require_tokenizer_of(self, weights: ModelWeights) -> None:
        """Raise `ConfigError` unless a model can be trained or measured on this corpus: prepared with its tokenizer,
        where it has one, and with no token that it does not know."""
        path, size = weights.path or Path("the model"), weights.config.vocab_size
        source = path.parent if path.suffix.lower() == ".safetensors" else path
        if weights.tokenizer is not None and not self.prepared_with(weights.tokenizer, path):
            raise ConfigError(
                "{folder} was prepared with another tokenizer than that of {path}, so its tokens mean other text "
                "there; prepare the corpus again with --tokenizer {source}.",
                folder=self.folder,
                path=path,
                source=source,
            )
        if self.tokenizer.vocab_size > size:
            raise ConfigError(
                "{path} knows {known} tokens and {folder} holds {has}: its tokenizer was another one, or lacked the "
                "special tokens, for which it has no room; train a new model, without --init-from.",
                path=path,
                known=size,
                folder=self.folder,
                has=self.tokenizer.vocab_size,
            )

    @classmethod
    def open(cls, folder: str | os.PathLike[str]) -> TokenData:
        """Open what `prepare` wrote, or a folder of such folders, which are one corpus in the order of their names.

        Raises `DataError` for a folder that is not prepared or was not finished, for files that are truncated or
        contradict each other, and for a newer format.
        """
        folder = Path(folder)
        if not folder.is_dir():
            raise DataError("There is no folder {folder}; prepare a corpus first.", folder=folder)
        if not (folder / META_FILE).is_file():
            inner = sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
            if any((path / META_FILE).is_file() for path in inner):
                return _joined(folder, [cls.open(path) for path in inner])
            raise DataError(
                "The folder {folder} is not prepared (it has no {file}); prepare a corpus into it.",
                folder=folder,
                file=META_FILE,
            )
        try:
            meta, _ = read_object(folder / META_FILE)
            tokenizer_text = read_text(folder / TOKENIZER_FILE)
            tokenizer = Tokenizer.from_json(tokenizer_text, str(folder / TOKENIZER_FILE))
        except FileFormatError as error:
            raise DataError("{error} Prepare the corpus again.", error=error) from error
        _check_meta(meta, folder / META_FILE)
        if tokenizer.vocab_size != meta["vocab_size"] or tokenizer_hash(tokenizer_text) != meta["tokenizer_sha256"]:
            raise _contradiction(folder, f"{TOKENIZER_FILE} is not the tokenizer that made the tokens")
        train, val = (_open_split(folder, name, meta) for name in SPLITS)
        return cls(folder, train, val, tokenizer, meta)


def _joined(folder: Path, parts: list[TokenData]) -> TokenData:
    first = parts[0]
    for part in parts:
        if part.meta["kind"] != first.meta["kind"]:
            raise DataError(
                "{folder} and {first} are not one corpus: one holds texts and the other dialogues. Put "
                "them into folders "
                "of their own, and train on one after the other.",
                folder=part.folder,
                first=first.folder,
            )
        if part.meta["tokenizer_sha256"] != first.meta["tokenizer_sha256"] or part.meta.get("worth") != first.meta.get(
            "worth"
        ):
            raise DataError(
                "{folder} and {first} are not one corpus: they were prepared with another tokenizer, or "
                "by another version "
                "of this program. Prepare {folder} again with --tokenizer {tokenizer}.",
                folder=part.folder,
                first=first.folder,
                tokenizer=first.folder / TOKENIZER_FILE,
            )
    meta = first.meta | {
        key: {name: sum(part.meta[key][name] for part in parts) for name in SPLITS} for key in ("tokens", "documents")
    }
    train, val = (_follow([getattr(part, name) for part in parts]) for name in SPLITS)
    return TokenData(folder, train, val, first.tokenizer, meta)


def _follow(splits: list[Split]) -> Split:
    """Splits one behind the other."""
    starts = np.cumsum([0, *(len(split.tokens) for split in splits[:-1])]).astype(np.uint64)

    def together(name: str) -> Parts:
        return Parts([getattr(split, name) for split in splits])

    return Split(
        together("tokens"), together("mask"),
        np.concatenate([split.docs + start for split, start in zip(splits, starts, strict=True)]),
        None if splits[0].worth is None else together("worth"),
    )  # fmt: skip


def _contradiction(folder: Path, what: str) -> DataError:
    return DataError(
        "The folder {folder} contradicts itself: {what}. Prepare the corpus again.", folder=folder, what=what
    )


def _check_meta(meta: dict[str, Any], path: Path) -> None:
    if meta.get("format") != FORMAT:
        raise DataError("{path} does not describe token files; prepare the corpus again.", path=path)
    version = meta.get("version")
    if not _is_count(version) or version != FORMAT_VERSION:
        raise DataError(
            "{path} is of format version {version!r}, and this program reads {known}; update the "
            "program or prepare the corpus again.",
            path=path,
            version=version,
            known=FORMAT_VERSION,
        )
    counts = [meta.get("vocab_size")]
    for key in ("tokens", "documents"):
        value = meta.get(key)
        counts += [value.get(name) if isinstance(value, dict) else None for name in SPLITS]
    if not all(map(_is_count, counts)) or meta.get("kind") not in ("text", "dialogue"):
        raise DataError("{path} lacks its counts; prepare the corpus again.", path=path)
    if meta.get("dtype") != token_dtype(meta["vocab_size"]).name or not isinstance(meta.get("tokenizer_sha256"), str):
        raise DataError("{path} contradicts itself; prepare the corpus again.", path=path)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _open_split(folder: Path, name: str, meta: dict[str, Any]) -> Split:
    count, documents = meta["tokens"][name], meta["documents"][name]
    tokens = _map(folder / f"{name}.bin", token_dtype(meta["vocab_size"]), count)
    mask = _map(folder / f"{name}.mask.bin", np.dtype("u1"), count)
    worth = _map(folder / f"{name}.worth.bin", np.dtype("u1"), count) if meta.get("worth") is True else None
    docs = np.array(_map(folder / f"{name}.docs.bin", np.dtype("<u8"), documents))
    if docs[0] != 0 or docs[-1] >= count or not (docs[1:] > docs[:-1]).all():
        raise _contradiction(folder, f"{name}.docs.bin does not hold ascending starts of documents")
    for start in _checked_blocks(count):
        if tokens[start : start + _CHECK_TOKENS].max() >= meta["vocab_size"]:
            raise _contradiction(folder, f"{name}.bin holds ids beyond the vocabulary")
        if mask[start : start + _CHECK_TOKENS].max() > MOST_WEIGHT:
            raise _contradiction(folder, f"{name}.mask.bin holds values above {MOST_WEIGHT}")
        if worth is not None and worth[start : start + _CHECK_TOKENS].max() > KEEP:
            raise _contradiction(folder, f"{name}.worth.bin holds values above {KEEP}")
    return Split(tokens, mask, docs, worth)


def _checked_blocks(count: int) -> range:
    """Where the blocks start that are looked at of so many tokens: all of a small file, samples of a huge one."""
    return range(0, count, max(_CHECK_TOKENS, count // _CHECK_BLOCKS))


def _map(path: Path, dtype: np.dtype[Any], count: int) -> np.ndarray:
    try:
        size = path.stat().st_size
        if size != count * dtype.itemsize:
            raise _contradiction(
                path.parent, f"{path.name} has {size:,} bytes where {count * dtype.itemsize:,} are due"
            )
        return np.memmap(path, dtype=dtype, mode="r", shape=(count,))
    except OSError as error:
        raise DataError(
            "Could not read {path}: {why}. Prepare the corpus again.", path=path, why=error.strerror or error
        ) from error
