"""Replay: whole conversations of the log are read again, at a raised inner learning rate."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from engine.io.conversation_log import Entry
from engine.llama import Llama
from engine.runtime.base import Cancel, Cancelled
from engine.sleep.report import OnProgress, SleepProgress
from engine.sleep.settings import Replies
from engine.text.template import ChatMessage


@dataclass(frozen=True)
class ReplayMessage:
    """One message as it is replayed."""

    entry: Entry
    ids: list[int]
    """Its tokens in the chat template."""
    raised: bool
    """Whether it is learned at the raised rate, or only read for context."""


@dataclass(frozen=True)
class ReplayDialogue:
    """One conversation as it is replayed."""

    conversation: str
    lines: list[ReplayMessage]
    new: bool
    """False for one that was slept on before."""

    @property
    def tokens(self) -> int:
        """Tokens of one pass."""
        return sum(len(line.ids) for line in self.lines)

    def without(self, ids: Collection[str]) -> ReplayDialogue:
        """The same without the messages of these ids."""
        return replace(self, lines=[line for line in self.lines if line.entry.id not in ids])


def to_replay(entries: Sequence[Entry], replies: Replies = "none") -> list[Entry]:
    """The messages of the log that sleep reads: the user's; with `replies` the model's too."""
    roles = ("user",) if replies == "none" else ("user", "assistant")
    return [entry for entry in entries if entry.role in roles and entry.text.strip()]


def dialogues_of(llama: Llama, entries: Sequence[Entry], replies: Replies, new: bool = True) -> list[ReplayDialogue]:
    """The conversations of `entries`, in the order in which they began."""
    found: dict[str, list[ReplayMessage]] = {}
    for entry in to_replay(entries, replies):
        ids = llama.template.render_ids(llama.tokenizer, [ChatMessage(entry.role, entry.text)], reply=False)
        line = ReplayMessage(entry, ids, entry.role == "user" or replies == "learn")
        found.setdefault(entry.conversation, []).append(line)
    return [
        ReplayDialogue(name, lines, new)
        for name, lines in found.items()
        if any(line.entry.role == "user" for line in lines)
    ]


def sample_older(talks: Sequence[ReplayDialogue], new_messages: int, share: float, seed: int) -> list[ReplayDialogue]:
    """Whole conversations drawn from `talks`, in their order, until they hold `share` messages for each new one."""
    rng = random.Random(f"older {seed} {talks[-1].lines[-1].entry.id if talks else ''}")
    wanted, drawn = share * new_messages, set()
    for at in rng.sample(range(len(talks)), len(talks)):
        if wanted <= 0:
            break
        wanted -= len(talks[at].lines)
        drawn.add(at)
    return [talk for at, talk in enumerate(talks) if at in drawn]


def make_passes(talks: Sequence[ReplayDialogue], passes: int, seed: int) -> list[list[ReplayDialogue]]:
    """The passes of a night. The first goes in the order of the log, so that waking early leaves a clear mark; so does
    the last, so that of two words on one thing the later one is also heard last. Those between are shuffled."""
    rng = random.Random(f"order {seed}")
    ends = (0, passes - 1)
    return [list(talks) if number in ends else rng.sample(talks, len(talks)) for number in range(passes)]


class ProgressMeter:
    """Reports work done as `SleepProgress`. The unit of work is one token replayed.

    Attributes:
        total: of the whole night; may be corrected as it goes on.
        done, tokens: so far.
    """

    def __init__(self, total: float, progress: OnProgress | None) -> None:
        self.total, self.done, self.tokens = max(total, 1.0), 0.0, 0
        self._shown = 0.0
        self._progress = progress
        self._began = time.monotonic()

    @property
    def seconds(self) -> float:
        """Since the night began."""
        return time.monotonic() - self._began

    def add(self, units: float, line: str, tokens: int = 0) -> None:
        """Report that `units` of work on `line` are done, in which `tokens` were read."""
        self.done += units
        self.tokens += tokens
        self.tell(self.done, line)

    def tell(self, done: float, line: str) -> None:
        """Report `done` units in all, without counting them."""
        if self._progress is not None:
            seconds = max(self.seconds, 1e-9)
            fraction = min(done / self.total, 1.0)
            left = (1 - fraction) * seconds / fraction if fraction else 0.0
            self._shown = max(self._shown, fraction)  # also where there turned out to be more to do
            self._progress(SleepProgress(self._shown, line, self.tokens / seconds, left))

    def during(self, line: ReplayMessage) -> Callable[[int, int], None]:
        """For `Llama.feed`."""
        fed_before = 0

        def note(fed: int, _: int) -> None:
            nonlocal fed_before
            self.add(fed - fed_before, line.entry.text, fed - fed_before)
            fed_before = fed

        return note


@dataclass
class Replayed:
    """How far a replay came; an interrupted conversation leaves no trace in the state."""

    state: Any
    """`Llama.snapshot` after the last whole conversation."""
    talks: int = 0
    """Conversations read to their end, repeated ones counted again."""
    finished: frozenset[str] = frozenset()
    """Ids of the conversations that were read to their end at least once."""
    tokens: int = 0
    seconds: float = 0.0
    woken: bool = False


def replay(
    llama: Llama, talks: Sequence[ReplayDialogue], rate: float, cancel: Cancel | None, meter: ProgressMeter
) -> Replayed:
    """Read the dialogues one after the other, from the present state of `llama`; it is left in the state it ends in.

    Messages that are only context are read at the rate of waking, 1.
    """
    came = Replayed(llama.snapshot())
    began, level = time.monotonic(), llama.level
    try:
        for talk in talks:
            llama.new_conversation()
            for line in talk.lines:
                llama.rate_scale = rate if line.raised else 1.0
                if llama.feed(line.ids, cancel, meter.during(line)) < len(line.ids):
                    raise Cancelled(0)
            llama.new_conversation()
            came.state, came.talks = llama.snapshot(), came.talks + 1
            came.finished |= {talk.conversation}
            came.tokens = llama.level - level
    except Cancelled:
        came.woken = True
        llama.restore(came.state)
    came.seconds = time.monotonic() - began
    return came
