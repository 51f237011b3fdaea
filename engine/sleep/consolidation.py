"""One night: probes, replay or fine-tuning on a copy, probes again, a verdict. The live soul is left as it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import numpy as np

from engine.errors import ConfigError, Message
from engine.io.conversation_log import Entry
from engine.io.transformer_weights import TransformerWeights
from engine.llama import Llama
from engine.runtime.base import Cancel, Cancelled
from engine.sleep.curriculum import (
    Curriculum,
    MemoryCurriculum,
    Statement,
    curriculum_of,
    extract_facts,
    memory_curriculum,
)
from engine.sleep.finetune import LONGEST_STEP, Schedule, available, finetune
from engine.sleep.lessons import Lessons
from engine.sleep.probes import MOST_QUESTIONS, Exam, Examiner, decode_speed, make_exam
from engine.sleep.replay import (
    ProgressMeter,
    ReplayDialogue,
    dialogues_of,
    make_passes,
    replay,
    sample_older,
    to_replay,
)
from engine.sleep.report import OnProgress, ProbeResults, SleepReport, Verdict, gain, judge
from engine.sleep.result import PARTS, SleepLimit, SleepResult
from engine.sleep.settings import Method, SleepSettings

STABLE_SHARE = 0.95
"""How much of the stable range a raised rate may use."""


def consolidate(
    llama: Llama,
    entries: Sequence[Entry],
    past: Sequence[Entry] = (),
    settings: SleepSettings | None = None,
    *,
    keep: bool = True,
    probe: bool = True,
    cancel: Cancel | None = None,
    progress: OnProgress | None = None,
    limit: SleepLimit | None = None,
    curriculum: Curriculum | MemoryCurriculum | None = None,
    questions: int = MOST_QUESTIONS,
) -> SleepResult:
    """Sleep on `entries`, mixed with some of `past`, and give back the soul that it makes.

    Args:
        llama: the soul that sleeps. Its state and its learning rate are afterwards, in all cases, those of before.
        entries: messages not slept on yet.
        past: messages slept on before, of which some conversations are rehearsed.
        settings: how; the defaults where None.
        keep: when interrupted, keep what whole conversations and whole rounds taught; False keeps nothing then.
        probe: ask before and after, and refuse what drifted too far or knows less; without, nothing is measured.
        cancel: asked before every chunk, every step and every probe.
        progress: told after every one.
        limit: go no further than this.
        curriculum: reads facts and words lessons; that of the model where None.
        questions: how many facts are asked for at most; a transformer's night asks for all.

    Raises `ConfigError` for settings that cannot work.
    """
    live = llama.snapshot()
    with llama.at_rate(1.0):
        try:
            chosen, how = settings or SleepSettings(), (keep, probe, cancel, progress, limit)
            if isinstance(llama.body, TransformerWeights):
                return _memory_night(llama, curriculum, entries, past, chosen, *how)
            taught = cast(Curriculum, curriculum or curriculum_of(llama))
            return _Consolidation(llama, taught, entries, past, chosen, *how, questions).whole()
        finally:
            llama.restore(live)


def _memory_night(
    llama: Llama, curriculum: Curriculum | MemoryCurriculum | None, entries: Sequence[Entry], *how: Any
) -> SleepResult:
    """`consolidate` for a transformer with a memory; imports torch."""
    if not available():
        raise ConfigError("The sleep of this model needs torch, which is not installed here; install it first.")
    from engine.sleep.memory_night import MemoryNight

    return MemoryNight(llama, cast(MemoryCurriculum, curriculum or memory_curriculum()), entries, *how).whole()


class _Consolidation:
    """The phases of one night, in the order of `whole`; their results are attributes."""

    def __init__(
        self,
        llama: Llama,
        curriculum: Curriculum,
        entries: Sequence[Entry],
        past: Sequence[Entry],
        settings: SleepSettings,
        keep: bool,
        probe: bool,
        cancel: Cancel | None,
        progress: OnProgress | None,
        limit: SleepLimit | None,
        questions: int,
    ) -> None:
        self.llama, self.entries, self.settings, self.keep, self.cancel = llama, entries, settings, keep, cancel
        self.method, self.note = _possible(settings.method)
        self.rate = _stable(self.method, settings, llama.learning_runtime.max_rate_scale)
        self.new = dialogues_of(llama, entries, settings.replies)
        self.old = self._some_of(past)
        talks = [*self.old, *self.new]
        passes = make_passes(talks, settings.passes, settings.seed) if self.method != "deep" and self.new else []
        limit = limit or SleepLimit()
        self.again = [talk for one in passes for talk in one][: limit.talks]
        self.lessons: Lessons | None = None
        self.exam: Exam | None = None
        self.unread: tuple[str, ...] = ()
        fresh: list[Statement] = []
        if self.new and (self.method != "replay" or probe):
            told = extract_facts([*past, *entries], curriculum.reader(llama, cancel))
            tonight = {entry.id for entry in entries}
            fresh = [statement for statement in told.statements if statement.entry.id in tonight]
            older = [statement for statement in told.statements if statement.entry.id not in tonight]
            if self.method != "replay":
                heard = [talk.without(told.outdated) for talk in talks]
                self.lessons = Lessons(llama, curriculum, heard, fresh, older if settings.older else [], settings.seed)
            if probe:
                unread = [entry for entry in entries if entry.id not in told.tellers]
                self.unread = tuple(entry.id for entry in to_replay(unread))
                self.exam = make_exam(llama, curriculum, self.new, unread, fresh, older, settings.seed, questions)
        self.all_rounds, self.step = settings.all_rounds(len(fresh)), settings.step(len(fresh))
        self.rounds = self.all_rounds if limit.rounds is None else min(self.all_rounds, limit.rounds)
        self.deep_work = self.lessons.work * self.rounds if self.lessons else 0.0
        work = sum(talk.tokens for talk in self.again) + self.deep_work
        self.meter = ProgressMeter(work + (2 * self.exam.tokens if self.exam else 0), progress)
        self.start, self.level, self.part = llama.snapshot(), llama.level, limit.part
        self.fast_before = llama.learning_runtime.read_fast()
        self.before, self.after = ProbeResults(), ProbeResults()
        self.decode_speed = self.speed = 0.0
        self.finished: frozenset[str] = frozenset()
        self.talks = self.finished_rounds = self.lesson_tokens = 0
        self.woken = False

    def _some_of(self, past: Sequence[Entry]) -> list[ReplayDialogue]:
        """Older conversations to rehearse; one that goes on tonight counts as new."""
        names = {talk.conversation for talk in self.new}
        talks = dialogues_of(self.llama, [e for e in past if e.conversation not in names], self.settings.replies, False)
        messages = sum(len(talk.lines) for talk in self.new)
        return sample_older(talks, messages, self.settings.older, self.settings.seed)

    def whole(self) -> SleepResult:
        """Everything, from the first probe to the verdict."""
        try:
            self._examine_before()
            self._replay()
            if self.lessons is not None and not self.woken:
                self._finetune(self.lessons)
        except Cancelled:
            self.woken = True
        if self.woken and not self.keep:
            self.finished = frozenset()
        if not self.finished:
            self.llama.restore(self.start)
            return SleepResult(self._report("accepted", ""), None)
        self.llama.new_conversation()
        verdict, why = self._decide()
        report = self._report(verdict, why)
        return SleepResult(report, self.llama.soul() if verdict == "accepted" else None)

    def _examine_before(self) -> None:
        if self.exam is not None:
            self.decode_speed = decode_speed(self.llama)
            self.before = Examiner(self.llama, self.exam, self.meter, self.cancel).all()

    def _replay(self) -> None:
        came = replay(self.llama, self.again, self.rate, self.cancel, self.meter)
        self.llama.rate_scale = 1.0
        self.finished, self.talks, self.woken = came.finished, came.talks, came.woken
        self.speed = came.tokens / came.seconds if came.tokens else 0.0

    def _finetune(self, lessons: Lessons) -> None:
        schedule = Schedule(
            self.rate * self.step, self.settings.l2_to_start, self.rounds, self.all_rounds, self.deep_work
        )
        came = finetune(self.llama, lessons, schedule, self.meter, self.cancel)
        self.woken, self.finished_rounds = came.woken, came.rounds
        if came.rounds:
            self.llama.learning_runtime.write_fast(came.layers)
            self.llama.level += came.log_tokens
            self.lesson_tokens = came.lesson_tokens
            self.finished |= {talk.conversation for talk in (*self.old, *self.new)}

    def _decide(self) -> tuple[Verdict, str]:
        """The verdict on where the night came to or, where that is refused, on the first part of the way that is not.

        A part must teach something where the whole way does, and where that makes it know less, teach or not drift at
        all; else what was said had better wait for another night.
        """
        came = self.llama.learning_runtime.read_fast()
        verdict, why = self._try(came, self.part)
        if verdict == "accepted" or self.exam is None or not all(np.isfinite(layer).all() for layer in came):
            return verdict, why
        whole = self.after
        for part in PARTS:
            judged, _ = self._try(came, part)
            worth = gain(self.before, self.after) > 0 or self.after.drift_from(self.before) <= 0
            if judged == "accepted" and (worth or gain(self.before, whole) == 0):
                self.part = part
                return "accepted", ""
        self.after = whole
        return verdict, why

    def _try(self, came: Sequence[np.ndarray], part: float) -> tuple[Verdict, str]:
        """Go back to `part` of the way from the soul of before to `came`, measure, and judge."""
        if part < 1:
            between = [a + np.float32(part) * (b - a) for a, b in zip(self.fast_before, came, strict=True)]
            self.llama.learning_runtime.write_fast(between)
        self._examine_after()
        return judge(self.before, self.after, self.settings.drift_limit, self.llama.learning_runtime.read_fast())

    def _examine_after(self) -> None:
        """Measure what the verdict needs, and unless interrupted all the rest."""
        if self.exam is None:
            return
        self.after = Examiner(self.llama, self.exam, self.meter).deciding()
        if not self.woken:
            try:
                self.after = Examiner(self.llama, self.exam, self.meter, self.cancel).whole(self.after)
            except Cancelled:
                self.note = Message("Woken during the last probes, after all was learned.")

    def _report(self, verdict: Verdict, why: str) -> SleepReport:
        new = [line for talk in self.new if talk.conversation in self.finished for line in talk.lines]
        kept = bool(self.finished) and verdict == "accepted"
        return SleepReport(
            entries=len(new),
            conversations=len({line.entry.conversation for line in new}),
            tokens=self.llama.level - self.level,
            passes=self.settings.passes,
            rate=self.rate,
            rate_asked=self.settings.rate,
            seconds=self.meter.seconds,
            woken=self.woken,
            kept=kept,
            level=self.llama.level if kept else self.level,
            until=_reached(self.entries, to_replay(self.entries, self.settings.replies), self.finished),
            method=self.method,
            settings=self.settings,
            older=sum(len(talk.lines) for talk in self.old if talk.conversation in self.finished),
            before=self.before,
            after=self.after,
            tokens_per_second=self.speed,
            chat_tokens_per_second=self.decode_speed,
            verdict=verdict,
            why=why,
            talks=self.talks,
            rounds=self.finished_rounds,
            part=self.part,
            lesson_tokens=self.lesson_tokens,
            heard=self.entries[-1].id if self.entries else "",
            unread=self.unread,
            note=self._told_part() if self.part < 1 else self.note,
        )

    def _told_part(self) -> Message:
        told = Message("Only {part:.0%} of the way was kept, since all of it would have been refused.", part=self.part)
        return Message("{first} {second}", first=self.note, second=told) if self.note else told


def _stable(method: Method, settings: SleepSettings, most: float) -> float:
    """The rate that was asked for, cut to where replay, stable up to `most`, and deep sleep stay stable."""
    bearable = [settings.rate]
    if method != "deep":
        bearable.append(max(STABLE_SHARE * most, 1.0))
    if method != "replay":
        bearable.append(max(LONGEST_STEP / settings.learning_rate, 1.0))
    return float(min(bearable))


def _possible(method: Method) -> tuple[Method, str]:
    if method != "replay" and not available():
        return "replay", Message("Deep sleep needs torch, which is not installed here; this was plain replay.")
    return method, ""


def _reached(entries: Sequence[Entry], replayed: Sequence[Entry], finished: frozenset[str]) -> str | None:
    """The last entry before the first one that still has to be replayed; None where nothing was."""
    waiting = {entry.id for entry in replayed if entry.conversation not in finished}
    until = None
    for entry in entries:
        if entry.id in waiting:
            break
        until = entry.id
    return until
