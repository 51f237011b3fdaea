"""Sleep."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Any

from engine.errors import Message
from studio.protocol import Accept, Dreaming, Probe, Reject, Sleep, Slept, SoulFacts
from studio.protocol.souls import Figures
from studio.worker.context import Desk
from studio.worker.souls import soul_facts

if TYPE_CHECKING:
    from engine.sleep import SleepProgress, SleepReport

_DREAM_INTERVAL_S = 0.05
"""A sleep tells of itself at most so often; the last word always comes."""


def sleep(desk: Desk, command: Sleep) -> Slept:
    """Sleep on what waits; how far it came is told on the way."""
    from engine.runtime.preload import preload_torch

    mind = desk.mind
    preload_torch()  # deep sleep imports it, and the window shall not stand still meanwhile
    told = 0.0

    def on_progress(progress: SleepProgress) -> None:
        nonlocal told
        now = time.perf_counter()
        if now - told >= _DREAM_INTERVAL_S or progress.fraction >= 1.0:
            told = now
            desk.tell(
                Dreaming(
                    command.request,
                    progress.fraction,
                    progress.line,
                    progress.tokens_per_second,
                    progress.seconds_left,
                )
            )

    chosen: dict[str, Any] = {"rate": command.rate}
    chosen |= {"passes": command.passes} if command.passes else {}
    chosen |= {"method": command.method} if command.method else {}
    before = mind.waiting()
    desk.turns.clear()
    report = mind.sleep(on_progress, command.cancel.is_set, decide="ask" if command.ask else "auto", **chosen)
    left = {entry.id for entry in mind.waiting()}
    slept_on = before[: report.entries] if report.pending else [entry for entry in before if entry.id not in left]
    return Slept(
        soul_facts(mind),
        report.conversations,
        tuple(entry.text for entry in slept_on),
        Figures(
            report.entries,
            report.tokens,
            report.rate,
            report.seconds,
            (report.before.right, report.after.right),
            len(report.after.answers),
            (report.before.log_loss, report.after.log_loss),
            (report.before.heldout_loss, report.after.heldout_loss),
        ),
        report.rate_asked,
        report.woken,
        report.kept,
        Message("{first} {second}", first=report.why, second=report.note) if report.verdict == "rejected" else "",
        report.note,
        _probes(report),
    )


def _probes(report: SleepReport) -> tuple[Probe, ...]:
    """What was asked on both sides of the night; nothing where it was woken before it was asked again."""
    return tuple(
        Probe(
            asked=after.asked,
            expected=after.expected,
            is_question=after.kind == "question",
            right=(before.right, after.right),
            chance=(_chance(before.right, before.logprob), _chance(after.right, after.logprob)),
            said=after.said,
        )
        for before, after in zip(report.before.answers, report.after.answers, strict=False)
    )


def _chance(right: bool, logprob: float) -> float:
    return math.exp(min(0.0, logprob)) if math.isfinite(logprob) else float(right)


def accept(desk: Desk, command: Accept) -> SoulFacts:
    """Go on as the soul of the night that waits."""
    desk.mind.accept_sleep()
    desk.turns.clear()
    return soul_facts(desk.mind)


def reject(desk: Desk, command: Reject) -> SoulFacts:
    """Let that night go."""
    desk.mind.reject_sleep()
    return soul_facts(desk.mind)


HANDLERS = {Sleep: sleep, Accept: accept, Reject: reject}
