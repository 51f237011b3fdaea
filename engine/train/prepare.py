"""`prepare`: from text and dialogues to a tokenizer and memory-mapped token files, in bounded memory."""

from __future__ import annotations

import contextlib
import json
import os
import struct
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from engine.errors import ConfigError, DataError, FileFormatError, Message
from engine.io.atomic import make_folder, writing
from engine.io.bitt import load_bitt
from engine.io.strict_json import read_text
from engine.text.chat_message import UNJUDGED
from engine.text.template import ChatTemplate
from engine.text.tokenizer import Tokenizer
from engine.train.corpus import Corpus
from engine.train.data import FORMAT, FORMAT_VERSION, META_FILE, SPLITS, TOKENIZER_FILE, token_dtype, tokenizer_hash
from engine.train.holdout import Scan
from engine.train.tokenizer import TokenizerKind, check_vocab_size, train_tokenizer, with_special_tokens

DEFAULT_VOCAB = 4096
BITT_SUFFIX = ".bitt"

_TEMPLATE = ChatTemplate()
_SMALL_TEXT = 1 << 17

Progress = Callable[[str, float], None]
"""Called with what is being done and how much of it is done, 0 to 1. May raise to give up."""


@dataclass(frozen=True)
class PreparedReport:
    """What `prepare` made."""

    folder: Path
    kind: str
    """``text`` or ``dialogue``."""
    tokenizer: str
    """``bpe``, ``unigram``, ``bytes``, or ``given``."""
    vocab_size: int
    documents: dict[str, int]
    """Documents by split; one that was divided counts in both."""
    tokens: dict[str, int]
    """Tokens by split."""
    characters: int
    """Characters of text read, of messages without their roles."""
    seconds: float

    @property
    def characters_per_token(self) -> float:
        """How much text one token holds on average."""
        return self.characters / max(1, sum(self.tokens.values()))

    def render(self) -> str:
        """The report as a few lines for a person."""
        rows = [
            ("Folder", str(self.folder)),
            ("Corpus", f"{self.kind}, {self.characters:,} characters"),
            (
                "Tokenizer",
                f"{self.tokenizer}, {self.vocab_size:,} tokens, {self.characters_per_token:.2f} characters each",
            ),
            ("Training", f"{self.tokens['train']:,} tokens in {_plural(self.documents['train'], 'document')}"),
            ("Validation", f"{self.tokens['val']:,} tokens in {_plural(self.documents['val'], 'document')}"),
            ("Time", f"{self.seconds:.1f} s"),
        ]
        return "\n".join(f"{name + ':':<12}{value}" for name, value in rows)


def prepare(
    inputs: Iterable[str | os.PathLike[str]],
    out: str | os.PathLike[str],
    kind: TokenizerKind = "bpe",
    vocab_size: int = DEFAULT_VOCAB,
    val_fraction: float = 0.05,
    tokenizer: str | os.PathLike[str] | None = None,
    progress: Progress | None = None,
) -> PreparedReport:
    """Turn text files, JSONL files and folders of them into a folder that `TokenData.open` opens.

    The corpus is read twice, in blocks: once to check it, count it and train the tokenizer on a sample; once to write
    the tokens. `tokenizer` names a ``tokenizer.json``, a folder with one or a ``.bitt`` to use instead of training one;
    special tokens that it lacks are added.

    Held out are whole documents, chosen by a hash of their content and counted by size, equal ones on one side; of a
    document larger than `val_fraction` of the corpus it is the last `val_fraction`: characters of a text, messages of a
    dialogue.

    The files in `out` are replaced only when all new ones are complete.

    Raises `DataError` for a corpus that cannot be used, `ConfigError` for a fraction outside 0 to 0.5, and
    `FileFormatError` where `out` cannot be written or `tokenizer` not be read.
    """
    started = time.perf_counter()
    if not 0 < val_fraction <= 0.5:
        raise ConfigError(f"val_fraction is {val_fraction!r}; it must be above 0 and at most 0.5.")
    given = None if tokenizer is None else _read_tokenizer(Path(tokenizer))
    if given is None:
        check_vocab_size(kind, vocab_size)
    report = progress or _silent
    scan = Scan(Corpus(inputs), val_fraction, report)
    sample = scan.sample()
    used = given or train_tokenizer(sample, kind, vocab_size)
    for _ in sample:  # read to its end even if nobody needed it
        pass
    name = kind if given is None else "given"
    with _new_folder(Path(out)) as folder:
        counts = _write(scan, used, folder, {"tokenizer": name, "val_fraction": val_fraction}, report)
    return PreparedReport(
        folder=folder,
        kind=scan.kind,
        tokenizer=name,
        vocab_size=used.vocab_size,
        documents={split: count.documents for split, count in counts.items()},
        tokens={split: count.tokens for split, count in counts.items()},
        characters=scan.characters,
        seconds=time.perf_counter() - started,
    )


def _read_tokenizer(path: Path) -> Tokenizer:
    if path.is_dir():
        path = path / TOKENIZER_FILE
    if path.suffix.lower() == BITT_SUFFIX:
        text = load_bitt(path).tokenizer
        if text is None:
            raise FileFormatError("{path} has no tokenizer; name a tokenizer.json.", path=path)
        return with_special_tokens(Tokenizer.from_json(text, str(path)))
    return with_special_tokens(Tokenizer.from_json(read_text(path), str(path)))


@contextlib.contextmanager
def _new_folder(folder: Path) -> Iterator[Path]:
    """The folder, made if it is missing; taken away again if nothing comes into it."""
    existed = folder.exists()
    make_folder(folder)
    try:
        yield folder
    except BaseException:
        if not existed:
            with contextlib.suppress(OSError):
                folder.rmdir()
        raise


class _SplitWriter:
    """The files of one split, written as the tokens come."""

    def __init__(self, files: contextlib.ExitStack, folder: Path, name: str, dtype: np.dtype[Any]) -> None:
        self._tokens, self._mask, self._docs, self._worth = (
            files.enter_context(writing(folder / f"{name}{ending}.bin")) for ending in ("", ".mask", ".docs", ".worth")
        )
        self._dtype = dtype
        self.tokens = 0
        self.documents = 0
        self.own_words = 0

    def begin(self) -> None:
        """A document starts here."""
        self._docs.write(struct.pack("<Q", self.tokens))
        self.documents += 1

    def add(self, ids: list[int] | np.ndarray, mask: list[int] | None = None, worth: list[int] | None = None) -> None:
        """Append tokens; without a mask all are the model's own words, without `worth` nobody judged them."""
        self._tokens.write(np.asarray(ids, dtype=self._dtype).tobytes())
        self._mask.write(b"\1" * len(ids) if mask is None else bytes(mask))
        self._worth.write(bytes([UNJUDGED]) * len(ids) if worth is None else bytes(worth))
        self.tokens += len(ids)
        self.own_words += len(ids) if mask is None else sum(counts > 0 for counts in mask)


def _write(
    scan: Scan, tokenizer: Tokenizer, folder: Path, notes: dict[str, Any], progress: Progress
) -> dict[str, _SplitWriter]:
    """The second pass. All files stay under temporary names until the last of them is complete."""
    dtype = token_dtype(tokenizer.vocab_size)
    tokenizer_text = tokenizer.to_json()
    with contextlib.ExitStack() as files:
        meta_file = files.enter_context(writing(folder / META_FILE))  # entered first, so it takes its name last
        files.enter_context(writing(folder / TOKENIZER_FILE)).write(tokenizer_text.encode("utf-8"))
        writers = {name: _SplitWriter(files, folder, name, dtype) for name in SPLITS}
        for _ in _encode_all(scan, tokenizer, writers):
            progress("Writing tokens", scan.corpus.read_bytes / scan.corpus.total_bytes)
        _check_counts(writers)
        meta = {
            "format": FORMAT,
            "version": FORMAT_VERSION,
            "kind": scan.kind,
            "dtype": dtype.name,
            "vocab_size": tokenizer.vocab_size,
            "tokens": {name: writer.tokens for name, writer in writers.items()},
            "documents": {name: writer.documents for name, writer in writers.items()},
            "documents_read": scan.documents,
            "characters": scan.characters,
            "worth": True,
            "tokenizer_sha256": tokenizer_hash(tokenizer_text),
            **notes,
        }
        meta_file.write((json.dumps(meta, indent=2) + "\n").encode("utf-8"))
        # From here to the end of the block old and new files could stand side by side: without this one the folder
        # counts as not prepared.
        (folder / META_FILE).unlink(missing_ok=True)
    return writers


def _encode_all(scan: Scan, tokenizer: Tokenizer, writers: dict[str, _SplitWriter]) -> Iterator[None]:
    """Write every document; comes back now and then. Small texts are gathered to be encoded on all cores."""
    waiting: list[tuple[_SplitWriter, str]] = []
    waiting_size = 0
    for index, document in enumerate(scan.corpus.documents()):
        for split, part in scan.divide(index, document):
            if not isinstance(part, list) and document.size <= _SMALL_TEXT:
                text = "".join(part)
                waiting.append((writers[split], text))
                waiting_size += len(text)
                if waiting_size < _SMALL_TEXT:
                    continue
            _write_texts(tokenizer, waiting)
            waiting, waiting_size = [], 0
            if isinstance(part, list):
                rendered = _TEMPLATE.render_masked(tokenizer, part)
                writers[split].begin()
                writers[split].add(rendered.ids, rendered.mask, rendered.worth)
            elif document.size > _SMALL_TEXT:
                writers[split].begin()
                for ids in tokenizer.encode_stream(part):
                    writers[split].add(ids)
                    yield
                writers[split].add([tokenizer.end_id])
            yield
    _write_texts(tokenizer, waiting)


def _write_texts(tokenizer: Tokenizer, texts: list[tuple[_SplitWriter, str]]) -> None:
    for (writer, _), ids in zip(texts, tokenizer.encode_all([text for _, text in texts]), strict=True):
        writer.begin()
        writer.add([*ids, tokenizer.end_id])


def _check_counts(writers: dict[str, _SplitWriter]) -> None:
    if min(writer.tokens for writer in writers.values()) < 2:
        side = Message("validation") if writers["val"].tokens < 2 else Message("training")
        raise DataError("The corpus is too small: nothing is left for {side}. Give more text.", side=side)
    for writer in writers.values():
        if not writer.own_words:
            raise DataError(
                "The dialogues have no message of the assistant to learn from, or too few to hold some out."
            )


def _silent(stage: str, fraction: float) -> None:
    """The progress that nobody watches."""


def _plural(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
