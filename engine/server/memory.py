"""What a soul heard, and its nights, over the API."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from engine.io.conversation_log import Entry
from engine.runtime.base import Cancel
from engine.server.errors import ApiError
from engine.server.queue import FairQueue, Job
from engine.server.served import ServedMind
from engine.session.history import heard_by
from engine.sleep import SleepProgress, SleepReport
from engine.text.folding import fold

_LEAST_WAIT_S, _MOST_WAIT_S = 1, 600


class MemoryApi:
    """The log and the forgetting of one mind. Only the thread of the queue may be in it."""

    def __init__(self, served: ServedMind) -> None:
        self._served, self._mind = served, served.mind

    def entries(self, soul: str | None, find: str = "", last: int = 100) -> dict[str, Any]:
        """The newest messages that a soul heard or said and that hold `find`, oldest first.

        Raises `ApiError` for a soul that there is not.
        """
        mind = self._mind
        if soul is None or soul == mind.soul_name:
            store, meta = mind.store, mind.soul.meta
        else:
            if soul not in {one.name for one in mind.registry.all()}:
                raise ApiError(404, "soul_not_found", "There is no such soul; /v1/models lists them.", "soul")
            store = mind.registry.existing(soul)
            active = store.load_active()
            if active is None:
                return {"object": "list", "soul": soul, "level": 0, "data": []}
            meta = active.meta
        heard = heard_by(mind.log.entries(), store.key, meta.history)
        found = [entry for entry in heard if not find or fold(find) in fold(entry.text)]
        return {
            "object": "list",
            "soul": soul or mind.soul_name,
            "level": meta.level,
            "data": [_shown(entry) for entry in found[-last:]],
        }

    def forget(self, which: str, cancel: Cancel) -> dict[str, Any]:
        """Take a message, and the exchange that it is part of, out of the log and of every soul that lived it.

        Raises `ApiError` for one that there is not, `Cancelled` when `cancel` answers True, and what
        `MemorySession.forget_plan` raises.
        """
        if which not in {entry.id for entry in self._mind.log.entries()}:
            raise ApiError(404, "memory_not_found", "There is no such message.", "id")
        self._served.forget_conversation()
        plan = self._mind.forget_plan(which)
        self._mind.forget(plan, cancel)
        return {
            "object": "memory.deleted",
            "deleted": True,
            "ids": [entry.id for entry in plan.reduced.gone],
            "souls": [one.store.name for one in plan.rebuilds],
            "level": self._mind.level,
        }


@dataclass
class _Night:
    soul: str
    progress: SleepProgress | None = None
    job: Job[SleepReport] | None = None


class Nights:
    """The sleep that clients ask for: one at a time, while which nothing else is answered.

    It is used from the thread of the server, and of the queue.
    """

    def __init__(self, served: ServedMind, queue: FairQueue) -> None:
        self._served, self._queue = served, queue
        self._night: _Night | None = None

    @property
    def asleep(self) -> bool:
        """Whether a night goes on, or waits for its turn."""
        return self._night is not None and self._night.job is not None and not self._night.job.done.done()

    def require_awake(self) -> None:
        """Raise `ApiError` with the time that is left where it sleeps."""
        if self.asleep:
            raise ApiError(
                503, "asleep", "It sleeps on what it heard; try again when it is awake.", None, self._seconds_left()
            )

    def begin(self, client: str, soul: str | None) -> dict[str, Any]:
        """Fall asleep. Raises `ApiError` where it sleeps already, or where the soul cannot be slept on."""
        self.require_awake()
        served = self._served

        def work(cancel: Cancel) -> SleepReport:
            if soul is not None and soul != served.mind.soul_name:
                served.mind.switch(soul)
            served.forget_conversation()
            night.soul = served.mind.soul_name
            return served.mind.sleep(note, cancel)

        def note(progress: SleepProgress) -> None:
            night.progress = progress

        night = _Night(soul or "")
        night.job = self._queue.submit(client, work, bounded=False)
        self._night = night
        return self.report()

    def wake(self) -> dict[str, Any]:
        """End the night early: what was learned whole stays."""
        if self._night is not None and self._night.job is not None:
            self._night.job.cancel()
        return self.report()

    def report(self) -> dict[str, Any]:
        """How the night goes, or how the last one went; without a word of what was said."""
        night = self._night
        if night is None or night.job is None:
            return {"object": "sleep", "state": "awake", "report": None}
        if self.asleep:
            progress = night.progress
            return {
                "object": "sleep",
                "state": "asleep",
                "soul": night.soul,
                "fraction": progress.fraction if progress else 0.0,
                "seconds_left": self._seconds_left(),
                "report": None,
            }
        done = night.job.done
        error = None if done.cancelled() else done.exception()
        if done.cancelled() or error is not None:
            told = None if error is None else ApiError.of(error).body["error"]
            return {"object": "sleep", "state": "awake", "soul": night.soul, "error": told, "report": None}
        return {"object": "sleep", "state": "awake", "soul": night.soul, "report": _figures(done.result())}

    def _seconds_left(self) -> int:
        progress = self._night.progress if self._night else None
        left = progress.seconds_left if progress and math.isfinite(progress.seconds_left) else 30.0
        return min(max(_LEAST_WAIT_S, math.ceil(left)), _MOST_WAIT_S)


def _shown(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "role": entry.role,
        "text": entry.text,
        "said": entry.timestamp,
        "conversation": entry.conversation,
    }


def _figures(report: SleepReport) -> dict[str, Any]:
    return {
        "verdict": report.verdict,
        "why": str(report.why),
        "note": str(report.note),
        "kept": report.kept,
        "woken": report.woken,
        "messages": report.entries,
        "older": report.older,
        "conversations": report.conversations,
        "tokens": report.tokens,
        "seconds": round(report.seconds, 3),
        "level": report.level,
        "before": report.before.to_dict(),
        "after": report.after.to_dict(),
    }
