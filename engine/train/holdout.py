"""The first pass over a corpus: check and count everything, give out a sample, decide what is held out."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Literal

from engine.errors import DataError, Told
from engine.text.pieces import pieces
from engine.text.template import Message
from engine.train.corpus import Corpus, DialogueDocument, Document, TextDocument

SAMPLE_BYTES = 16 << 20
"""How much of a corpus, spread over all of it, a tokenizer is trained on."""

_WINDOW = 1 << 16  # characters taken or left out together when the sample is drawn
_HASHES = 1 << 64

Part = tuple[Literal["train", "val"], Iterator[str] | list[Message]]


class Scan:
    """What is known of a corpus after it was read once, by running `sample` to its end.

    Held out are whole documents, by a hash of their content: the same whatever the order and the other files. A
    document larger than `val_fraction` of the corpus would upset the proportion, so of such a one the end is held out.
    """

    def __init__(self, corpus: Corpus, val_fraction: float, progress: Callable[[str, float], None]) -> None:
        self.corpus = corpus
        self.documents = 0
        self.characters = 0
        self.kind: Literal["text", "dialogue"] = "text"
        self._progress = progress
        self._fraction = val_fraction
        self._cuts: dict[int, int] = {}  # of the documents that are divided; fewer than 1 / val_fraction
        self._below = int(val_fraction * _HASHES)
        self._lowest, self._highest = _HASHES, -1

    def sample(self) -> Iterator[str]:
        """Read the whole corpus, giving text from all over it, `SAMPLE_BYTES` at most or little more."""
        stride = max(1, -(-self.corpus.total_bytes // SAMPLE_BYTES))
        large = self._fraction * self.corpus.total_bytes
        for document in self.corpus.documents():
            before = self.characters
            for text in _texts(document):
                self._progress("Reading", self.corpus.read_bytes / self.corpus.total_bytes)
                if self.characters // _WINDOW % stride == 0:
                    yield text
                self.characters += len(text)
            cut = self._cut(document, self.characters - before) if document.size > large else 0
            if cut:
                self._cuts[self.documents] = cut
            else:
                self._lowest = min(self._lowest, document.digest)
                self._highest = max(self._highest, document.digest)
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
        return "val" if document.digest < self._below else "train"

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
        if not self.characters:
            raise DataError(Told("The corpus holds no text."))
        if not self._cuts:  # few documents: the hash alone may put all on one side
            self._below = min(max(self._below, self._lowest + 1), self._highest)


def _texts(document: Document) -> Iterator[str]:
    if isinstance(document, TextDocument):
        yield from pieces(document.blocks())
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
