"""The first pass over a corpus: check and count everything, give out a sample, decide what is held out."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Literal

import numpy as np

from engine.errors import DataError
from engine.text.chunks import chunks
from engine.text.template import ChatMessage
from engine.train.corpus import Corpus, DialogueDocument, Document, TextDocument

SAMPLE_BYTES = 16 << 20
"""How much of a corpus, spread over all of it, a tokenizer is trained on."""

_WINDOW = 1 << 16  # characters taken or left out together when the sample is drawn
_BUCKET_BITS = 16
_TOLERANCE = 0.25  # by which the share of the lowest hashes may differ from the one wanted, by size
_ENOUGH, _MOST = 0.9, (1.1, 1.5)  # else, of it: where one stops, and what goes beyond is passed over

Part = tuple[Literal["train", "val"], Iterator[str] | list[ChatMessage]]


class Scan:
    """What is known of a corpus after it was read once, by running `sample` to its end.

    Held out are whole documents with the lowest hashes of their content: the same whatever the order and the names of
    the files, and equal documents on one side. Where these are not about `val_fraction` of the characters, documents
    are taken along the hashes until they are. A document larger than that share of the corpus would upset the
    proportion, so of such a one the end is held out; one that cannot be divided, or that is larger many times repeated,
    is left to training.

    Documents are counted in buckets of the hash, so that the memory does not grow with their number; those of one
    bucket stay together.
    """

    def __init__(self, corpus: Corpus, val_fraction: float, progress: Callable[[str, float], None]) -> None:
        self.corpus = corpus
        self.documents = 0
        self.characters = 0
        self.kind: Literal["text", "dialogue"] = "text"
        self._progress = progress
        self._fraction = val_fraction
        self._cuts: dict[int, int] = {}  # of the documents that are divided; fewer than 1 / val_fraction
        self._sizes = np.zeros(1 << _BUCKET_BITS, np.int64)  # characters of the documents that are not, by bucket
        self._held = np.zeros(1 << _BUCKET_BITS, bool)

    def sample(self) -> Iterator[str]:
        """Read the whole corpus, giving text from all over it, `SAMPLE_BYTES` at most or little more."""
        stride = max(1, -(-self.corpus.total_bytes // SAMPLE_BYTES))
        large = self._fraction * self.corpus.total_bytes
        for document in self.corpus.documents():
            before = self.characters
            try:
                for text in _texts(document):
                    self._progress("Reading", self.corpus.read_bytes / self.corpus.total_bytes)
                    if self.characters // _WINDOW % stride == 0 and not self.corpus.faults:
                        yield text
                    self.characters += len(text)
            except DataError as error:
                self.corpus.note(error)
            characters = self.characters - before
            cut = self._cut(document, characters) if document.size > large else 0
            if cut:
                self._cuts[self.documents] = cut
            else:
                self._sizes[_bucket(document)] += characters
            self.documents += 1
            if isinstance(document, DialogueDocument):
                self.kind = "dialogue"
        self._finish()

    def divide(self, index: int, document: Document) -> Iterator[Part]:
        """The parts of a document and the splits that they belong to, in order; each is to be used up at once."""
        cut = self._cuts.get(index)
        if isinstance(document, DialogueDocument):
            if cut is None:
                yield self._split_of(document), document.messages
            else:
                yield "train", document.messages[:cut]
                yield "val", document.messages[cut:]
        elif cut is None:
            yield self._split_of(document), document.blocks()
        else:
            blocks = document.blocks()
            rest: list[str] = []
            yield "train", _up_to(blocks, cut, rest)
            yield "val", itertools.chain(rest, blocks)

    def _split_of(self, document: Document) -> Literal["train", "val"]:
        return "val" if self._held[_bucket(document)] else "train"

    def _cut(self, document: Document, characters: int) -> int:
        """Where the held-out end of a large document starts, in characters or messages; 0 if it cannot be divided."""
        if isinstance(document, TextDocument):
            return int(characters * (1 - self._fraction))
        count = len(document.messages)
        cut = count - max(1, round(count * self._fraction))
        while cut and document.messages[cut].role == "assistant":  # an answer stays with its question
            cut -= 1
        return cut if count - cut <= 2 * self._fraction * count else 0

    def _finish(self) -> None:
        self.corpus.require_no_faults()
        if not self.characters:
            raise DataError("The corpus holds no text.")
        filled = np.flatnonzero(self._sizes)
        wanted, held = self._fraction * float(self._sizes.sum()), 0.0
        by_hash = round(self._fraction * len(self._sizes))
        if abs(float(self._sizes[:by_hash].sum()) - wanted) <= _TOLERANCE * wanted:
            self._held[:by_hash] = True
            return
        for most in _MOST:
            for bucket in filled[~self._held[filled]]:
                if held >= _ENOUGH * wanted:
                    break
                size = float(self._sizes[bucket])
                if held + size <= most * wanted:
                    self._held[bucket] = True
                    held += size
        if self._cuts or held:
            return
        if len(filled) == 1 and self.documents > 1:
            raise DataError("All documents of the corpus are equal, so none can be held out; give others beside them.")
        if len(filled) > 1:  # a few large ones: the smallest is nearest to the share
            self._held[filled[np.argmin(self._sizes[filled])]] = True


def _bucket(document: Document) -> int:
    return document.digest >> 64 - _BUCKET_BITS


def _texts(document: Document) -> Iterator[str]:
    if isinstance(document, TextDocument):
        yield from chunks(document.blocks())
    else:
        for message in document.messages:
            yield message.text


def _up_to(blocks: Iterator[str], count: int, rest: list[str]) -> Iterator[str]:
    """The first `count` characters of `blocks`; what is left of the block they end in goes to `rest`."""
    for block in blocks:
        if len(block) >= count:
            rest.append(block[count:])
            yield block[:count]
            return
        count -= len(block)
        yield block
