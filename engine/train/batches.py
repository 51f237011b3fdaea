"""What the training loop reads: streams side by side, cut into segments, their state carried from one to the next.

A soul is a start that is not zero, and a conversation is longer than any segment, so a model must be trained on both
newborn and lived-in fast weights. Every segment says which streams begin newborn and which take over whose state.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from engine.errors import DataError
from engine.train.args import TrainArgs
from engine.train.data import Split


@dataclass(frozen=True)
class Segment:
    """One step's input for S streams, of which the R that were asked for are read, T tokens each."""

    tokens: np.ndarray
    """int64 ``[R, T]``; T is the segment length, or less at the end of documents."""
    targets: np.ndarray
    """int64 ``[R, T]``: the token after each."""
    weights: np.ndarray
    """float32 ``[R, T]``: how much each target counts in the loss."""
    source: np.ndarray
    """int64 ``[S]``: the stream whose state each stream takes over, usually its own."""
    carried: np.ndarray
    """bool ``[S]``: False where the stream begins newborn."""
    begins: np.ndarray
    """bool ``[S]``: True where a document begins; what is transient in a prior soul's state is not taken over, as when
    a soul wakes up."""
    worth: np.ndarray
    """uint8 ``[R, T]``: whether each token is worth remembering (`engine.text.chat_message.KEEP` and the others)."""


POOL = 32
"""Groups of documents among which similar lengths are looked for."""


class Streams(Protocol):
    """An endless, seeded and resumable source of segments."""

    def next(self) -> Segment:
        """The next segment of every stream."""

    def state_dict(self) -> dict[str, Any]:
        """Where it stands, as JSON."""

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from where another stood."""


def open_streams(split: Split, args: TrainArgs, kind: str, rows: np.ndarray | None = None) -> Streams:
    """The streams that fit the data: ``text`` is one long stream, ``dialogue`` is documents. Tokens are read of the
    streams `rows`, int64 ``[R]``, alone; None reads all. What is drawn does not depend on it."""
    return (TextStreams if kind == "text" else DocumentStreams)(split, args, rows)


class _Seeded:
    def __init__(self, split: Split, args: TrainArgs, rows: np.ndarray | None = None) -> None:
        self.split, self.args = split, args
        self.count, self.length = args.batch_size * args.grad_accum, args.context_len
        self.rows = np.arange(self.count) if rows is None else rows
        self.rng = np.random.Generator(np.random.PCG64(args.seed))
        self.at = np.zeros(self.count, np.int64)
        self.lengths_left = np.zeros(self.count, np.int64)

    def _cut(self, row: int, tokens: int) -> tuple[np.ndarray, np.ndarray]:
        """The next `tokens` + 1 ids of a stream and how much each counts."""
        start = int(self.at[row])
        return self.split.tokens[start : start + tokens + 1], self.split.mask[start : start + tokens + 1]

    def _weights(self, mask: np.ndarray) -> np.ndarray:
        said = np.minimum(mask, self.args.most_weight).astype(np.float32)
        return np.where(mask > 0, said, np.float32(self.args.heard_weight))

    def state_dict(self) -> dict[str, Any]:
        return {
            "rng": self.rng.bit_generator.state,
            "at": self.at.tolist(),
            "left": self.lengths_left.tolist(),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.rng.bit_generator.state = state["rng"]
        self.at[:] = state["at"]
        self.lengths_left[:] = state["left"]


class TextStreams(_Seeded):
    """Streams that start at even distances in one long text and go round it.

    The first `reset_share` of them are newborn at every segment, as a model in a fresh window is; the others carry
    their state and are reset with a chance of `reset_prob`.
    """

    def __init__(self, split: Split, args: TrainArgs, rows: np.ndarray | None = None) -> None:
        super().__init__(split, args, rows)
        self.total = len(split.tokens)
        if self.total < self.length + 2:
            raise DataError(
                "The corpus has {count} tokens, fewer than one segment of {length}; give more text or a "
                "smaller --context-len.",
                count=self.total,
                length=self.length,
            )
        last = self.total - self.length - 1
        self.at[:] = np.arange(self.count) * last // self.count + self.rng.integers(0, self.length, self.count)
        self.at %= last
        self.newborn = np.arange(self.count) < round(args.reset_share * self.count)

    def next(self) -> Segment:
        over = self.at + self.length + 1 > self.total
        self.at[over] = self.rng.integers(0, min(self.length, self.total - self.length), self.count)[over]
        cuts = [self._cut(row, self.length)[0] for row in self.rows.tolist()]
        block = np.stack(cuts).astype(np.int64)
        reset = self.newborn | (self.rng.random(self.count) < self.args.reset_prob)
        self.at += self.length
        return Segment(
            block[:, :-1], block[:, 1:], np.ones((len(block), self.length), np.float32),
            np.arange(self.count), ~reset, np.zeros(self.count, bool), np.zeros((len(block), self.length), np.uint8),
        )  # fmt: skip


class DocumentStreams(_Seeded):
    """Streams that read whole documents in a random order, side by side: all begin one together, and one is about as
    long as the others, so that little is padded. A document is cut into equal segments of at most `context_len` tokens.

    A document begins newborn with a chance of `document_reset_prob`, otherwise with a prior soul: the state that some
    stream, its own or another, has lived so far. It must answer from the document all the same.
    """

    def __init__(self, split: Split, args: TrainArgs, rows: np.ndarray | None = None) -> None:
        super().__init__(split, args, rows)
        starts = np.append(np.asarray(split.docs, np.int64), len(split.tokens))
        self.starts, self.ends = starts[:-1], starts[1:]
        keep = self.ends - self.starts >= 2
        self.starts, self.ends = self.starts[keep], self.ends[keep]
        if not len(self.starts):
            raise DataError("The corpus holds no document of two tokens or more; there is nothing to learn from.")
        self.order = self._shuffled()
        self.taken = 0

    def _shuffled(self) -> np.ndarray:
        """A random order of all documents in which neighbours, `count` at a time, are of similar length."""
        order = self.rng.permutation(len(self.starts)).astype(np.uint32)
        lengths = self.ends - self.starts
        for start in range(0, len(order), POOL * self.count):
            pool = order[start : start + POOL * self.count]
            pool = pool[np.argsort(lengths[pool], kind="stable")]
            groups = [pool[i : i + self.count] for i in range(0, len(pool), self.count)]
            mixed = [groups[i] for i in self.rng.permutation(len(groups))]
            order[start : start + len(pool)] = np.concatenate(mixed)
        return order

    def _next_document(self) -> int:
        if self.taken == len(self.order):
            self.order = self._shuffled()
            self.taken = 0
        self.taken += 1
        return int(self.order[self.taken - 1])

    def next(self) -> Segment:
        source, carried, begins = np.arange(self.count), np.ones(self.count, bool), np.zeros(self.count, bool)
        if (self.lengths_left < 2).all():
            begins[:] = True
            for row in range(self.count):
                document = self._next_document()
                self.at[row] = self.starts[document]
                self.lengths_left[row] = self.ends[document] - self.starts[document]
                carried[row] = self.rng.random() >= self.args.document_reset_prob
                source[row] = self.rng.integers(0, self.count) if self.rng.random() < 0.5 else row
        rest = int(self.lengths_left.max() - 1)
        length = -(-rest // -(-rest // self.length))  # equal parts: a last one of a few tokens would be a noisy step
        shape = (len(self.rows), length)
        tokens, targets = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
        weights, worth = np.zeros(shape, np.float32), np.zeros(shape, np.uint8)
        sizes = np.minimum(length, np.maximum(self.lengths_left - 1, 0))
        for i, row in enumerate(self.rows.tolist()):
            size = int(sizes[row])
            cut, said = self._cut(row, size)
            tokens[i, :size], targets[i, :size] = cut[:-1], cut[1:]
            tokens[i, size:] = cut[-1]
            weights[i, :size] = self._weights(said[1:])
            if self.split.worth is not None:
                worth[i, :size] = self.split.worth[int(self.at[row]) : int(self.at[row]) + size]
        self.at += sizes
        self.lengths_left -= sizes
        return Segment(tokens, targets, weights, source, carried, begins, worth)

    def state_dict(self) -> dict[str, Any]:
        order = base64.b64encode(self.order.tobytes()).decode("ascii")
        return super().state_dict() | {"order": order, "taken": self.taken}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        super().load_state_dict(state)
        self.order = np.frombuffer(base64.b64decode(state["order"]), np.uint32)
        self.taken = int(state["taken"])
