"""Whether the outcome of a night is taken over: it must neither spoil everything else nor know less than before."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.errors import Message
from engine.sleep.report import Probed, Verdict

_PROBES = ("question", "cloze")
"""In the order in which they count: where there are questions they decide, and how a message went on does not."""


def judge(before: Probed, after: Probed, drift_limit: float, layers: Sequence[np.ndarray]) -> tuple[Verdict, str]:
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


def gain(before: Probed, after: Probed) -> int:
    """How many more answers are right, of the probes that decide."""
    _, _, was, would = _counted(before, after)
    return would - was


def _counted(before: Probed, after: Probed) -> tuple[str, int, int, int]:
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
