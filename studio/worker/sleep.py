"""Sleep."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Any

from engine.errors import Message
from studio.protocol import AcceptNight, DreamProgress, ProbeResult, RejectNight, Sleep, Slept, SoulSummary
from studio.protocol.souls import SleepFigures
from studio.worker.context import WorkerContext
from studio.worker.souls import soul_facts

if TYPE_CHECKING:
    from engine.sleep import SleepProgress, SleepReport

_DREAM_INTERVAL_S = 0.05
"""A sleep tells of itself at most so often; the last word always comes."""


def sleep(context: WorkerContext, command: Sleep) -> Slept:
    """Sleep on what waits; how far it came is told on the way."""
    from engine.runtime.preload import preload_torch

    memory = context.memory
    preload_torch()  # deep sleep imports it, and the window shall not stand still meanwhile
    told = 0.0

    def on_progress(progress: SleepProgress) -> None:
        nonlocal told
        now = time.perf_counter()
        if now - told >= _DREAM_INTERVAL_S or progress.fraction >= 1.0:
            told = now
            context.tell(
                DreamProgress(
                    progress.fraction,
                    progress.line,
                    progress.tokens_per_second,
                    progress.seconds_left,
                )
            )

    chosen: dict[str, Any] = {"rate": command.rate}
    chosen |= {"passes": command.passes} if command.passes else {}
    chosen |= {"method": command.method} if command.method else {}
    before = memory.waiting()
    context.turns.clear()
    report = memory.sleep(on_progress, context.cancelled, decide="ask" if command.ask else "auto", **chosen)
    left = {entry.id for entry in memory.waiting()}
    slept_on = before[: report.entries] if report.pending else [entry for entry in before if entry.id not in left]
    return Slept(
        soul_facts(memory),
        report.conversations,
        tuple(entry.text for entry in slept_on),
        SleepFigures(
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


def _probes(report: SleepReport) -> tuple[ProbeResult, ...]:
    """What was asked on both sides of the night; nothing where it was woken before it was asked again."""
    return tuple(
        ProbeResult(
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


def accept(context: WorkerContext, command: AcceptNight) -> SoulSummary:
    """Go on as the soul of the night that waits."""
    context.memory.accept_sleep()
    context.turns.clear()
    return soul_facts(context.memory)


def reject(context: WorkerContext, command: RejectNight) -> SoulSummary:
    """Let that night go."""
    context.memory.reject_sleep()
    return soul_facts(context.memory)


HANDLERS = {Sleep: sleep, AcceptNight: accept, RejectNight: reject}
