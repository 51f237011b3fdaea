"""What a night did, what the probes measured before and after it, and the verdict on its outcome."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from engine.errors import Message
from engine.sleep.settings import Method, SleepSettings

Verdict = Literal["accepted", "rejected"]


@dataclass(frozen=True)
class SleepProgress:
    """How far a sleep has come; one is sent for every chunk that was replayed and every step of deep sleep."""

    fraction: float
    """0 to 1, over all of the night."""
    line: str
    """The message that is being replayed, or the question that is being asked."""
    tokens_per_second: float
    """Speed so far."""
    seconds_left: float
    """Expected time to the end at that speed."""


OnProgress = Callable[[SleepProgress], None]


@dataclass(frozen=True)
class ProbeAnswer:
    """One probe: something that the log holds, and whether it is known."""

    kind: Literal["question", "cloze"]
    """A question that is asked, or the beginning of a message that is to be ended as it was."""
    asked: str
    """The question, or the beginning of the message."""
    expected: str
    """What a right answer holds."""
    said: str
    """What was answered."""
    right: bool
    logprob: float
    """Mean log probability of the expected words' tokens, in nats; NaN for a question."""


@dataclass(frozen=True)
class ProbeResults:
    """What a soul knows, measured on copies."""

    answers: tuple[ProbeAnswer, ...] = ()
    log_loss: float = math.nan
    """Loss on the user's words of the log, nats per token, each conversation begun with the soul alone."""
    heldout_loss: float = math.nan
    """Loss on dialogues that are no part of any log, nats per token that the model says."""

    def of(self, kind: str) -> list[ProbeAnswer]:
        """The answers of one kind."""
        return [answer for answer in self.answers if answer.kind == kind]

    @property
    def right(self) -> int:
        """Answers that were right."""
        return sum(answer.right for answer in self.answers)

    @property
    def recall(self) -> float:
        """Share of right answers; NaN without probes."""
        return self.right / len(self.answers) if self.answers else math.nan

    def drift_from(self, before: ProbeResults) -> float:
        """Growth of the loss on held-out dialogues as a share, negative where it fell; NaN where not measured."""
        return self.heldout_loss / before.heldout_loss - 1 if before.heldout_loss else math.nan

    def to_dict(self) -> dict[str, Any]:
        """The figures, without any text."""
        return {
            "right": self.right, "probes": len(self.answers),
            "log_loss": _plain(self.log_loss), "heldout_loss": _plain(self.heldout_loss),
        }  # fmt: skip


@dataclass(frozen=True)
class SleepReport:
    """What a sleep did."""

    entries: int
    """New messages that were replayed to the end of their conversation, each counted once whatever the passes."""
    conversations: int
    """New conversations that were replayed to their end."""
    tokens: int
    """Tokens of the log read while asleep, all passes and rounds; of what was kept where it was interrupted."""
    passes: int
    """Passes asked for."""
    rate: float
    """The factor on the inner learning rate that was used."""
    rate_asked: float
    """The factor that was asked for; greater than `rate` where that would have been unstable."""
    seconds: float
    """How long it took, probes included."""
    woken: bool
    """True when it was interrupted."""
    kept: bool
    """True when the soul changed; False: it is, bit for bit, the one of before."""
    level: int
    """Tokens that the soul has read in its life, after the night."""
    until: str | None
    """Id of the last log entry up to which everything was replayed; None where nothing was."""
    method: Method = "replay"
    """How it slept; `note` says why where that is not how it was asked to."""
    settings: SleepSettings = field(default_factory=SleepSettings)
    """All that was asked for."""
    older: int = 0
    """Messages of former nights that came along."""
    before: ProbeResults = field(default_factory=ProbeResults)
    after: ProbeResults = field(default_factory=ProbeResults)
    tokens_per_second: float = 0.0
    """Speed of the replay."""
    chat_tokens_per_second: float = 0.0
    """Speed of writing when awake, measured in the same night; 0 where it was not."""
    verdict: Verdict = "accepted"
    why: str = ""
    """Why it was rejected; "" where it was not."""
    talks: int = 0
    """Whole conversations replayed, repeated ones and older ones counted too."""
    rounds: int = 0
    """Whole rounds of deep sleep."""
    part: float = 1.0
    """How much of the way from the soul of before to where the night came was kept."""
    lesson_tokens: int = 0
    """Tokens of all lessons of deep sleep: of the log, of questions made from it, and of everyday talk."""
    heard: str = ""
    """Id of the newest log entry when the night began."""
    unlearned: tuple[str, ...] = ()
    """Ids of the messages that told what the new soul did not answer when it was asked; known only for a transformer
    with a memory."""
    unread: tuple[str, ...] = ()
    """Ids of the new messages in which no fact was read, where facts were looked for."""
    pending: bool = False
    """True while the new soul waits for somebody's decision."""
    note: str = ""
    """What else a person should know."""

    @property
    def drift(self) -> float:
        """`ProbeResults.drift_from` over the night."""
        return self.after.drift_from(self.before)

    def facts(self) -> dict[str, Any]:
        """What a soul's history says of the night: figures and settings, no text of any message."""
        return {
            "until": self.until, "heard": self.heard, "entries": self.entries, "older": self.older,
            "tokens": self.tokens, "lesson_tokens": self.lesson_tokens,
            "passes": self.passes, "rate": self.rate, "method": self.method,
            "woken": self.woken, "talks": self.talks, "rounds": self.rounds, "part": self.part,
            "before": self.before.to_dict(), "after": self.after.to_dict(),
            "seconds": round(self.seconds, 3), "settings": self.settings.to_dict(),
        } | ({"unlearned": list(self.unlearned)} if self.unlearned else {})  # fmt: skip


_PROBES = ("question", "cloze")
"""In the order in which they count: where there are questions they decide, and how a message went on does not."""


def judge(
    before: ProbeResults, after: ProbeResults, drift_limit: float, layers: Sequence[np.ndarray]
) -> tuple[Verdict, str]:
    """The verdict on a night and, where it is refused, why, in a sentence.

    Args:
        before, after: what was measured; a probe that was not put decides nothing.
        drift_limit: the share by which the loss on dialogues that are in no log may grow.
        layers: the fast weights that came of it.
    """
    if not all(np.isfinite(layer).all() for layer in layers):
        return "rejected", Message("The new soul held numbers that are not finite; sleep with a lower rate.")
    drift = after.drift_from(before)
    if drift > drift_limit:
        return "rejected", Message(
            "The loss on everyday dialogues grew by {drift:.1%}, more than the limit of {limit:.1%}: "
            "it would have learned this night at the cost of everything else.",
            drift=drift,
            limit=drift_limit,
        )
    kind, count, was, would = _counted(before, after)
    if would < was:
        return "rejected", _less(kind, count, was, would)
    return "accepted", ""


def gain(before: ProbeResults, after: ProbeResults) -> int:
    """How many more answers are right, of the probes that decide."""
    _, _, was, would = _counted(before, after)
    return would - was


def _counted(before: ProbeResults, after: ProbeResults) -> tuple[str, int, int, int]:
    """The kind of probe that decides, how many there were, and how many were right before and after."""
    for kind in _PROBES:
        knew, knows = before.of(kind), after.of(kind)
        if knew and knows:
            return kind, len(knew), sum(answer.right for answer in knew), sum(answer.right for answer in knows)
    return "", 0, 0, 0


def _less(kind: str, count: int, was: int, would: int) -> Message:
    if kind == "question":
        return Message(
            "Of {count} questions about what it was told it got {was} right before the night and would get {would} "
            "right after it: a night that makes it know less is refused.",
            count=count,
            was=was,
            would=would,
        )
    return Message(
        "Of {count} messages cut before their last rare word it got {was} right before the night and would get {would} "
        "right after it: a night that makes it know less is refused.",
        count=count,
        was=was,
        would=would,
    )


def _plain(value: float) -> float | None:
    return round(value, 6) if math.isfinite(value) else None
