"""Sleep: past conversations are lived again at a raised inner learning rate.

What the user said is replayed, in the chat template, as the model heard it; its own answers are left out unless asked
for, so that its mistakes do not become memories. The awake state is held until the end: whatever interrupts a sleep,
the soul is either the one of before, bit for bit, or one that has lived whole conversations.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from engine.errors import ConfigError
from engine.llama import Llama
from engine.memory.log import Entry
from engine.runtime.base import Cancel, Cancelled
from engine.text.template import Message

RATE = 2.0
"""Factor on the inner learning rate while asleep, where nobody says otherwise."""

STABLE_SHARE = 0.95
"""How much of the stable range a raised rate may use."""


@dataclass(frozen=True)
class SleepProgress:
    """How far a sleep has come; one is sent for every chunk that was replayed."""

    fraction: float
    """0 to 1, over all passes."""
    line: str
    """The message that is being replayed."""
    tokens_per_second: float
    """Speed of the replay so far."""
    seconds_left: float
    """Expected time to the end at that speed."""


@dataclass(frozen=True)
class SleepReport:
    """What a sleep did."""

    entries: int
    """Messages that were replayed to the end of their conversation, each counted once whatever the passes."""
    conversations: int
    """Conversations that were replayed to their end."""
    tokens: int
    """Tokens lived while asleep, all passes; of what was kept where the sleep was interrupted."""
    passes: int
    """Passes asked for."""
    rate: float
    """The factor on the inner learning rate that was used."""
    rate_asked: float
    """The factor that was asked for; greater than `rate` where that would have been unstable."""
    seconds: float
    """How long it took."""
    woken: bool
    """True when it was interrupted."""
    kept: bool
    """True when the soul changed; False: it is, bit for bit, the one of before."""
    level: int
    """Tokens lived by the soul after it."""
    until: str | None
    """Id of the last log entry up to which everything was replayed; None where nothing was."""


OnProgress = Callable[[SleepProgress], None]


def to_replay(entries: Sequence[Entry], replies: bool = False) -> list[Entry]:
    """What of the log a sleep lives again: the user's messages, with `replies` the model's too."""
    roles = ("user", "assistant") if replies else ("user",)
    return [entry for entry in entries if entry.role in roles and entry.text.strip()]


def sleep(
    llama: Llama,
    entries: Sequence[Entry],
    *,
    rate: float = RATE,
    passes: int = 1,
    replies: bool = False,
    keep: bool = True,
    cancel: Cancel | None = None,
    progress: OnProgress | None = None,
) -> SleepReport:
    """Replay `entries`, in the order of the log, conversation by conversation.

    Args:
        llama: whose fast weights learn. Its learning rate is put back whatever happens.
        entries: messages not slept on yet.
        rate: factor on the inner learning rate, at least 1; cut where the updates would become unstable.
        passes: how often everything is replayed, 1 to 100.
        replies: replay the model's own answers too.
        keep: when cancelled, keep what whole conversations taught; False goes back to the state of before.
        cancel: asked before every chunk.
        progress: told after every chunk.

    Raises `ConfigError` for a rate or passes that cannot work. On any exception the state is the one of before.
    """
    rate_used = _bounded(rate, llama)
    if isinstance(passes, bool) or not isinstance(passes, int) or not 1 <= passes <= 100:
        raise ConfigError(f"passes is {passes!r}; it must be a whole number from 1 to 100.")
    replayed = to_replay(entries, replies)
    conversations: dict[str, list[Entry]] = {}
    for entry in replayed:
        conversations.setdefault(entry.conversation, []).append(entry)
    # Tokens are made before the first is lived: a message that cannot be encoded must not leave half a night.
    scripts = [
        [(entry, llama.template.render_ids(llama.tokenizer, [Message(entry.role, entry.text)], reply=False))
         for entry in talk]
        for talk in conversations.values()
    ]  # fmt: skip
    before, level, awake_rate = llama.snapshot(), llama.level, llama.rate_scale
    meter = _Meter(passes * sum(len(ids) for talk in scripts for _, ids in talk), progress)
    good, done, woken = before, 0, False  # `good` has lived `done` whole conversations
    try:
        llama.rate_scale = rate_used
        for talk in (talk for _ in range(passes) for talk in scripts):
            llama.new_conversation()
            for entry, ids in talk:
                if llama.feed(ids, cancel, meter.during(entry, len(ids))) < len(ids):
                    raise Cancelled(meter.fed)
            llama.new_conversation()
            good, done = llama.snapshot(), done + 1
    except Cancelled:
        woken = True
        llama.restore(good if keep else before)
        done = done if keep else 0
    except BaseException:
        llama.restore(before)
        raise
    finally:
        llama.rate_scale = awake_rate
    finished = set(list(conversations)[:done])
    return SleepReport(
        entries=sum(entry.conversation in finished for entry in replayed),
        conversations=len(finished),
        tokens=llama.level - level,
        passes=passes,
        rate=rate_used,
        rate_asked=rate,
        seconds=meter.seconds,
        woken=woken,
        kept=done > 0,
        level=llama.level,
        until=_reached(entries, replayed, finished),
    )


def _bounded(rate: float, llama: Llama) -> float:
    ok = isinstance(rate, (int, float)) and not isinstance(rate, bool) and math.isfinite(rate)
    if not ok or rate < 1:
        raise ConfigError(f"The sleep rate is {rate!r}; it must be a number of at least 1, the rate when awake.")
    limit = STABLE_SHARE * llama.runtime.max_rate_scale
    return float(min(rate, max(limit, 1.0)))


def _reached(entries: Sequence[Entry], replayed: Sequence[Entry], finished: set[str]) -> str | None:
    """The last entry before the first one that still has to be replayed."""
    waiting = {entry.id for entry in replayed if entry.conversation not in finished}
    until = None
    for entry in entries:
        if entry.id in waiting:
            break
        until = entry.id
    return until


class _Meter:
    """Turns chunks into `SleepProgress`."""

    def __init__(self, total: int, progress: OnProgress | None) -> None:
        self.total, self.fed = total, 0
        self._progress = progress
        self._began = time.monotonic()

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._began

    def during(self, entry: Entry, size: int) -> Callable[[int, int], None]:
        start = self.fed

        def note(fed: int, _: int) -> None:
            self.fed = start + fed
            if self._progress is not None:
                speed = self.fed / max(self.seconds, 1e-9)
                left = (self.total - self.fed) / speed
                self._progress(SleepProgress(self.fed / self.total, entry.text, speed, left))

        return note
