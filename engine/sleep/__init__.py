"""Sleep: what was said is lived again at a raised rate, and learned until it can be told; then it is put to the proof.

`dream` sleeps on a copy and gives back the new soul with a report; `sleep` does so in place, without probes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from engine.errors import ConfigError
from engine.io.conversation_log import Entry
from engine.llama import Llama
from engine.runtime.base import Cancel
from engine.sleep.night import Limit, Night, dream
from engine.sleep.replay import to_replay
from engine.sleep.report import Answer, OnProgress, Probed, SleepProgress, SleepReport
from engine.sleep.settings import METHODS, RATE, REPLIES, SleepSettings

__all__ = [
    "METHODS", "RATE", "REPLIES", "Answer", "Limit", "Night", "OnProgress", "Probed", "SleepProgress", "SleepReport",
    "SleepSettings", "chosen", "dream", "sleep", "sleep_again", "to_replay",
]  # fmt: skip


def chosen(settings: SleepSettings | None = None, **changes: Any) -> SleepSettings:
    """`settings`, the defaults where None, with some fields changed. Raises `ConfigError` for what cannot work."""
    unknown = sorted(set(changes) - set(SleepSettings.__dataclass_fields__))
    if unknown:
        known = ", ".join(SleepSettings.__dataclass_fields__)
        raise ConfigError(f"There is no sleep setting called {unknown[0]!r}; there are {known}.")
    return replace(settings or SleepSettings(), **changes)


def sleep(
    llama: Llama,
    entries: Sequence[Entry],
    past: Sequence[Entry] = (),
    settings: SleepSettings | None = None,
    *,
    keep: bool = True,
    cancel: Cancel | None = None,
    progress: OnProgress | None = None,
    limit: Limit | None = None,
    **changes: Any,
) -> SleepReport:
    """`dream` without probes, and `llama` goes on as the soul that came of it.

    A function of the soul, the entries and the settings: the same gives the same soul, bit for bit, on one machine with
    one number of threads. On any exception the state is the one of before.
    """
    settings = chosen(settings, **changes)
    night = dream(llama, entries, past, settings, keep=keep, probe=False, cancel=cancel, progress=progress, limit=limit)
    if night.soul is not None:
        llama.set_soul(night.soul)
    return night.report


def sleep_again(
    llama: Llama, entries: Sequence[Entry], past: Sequence[Entry], event: Mapping[str, Any], cancel: Cancel | None
) -> SleepReport:
    """Sleep as a night of a soul's history did, to where that one came, in place.

    Args:
        llama: whose state this becomes.
        entries: what that night had not slept on yet, up to the event's ``heard``.
        past: what had been slept on before it.
        event: as the history has it (`SleepReport.facts`).
        cancel: asked as in `dream`; nothing is kept then.

    Raises `ConfigError` where the event holds no settings that work.
    """
    held = event.get("settings")
    if isinstance(held, Mapping):
        settings = chosen(**{**held, "method": event.get("method", "replay")})
    else:  # a night from before there was more than plain replay
        replies = "learn" if event.get("replies") else "none"
        settings = chosen(
            method="replay", rate=float(event["rate"]), passes=int(event["passes"]), replies=replies, older=0.0
        )
    limit = Limit(part=float(event.get("part", 1.0)))
    if event.get("woken") and "talks" in event:
        limit = replace(limit, talks=int(event["talks"]), rounds=int(event["rounds"]))
    return sleep(llama, entries, past, settings, keep=False, cancel=cancel, limit=limit)
