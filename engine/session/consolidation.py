"""The nights of a soul: each on a copy, its outcome taken over at once or kept until somebody decides.

A night's soul that waits for a decision lies in the soul's history folder as ``candidate.soul``, apart from the entries
of the timeline. ``nights.jsonl`` beside it has one line for every night, in figures: no text of any message.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from engine.errors import BitLlamaError, ConfigError, FileFormatError, Message, WorkspaceError
from engine.io import atomic
from engine.io.conversation_log import Entry
from engine.io.soul import Soul, check_fits, load_soul, save_soul
from engine.runtime.base import Cancel
from engine.session.active_soul import ActiveSoul
from engine.session.history import event_note, heard_by
from engine.sleep import OnProgress, SleepReport, SleepSettings, consolidate

Decide = Literal["auto", "ask"]


class Consolidation:
    """Sleeps for one soul; the soul that is awake is untouched until a night's outcome is accepted."""

    def __init__(self, soul: ActiveSoul) -> None:
        self._soul = soul

    @property
    def candidate(self) -> Path:
        """The file of the soul that waits for a decision."""
        return self._soul.store.history / "candidate.soul"

    @property
    def log(self) -> Path:
        """One line of JSON for every night."""
        return self._soul.store.history / "nights.jsonl"

    def waiting(self) -> list[Entry]:
        """All entries of the log that this soul heard and has not slept on."""
        return self._soul.waiting()

    def _slept_on(self, waiting: Sequence[Entry]) -> list[Entry]:
        heard = heard_by(self._soul.log.entries(), self._soul.store.key, self._soul.meta.history)
        return [entry for entry in heard if waiting and entry.id < waiting[0].id]

    def sleep(
        self,
        settings: SleepSettings,
        *,
        decide: Decide = "auto",
        keep: bool = True,
        cancel: Cancel | None = None,
        progress: OnProgress | None = None,
    ) -> SleepReport:
        """Sleep on what waits; see `engine.sleep.consolidate` for what the arguments mean.

        With ``auto`` the new soul is the active one afterwards unless the night was rejected; with ``ask`` it becomes
        the candidate, whatever the verdict would be on its own, as long as it was not rejected. A rejected night
        leaves the soul bit for bit, and its messages go on waiting.

        Raises `ConfigError` while another candidate waits and for a model that cannot sleep, and what `consolidate` and
        the store raise; the soul is then unchanged.
        """
        if decide not in ("auto", "ask"):
            raise ConfigError(f"decide is {decide!r}; it must be auto or ask.")
        _ = self._soul.llama.learning_runtime  # raises where there is no soul
        if self.candidate.exists():
            raise ConfigError("A night waits for your decision; accept or reject it before the next one.")
        self._soul.save()
        new = self.waiting()
        past = self._slept_on(new)
        night = consolidate(self._soul.llama, new, past, settings, keep=keep, cancel=cancel, progress=progress)
        report = night.report
        if report.verdict == "rejected":
            self._note(report.facts(), "rejected", report.why)
            tried = self._tried()
            note = Message("{first} {second}", first=report.note, second=tried) if report.note else tried
            return replace(report, note=note)
        if night.soul is None:
            return report
        if decide == "ask":
            self._keep_candidate(night.soul, report.facts())
            return replace(report, kept=False, pending=True, level=self._soul.llama.level)
        self._take_over(night.soul, report.facts())
        return report

    def accept(self) -> Soul:
        """Go on as the candidate; the soul of before is kept. What was said since that night waits for the next one.

        Raises `ConfigError` where none waits, `FileFormatError` or `SoulMismatchError` for one that cannot be used.
        """
        soul, facts = self._read_candidate()
        self._soul.save()
        taken = self._take_over(soul, facts)
        self.candidate.unlink(missing_ok=True)
        return taken

    def reject(self) -> None:
        """Let the candidate go: the soul is as it was, and the messages of that night go on waiting.

        Raises `ConfigError` where none waits.
        """
        if not self.candidate.exists():
            raise ConfigError("No night waits for a decision.")
        facts: dict[str, Any] = {}
        with contextlib.suppress(BitLlamaError):  # a damaged one can still be let go
            facts = self._read_candidate()[1]
        self.forget_candidate()
        self._note(facts, "rejected", "by the user")

    def forget_candidate(self) -> None:
        """Delete the candidate where there is one."""
        try:
            self.candidate.unlink(missing_ok=True)
        except OSError as error:
            raise WorkspaceError(
                "Could not delete {path}: {why}. Check its permissions.", path=self.candidate, why=error.strerror
            ) from error

    def waiting_facts(self) -> dict[str, Any] | None:
        """The figures of the night that waits for a decision, None where none does. Raises as `accept`."""
        return self._read_candidate()[1] if self.candidate.exists() else None

    def rejected_in_a_row(self) -> int:
        """Nights that were rejected since one was last accepted."""
        count = 0
        for line in self._lines():
            count = count + 1 if line.get("verdict") == "rejected" else 0
        return count

    def _tried(self) -> Message:
        times = self.rejected_in_a_row()
        if times < 2:
            return Message("The soul is as it was, and what it was about goes on waiting.")
        return Message(
            "The soul is as it was, and what it was about goes on waiting; {times} nights in a row were rejected: "
            "sleep with a lower rate, by replay alone, or with a higher drift limit.",
            times=times,
        )

    def _take_over(self, soul: Soul, facts: dict[str, Any]) -> Soul:
        with self._soul.whole():
            self._soul.llama.set_soul(soul)
            kept = self._soul.commit("sleep", event_note("sleep", facts.get("entries", 0)), facts)
        self._note(facts, "accepted", "")
        return kept

    def _keep_candidate(self, soul: Soul, facts: dict[str, Any]) -> None:
        atomic.make_folder(self.candidate.parent)
        history = [*soul.meta.history, {"event": "candidate", **facts}]
        save_soul(self.candidate, replace(soul, meta=replace(soul.meta, history=history)))

    def _read_candidate(self) -> tuple[Soul, dict[str, Any]]:
        if not self.candidate.exists():
            raise ConfigError("No night waits for a decision.")
        soul = load_soul(self.candidate)
        body = self._soul.llama.body
        check_fits(soul, body.fast_config, body.fingerprint)
        *history, facts = soul.meta.history or [{}]
        if facts.get("event") != "candidate":
            raise FileFormatError("{path} is no soul of a night; reject it, and sleep again.", path=self.candidate)
        facts = {key: value for key, value in facts.items() if key != "event"}
        return replace(soul, meta=replace(soul.meta, history=history)), facts

    def _note(self, facts: dict[str, Any], verdict: str, why: str) -> None:
        """Add a line to the log of nights. Where it cannot be written the night stands all the same."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        line = json.dumps({"when": now, "verdict": verdict, "why": why, **facts}, ensure_ascii=False)
        with contextlib.suppress(OSError):
            self.log.parent.mkdir(parents=True, exist_ok=True)
            with self.log.open("a", encoding="utf-8") as file:
                file.write(line + "\n")

    def _lines(self) -> list[dict[str, Any]]:
        try:
            texts = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return []
        found = []
        for text in texts:
            with contextlib.suppress(ValueError, RecursionError):
                line = json.loads(text)
                if isinstance(line, dict):
                    found.append(line)
        return found
