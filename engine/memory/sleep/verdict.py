"""Whether the outcome of a night is taken over: it must neither spoil everything else nor know less than before."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.memory.sleep.report import Probed, Verdict

_PROBES = (("question", "questions about what it was told"), ("cloze", "messages cut before their last rare word"))
"""In the order in which they count: where there are questions they decide, and how a message went on does not."""


def judge(before: Probed, after: Probed, drift_limit: float, layers: Sequence[np.ndarray]) -> tuple[Verdict, str]:
    """The verdict on a night and, where it is refused, why, in a sentence.

    Args:
        before, after: what was measured; a probe that was not put decides nothing.
        drift_limit: the share by which the loss on dialogues that are in no log may grow.
        layers: the fast weights that came of it.
    """
    if not all(np.isfinite(layer).all() for layer in layers):
        return "rejected", "The new soul held numbers that are not finite; sleep with a lower rate."
    drift = after.heldout_loss / before.heldout_loss - 1 if before.heldout_loss else 0.0
    if drift > drift_limit:
        return "rejected", (
            f"The loss on everyday dialogues grew by {drift:.1%}, more than the limit of {drift_limit:.1%}: "
            "it would have learned this night at the cost of everything else."
        )
    for kind, what in _PROBES:
        knew, knows = before.of(kind), after.of(kind)
        if knew and knows:
            was, would = sum(answer.right for answer in knew), sum(answer.right for answer in knows)
            if would < was:
                return "rejected", (
                    f"Of {len(knew)} {what} it got {was} right before the night and would get {would} right after it: "
                    "a night that makes it know less is refused."
                )
            break
    return "accepted", ""
