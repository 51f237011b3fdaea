"""Sleep."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from studio.messages import Dreaming, Sleep, Slept
from studio.worker.desk import Desk
from studio.worker.souls import soul_facts

if TYPE_CHECKING:
    from engine.memory.sleep import SleepProgress

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

    before = mind.waiting()
    desk.turns.clear()
    report = mind.sleep(on_progress, command.cancel.is_set, rate=command.rate)
    left = {entry.id for entry in mind.waiting()}
    return Slept(
        soul_facts(mind),
        report.conversations,
        tuple(entry.text for entry in before if entry.id not in left),
        report.tokens,
        report.rate,
        report.rate_asked,
        report.seconds,
        report.woken,
        report.kept,
        f"{report.why} {report.note}".strip() if report.verdict == "rejected" else "",
        (report.before.right, len(report.before.answers)),
        (report.after.right, len(report.after.answers)),
        report.drift,
    )


HANDLERS = {Sleep: sleep}
