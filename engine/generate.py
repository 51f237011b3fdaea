"""Generation: tokens after a prompt, one by one or by beam search where the next one is in doubt, as text.

Nothing here knows a soul: who counts tokens or keeps a log does so around it. Beams are marks of the runtime's state.
A small model is often surer of a whole answer than of its first word. What it makes up is followed by words that it
is not sure of either, and what it remembers, or "I don't know", by words that it is: so the likeliest whole is right
more often than the likeliest word after word (docs/model.md has the figures).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.runtime.base import Cancel, Runtime
from engine.runtime.scoring import log_softmax
from engine.text.decoding import StreamDecoder
from engine.text.sampling import Sampler
from engine.text.stopping import Callback, StopMatcher, Stopped

MARGIN = 2.0
"""A path is followed as long as it is at most so much less likely than the likeliest, in nats."""
LONGEST = 48
"""Tokens of a path at most."""


@dataclass(frozen=True, eq=False)
class _Path:
    score: float
    """Log probability of its tokens, in nats."""
    tokens: list[int]
    mark: Any
    """Of the state, before the last of them, or behind it where `logits` stand; unused where that one ends the text."""
    logits: np.ndarray | None = None
    """For the token behind them; None where nobody followed the path so far."""


class BeamSearch:
    """Says which tokens come next: one where that is clear, a whole path where it is not.

    Args:
        runtime: whose state tries the paths; it is afterwards as it was.
        sampler: chooses where it is clear, and, by its temperature, among the paths that were followed to their end.
        ends: tokens behind which nothing is said.
        words: how many tokens there are to choose from; logits for more are ignored.
        margin, longest: `MARGIN` and `LONGEST`.
    """

    def __init__(
        self,
        runtime: Runtime,
        sampler: Sampler,
        ends: Collection[int],
        words: int,
        margin: float = MARGIN,
        longest: int = LONGEST,
    ) -> None:
        self._runtime, self._sampler, self._ends, self._words = runtime, sampler, ends, words
        self._margin, self._longest, self._beams = margin, longest, sampler.params.beams

    def choose(self, logits: np.ndarray, recent: Sequence[int], left: int, cancel: Cancel | None) -> list[int]:
        """The next tokens, at least one and at most `left`.

        `logits` (V,) are for the next token, `recent` the tokens before it. `cancel` ends the search early.
        Raises what `Sampler.sample` raises.
        """
        logits = logits[: self._words]
        if self._beams == 1 or left == 1 or self._is_clear(logits, recent):
            return [self._sampler.sample(logits, recent)]
        start = self._runtime.state.mark()
        try:
            paths = self._search(_Path(0.0, [], start, logits), recent, min(left, self._longest), cancel)
        finally:
            self._runtime.state.rewind(start)
        return paths[self._sampler.pick([path.score for path in paths])].tokens

    def _is_clear(self, logits: np.ndarray, recent: Sequence[int]) -> bool:
        """Whether one token alone may come next: nearly always, and told without the chances of all."""
        values = self._sampler.penalised(logits, recent)
        near = int(np.count_nonzero(values >= values.max() - self._margin))
        return near <= 1 or len(self._candidates(logits, recent)) == 1

    def _search(self, root: _Path, recent: Sequence[int], depth: int, cancel: Cancel | None) -> list[_Path]:
        """The paths that are left when all have ended, or one alone is left, or there is no more room or time."""
        paths = [root]
        for room in range(depth, 0, -1):
            grown = [path for path in paths if self._ends_text(path)]
            for path in paths:
                if not self._ends_text(path):
                    grown += self._grown(path, recent)
            grown.sort(key=lambda path: -path.score)
            paths = [path for path in grown[: self._beams] if path.score >= grown[0].score - self._margin]
            done = room == 1 or len(paths) == 1 or all(map(self._ends_text, paths))
            if done or (cancel is not None and cancel()):
                break
            paths = [path if self._ends_text(path) else self._followed(path) for path in paths]
        return paths

    def _ends_text(self, path: _Path) -> bool:
        return bool(path.tokens) and path.tokens[-1] in self._ends

    def _grown(self, path: _Path, recent: Sequence[int]) -> list[_Path]:
        """The path with each token that may come next."""
        assert path.logits is not None
        found = self._candidates(path.logits, [*recent, *path.tokens])
        return [_Path(path.score + gain, [*path.tokens, token], path.mark) for token, gain in found]

    def _followed(self, path: _Path) -> _Path:
        """The path with the state and the logits behind its last token."""
        self._runtime.state.rewind(path.mark)
        logits = self._runtime.step(path.tokens[-1])[: self._words].copy()
        return _Path(path.score, path.tokens, self._runtime.state.mark(), logits)

    def _candidates(self, logits: np.ndarray, recent: Sequence[int]) -> list[tuple[int, float]]:
        """Tokens that may come next, the likeliest first, each with its log probability."""
        chances = log_softmax(self._sampler.penalised(logits, recent))
        params = self._sampler.params
        most = min(params.top_k or self._beams, self._beams, chances.size)
        likeliest = np.argpartition(-chances, most - 1)[:most]
        likeliest = likeliest[np.argsort(-chances[likeliest], kind="stable")]
        gains = chances[likeliest]
        before = np.cumsum(np.exp(gains)) - np.exp(gains)
        kept = (gains >= gains[0] - self._margin) & (before < params.top_p)
        return [(int(token), float(gain)) for token, gain in zip(likeliest[kept], gains[kept], strict=True)]


def sample_tokens(
    logits: np.ndarray,
    recent: Sequence[int],
    limit: int,
    search: BeamSearch,
    step: Callable[[int], np.ndarray],
    cancel: Cancel | None = None,
) -> Iterator[int]:
    """Tokens one by one, each fed when the next is asked for; the one that came last is left to the caller to feed.

    Args:
        logits: float32 (V,), for the first of them.
        recent: the tokens before it.
        limit: how many there are at most, at least 1.
        search: chooses them.
        step: feeds a token; logits for the next.
        cancel: ends a search early.
    """
    before, chosen = list(recent), deque[int]()
    for left in range(limit, 0, -1):
        if not chosen:
            chosen.extend(search.choose(logits, before, left, cancel))
        token = chosen.popleft()
        before.append(token)
        yield token
        if left > 1:
            logits = step(token)


@dataclass(frozen=True)
class Generated:
    """A stretch of generated text."""

    text: str
    """Without the stop sequence that ended it."""
    tokens: tuple[int, ...]
    """All that came, one that ended the text included."""
    stopped: Stopped
    """Why it ended."""


def stream_text(
    tokens: Iterable[int],
    ends: Collection[int],
    decoder: StreamDecoder,
    matcher: StopMatcher,
    callback: Callback | None = None,
    cancel: Cancel | None = None,
) -> Generated:
    """Hand out tokens as text as they come, until one ends it, a stop sequence is met, or the listener has enough.

    Args:
        tokens: as `sample_tokens` gives them; none is taken behind the end.
        ends: tokens that end the text and are no part of it.
        decoder, matcher: fresh ones.
        callback: gets the text, never a split character; returns False to stop.
        cancel: asked after every token.
    """
    pieces: list[str] = []
    came: list[int] = []

    def emit(text: str) -> bool:
        """Hand text on; False when the listener wants no more."""
        if not text:
            return True
        pieces.append(text)
        return callback is None or callback(text) is not False

    stopped: Stopped = "length"
    for token in tokens:
        came.append(token)
        if token in ends:
            stopped = "end"
            break
        text, found = matcher.push(decoder.push(token))
        if not emit(text):
            stopped = "callback"
        elif found:
            stopped = "stop"
        elif cancel is not None and cancel():
            stopped = "callback"
        else:
            continue
        break
    if stopped in ("end", "length"):
        text, found = matcher.push(decoder.flush())
        emit(text if found else text + matcher.flush())
    return Generated("".join(pieces), tuple(came), stopped)
