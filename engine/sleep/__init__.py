"""Sleep: what was said since the last night is learned firmly, by fine-tuning the soul or by replay, and then probed.

`consolidate` works on a copy and returns the new soul with a report; `sleep` works in place, without probes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from engine.io.conversation_log import Entry
from engine.llama import Llama
from engine.runtime.base import Cancel
from engine.sleep.consolidation import consolidate
from engine.sleep.replay import to_replay
from engine.sleep.report import OnProgress, ProbeAnswer, ProbeResults, SleepProgress, SleepReport
from engine.sleep.result import SleepLimit, SleepResult
from engine.sleep.settings import METHODS, RATE, REPLIES, SleepSettings, make_settings

__all__ = [
    "METHODS",
    "RATE",
    "REPLIES",
    "OnProgress",
    "ProbeAnswer",
    "ProbeResults",
    "SleepLimit",
    "SleepProgress",
    "SleepReport",
    "SleepResult",
    "SleepSettings",
    "consolidate",
    "make_settings",
    "repeat_sleep",
    "sleep",
    "to_replay",
]


def sleep(
    llama: Llama,
    entries: Sequence[Entry],
    past: Sequence[Entry] = (),
    settings: SleepSettings | None = None,
    *,
    keep: bool = True,
    cancel: Cancel | None = None,
    progress: OnProgress | None = None,
    limit: SleepLimit | None = None,
    **changes: Any,
) -> SleepReport:
    """`consolidate` without probes; the state of `llama` becomes that of the new soul.

    Deterministic: the same soul, entries and settings give the same soul, bit for bit, on one machine with one number
    of threads. On any exception the state is unchanged.
    """
    settings = make_settings(settings, **changes)
    night = consolidate(
        llama, entries, past, settings, keep=keep, probe=False, cancel=cancel, progress=progress, limit=limit
    )
    if night.soul is not None:
        llama.set_soul(night.soul)
    return night.report


def repeat_sleep(
    llama: Llama, entries: Sequence[Entry], past: Sequence[Entry], event: Mapping[str, Any], cancel: Cancel | None
) -> SleepReport:
    """Repeat a night of a soul's history in place, up to where that one was stopped.

    Args:
        llama: whose state this becomes.
        entries: what that night had not slept on yet, up to the event's ``heard``.
        past: what had been slept on before it.
        event: as the history has it (`SleepReport.facts`).
        cancel: asked as in `consolidate`; nothing is kept then.

    Raises `ConfigError` where the event holds no settings that work.
    """
    held = event.get("settings")
    if isinstance(held, Mapping):
        settings = SleepSettings.from_dict({**held, "method": event.get("method", "replay")})
    else:  # a night from before there was more than plain replay
        replies = "learn" if event.get("replies") else "none"
        settings = make_settings(
            method="replay", rate=float(event["rate"]), passes=int(event["passes"]), replies=replies, older=0.0
        )
    limit = SleepLimit(part=float(event.get("part", 1.0)))
    if event.get("woken") and "talks" in event:
        limit = replace(limit, talks=int(event["talks"]), rounds=int(event["rounds"]))
    return sleep(llama, entries, past, settings, keep=False, cancel=cancel, limit=limit)
