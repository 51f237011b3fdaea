"""One night of a transformer with a memory: read what was told, teach it to the fast weights, probe, and judge.

There is one way to sleep here, by gradient descent (``deep``): replaying a message would write what it wrote when it
was heard. As in `engine.sleep.consolidation` all of it happens on a copy.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from engine.errors import Message
from engine.io.conversation_log import Entry
from engine.llama import Llama
from engine.runtime.base import Cancel, Cancelled
from engine.runtime.batched_replies import FastMemory, write_replies
from engine.sleep.backbone import Backbone
from engine.sleep.curriculum import ExtractedFacts, MemoryCurriculum, Statement, WordedFact, extract_facts
from engine.sleep.finetune import Schedule
from engine.sleep.memory_descent import MemoryDescent, ordinary_loss
from engine.sleep.memory_lessons import NightLessons
from engine.sleep.replay import ProgressMeter, dialogues_of
from engine.sleep.report import OnProgress, ProbeAnswer, ProbeResults, SleepReport, Verdict, gain, judge
from engine.sleep.result import PARTS, SleepLimit, SleepResult
from engine.sleep.settings import SleepSettings

LEARNING_SHARE = 0.3
"""Of ``SleepSettings.learning_rate``, whatever the number of facts: the fast weights of a memory are smaller than those
of a BitLlama, and ordinary talk holds them where there is little to learn."""
MOST_OLDER = 24
"""Messages of former nights that are read again at most."""
READING_WORK = 400
"""Of a message, in tokens through the whole model: the message, and the samples of what it told."""
LESSON_WORK, ASKING_WORK = 45, 60
"""The same of freezing a lesson, and of asking a question."""
FACTS_EXPECTED, TOKENS_EXPECTED = 1.5, 25
"""In a message, as long as nobody has read it; and tokens that read in a round, for each fact."""
ANSWER_TOKENS = 24
"""Of an answer to a probe, at most."""


class MemoryNight:
    """The phases of one night, in the order of `whole`; arguments as those of `engine.sleep.consolidate`."""

    def __init__(
        self,
        llama: Llama,
        curriculum: MemoryCurriculum,
        entries: Sequence[Entry],
        past: Sequence[Entry],
        settings: SleepSettings,
        keep: bool,
        probe: bool,
        cancel: Cancel | None,
        progress: OnProgress | None,
        limit: SleepLimit | None,
    ) -> None:
        self.llama, self.curriculum, self.entries, self.settings = llama, curriculum, entries, settings
        self.keep, self.probe, self.cancel, self.limit = keep, probe, cancel, limit or SleepLimit()
        self.new = dialogues_of(llama, entries, "none")
        self.said = [line.entry for talk in self.new for line in talk.lines]
        self.again = self._some_of(past)
        self.all_rounds = settings.rounds * settings.passes
        messages = len(self.said) + len(self.again)
        self.meter = ProgressMeter(
            READING_WORK * messages + self._work(round(FACTS_EXPECTED * messages), TOKENS_EXPECTED * messages), progress
        )
        self.start: NDArray[np.float32] = llama.learning_runtime.read_fast()[0]
        self.before, self.after = ProbeResults(), ProbeResults()
        self.part, self.rounds, self.lesson_tokens = self.limit.part, 0, 0
        self.unlearned: list[str] = []
        self.unread: tuple[str, ...] = ()
        self.woken = False
        self.note = "" if settings.method == "deep" else Message("This model sleeps in one way only: deep.")

    def whole(self) -> SleepResult:
        """Everything, from reading to the verdict."""
        if not self.new:
            return SleepResult(self._report("accepted", "", kept=False), None)
        came: NDArray[np.float32] | None = None
        try:
            self.backbone = Backbone.of(self.llama)
            told = self._read()
            if told.statements:
                self.lessons = self._lessons(told)
                self.before = self._examine(self.start, self.cancel)
                came = self._descend()
            else:
                came, self.probe = self.start, False
        except Cancelled:
            self.woken = True
        if came is None or (self.woken and not self.keep):
            return SleepResult(self._report("accepted", "", kept=False), None)
        verdict, why = self._decide(came)
        if verdict == "accepted":
            self.llama.new_conversation()
            self.llama.learning_runtime.write_fast([self._at(came)])
            self.unlearned = self._not_known()
        report = self._report(verdict, why, kept=verdict == "accepted")
        return SleepResult(report, self.llama.soul() if verdict == "accepted" else None)

    def _some_of(self, past: Sequence[Entry]) -> list[Entry]:
        """Messages of former nights to be asked for again, in their order."""
        said = [entry for entry in past if entry.role == "user" and entry.text.strip()]
        wanted = min(len(said), MOST_OLDER, -(-round(2 * self.settings.older * len(self.said)) // 2))
        rng = random.Random(f"older {self.settings.seed} {said[-1].id if said else ''}")
        return [said[at] for at in sorted(rng.sample(range(len(said)), wanted))]

    def _read(self) -> ExtractedFacts:
        entries = [*self.again, *self.said]
        texts = list(dict.fromkeys(entry.text for entry in entries))
        share = len(entries) / len(texts)

        def note(done: int) -> None:
            self.meter.add(READING_WORK * share * done, "what was said")

        found = self.curriculum.read(self.backbone, texts, self.cancel, note)
        facts: dict[str, list[WordedFact]] = dict(zip(texts, found, strict=True))
        told = extract_facts(entries, lambda text: facts[text])
        tonight = {entry.id for entry in self.said}
        self.unread = tuple(entry.id for entry in self.said if entry.id not in told.tellers)
        self.fresh = [statement for statement in told.statements if statement.entry.id in tonight]
        return told

    def _lessons(self, told: ExtractedFacts) -> NightLessons:
        tonight = {entry.id for entry in self.said}
        older = [statement for statement in told.statements if statement.entry.id not in tonight]
        facts = len(told.statements)
        self._expect(self._work(facts, TOKENS_EXPECTED * facts))
        lessons = NightLessons(
            self.backbone,
            self.curriculum,
            self.fresh,
            older,
            self.settings.seed,
            self.cancel,
            lambda made: self.meter.add(LESSON_WORK * made, "lessons"),
        )
        self._expect(self.all_rounds * lessons.tokens + self._asking(facts))
        return lessons

    def _expect(self, work: float) -> None:
        """So much is ahead, as is known by now."""
        self.meter.total = self.meter.done + work

    def _asking(self, facts: int) -> float:
        return 2 * ASKING_WORK * (facts + 12) * self.probe

    def _work(self, facts: int, tokens: int) -> float:
        """What is ahead after reading, in tokens through the whole model."""
        return LESSON_WORK * (3 * facts + 88) + self.all_rounds * tokens + self._asking(facts)

    def _descend(self) -> NDArray[np.float32] | None:
        """The fast weights after the last whole round; None where there was none."""
        lessons, settings = self.lessons, self.settings
        rounds = self.all_rounds if self.limit.rounds is None else min(self.all_rounds, self.limit.rounds)
        rate = settings.rate * settings.learning_rate * LEARNING_SHARE
        schedule = Schedule(rate, settings.l2_to_start, rounds, self.all_rounds, float(lessons.tokens * rounds))
        descent = MemoryDescent(self.backbone, self.start, settings.l2_to_start)
        came: NDArray[np.float32] | None = None
        while self.rounds < rounds and not (self.rounds and lessons.learned):
            batches = list(lessons.batches())
            tokens = 0
            for at, batch in enumerate(batches):
                if self.cancel is not None and self.cancel():
                    self.woken = True
                    return came
                rate = schedule.learning_rate((self.rounds + at / len(batches)) / self.all_rounds)
                lessons.observe(batch, descent.step(batch.taught, batch.ordinary, rate))
                read = sum(len(reply.streams) for reply in (*batch.taught, *batch.ordinary))
                tokens += read
                self.meter.add(lessons.tokens / len(batches), batch.line, read)
            self.rounds += 1
            self.lesson_tokens += tokens
            came = descent.fast
        self.meter.add(lessons.tokens * (rounds - self.rounds), "")  # what need not be learned any more
        return came

    def _at(self, came: NDArray[np.float32]) -> NDArray[np.float32]:
        """`part` of the way from the soul of before."""
        return came if self.part == 1 else self.start + np.float32(self.part) * (came - self.start)

    def _decide(self, came: NDArray[np.float32]) -> tuple[Verdict, str]:
        """As `engine.sleep.consolidation` decides: a night that would be refused may be kept in part."""
        verdict, why = self._judge(came)
        if verdict == "accepted" or not self.probe or not np.isfinite(came).all():
            return verdict, why
        whole = self.after
        for part in PARTS:
            self.part = part
            judged, _ = self._judge(came)
            worth = gain(self.before, self.after) > 0 or self.after.drift_from(self.before) <= 0
            if judged == "accepted" and (worth or gain(self.before, whole) == 0):
                return "accepted", ""
        self.part, self.after = 1.0, whole
        return verdict, why

    def _judge(self, came: NDArray[np.float32]) -> tuple[Verdict, str]:
        fast = self._at(came)
        if np.isfinite(fast).all():
            self.after = self._examine(fast, None)
        return judge(self.before, self.after, self.settings.drift_limit, [fast])

    def _examine(self, fast: NDArray[np.float32], cancel: Cancel | None) -> ProbeResults:
        """Answers to the questions, each in a conversation of its own, and the loss on ordinary talk."""
        if not self.probe:
            return ProbeResults()
        exam, backbone = self.lessons.exam, self.backbone
        read = FastMemory(backbone.memory, torch.from_numpy(np.array(fast, np.float32)))
        written = write_replies(
            backbone.model,
            [backbone.prompt(question.user) for question in exam.questions],
            backbone.text.turn_ends,
            ANSWER_TOKENS,
            memory=read,
            cancel=cancel,
            progress=lambda done: self.meter.add(ASKING_WORK * done, "questions"),
        )
        answers = []
        for question, (reply,) in zip(exam.questions, written, strict=True):
            said = backbone.text.tokenizer.decode(reply).strip()
            right = question.is_right(said)
            answers.append(ProbeAnswer("question", question.user, question.expected, said, right, float("nan")))
        loss = ordinary_loss(backbone, exam.ordinary, fast)
        self.meter.add(ASKING_WORK * len(exam.ordinary), "ordinary talk")
        return ProbeResults(tuple(answers), heldout_loss=loss)

    def _not_known(self) -> list[str]:
        """Ids of the messages of which a fact is not known, as far as was asked."""
        asked: Sequence[tuple[Statement, ProbeAnswer]] = list(zip(self.fresh, self.after.answers, strict=False))
        return list(dict.fromkeys(statement.entry.id for statement, answer in asked if not answer.right))

    def _report(self, verdict: Verdict, why: str, kept: bool) -> SleepReport:
        part = Message("Only {part:.0%} of the way was kept, since all of it would have been refused.", part=self.part)
        return SleepReport(
            entries=len(self.said) if kept else 0,
            conversations=len(self.new) if kept else 0,
            tokens=sum(talk.tokens for talk in self.new) if kept else 0,
            passes=self.settings.passes,
            rate=self.settings.rate,
            rate_asked=self.settings.rate,
            seconds=self.meter.seconds,
            woken=self.woken,
            kept=kept,
            level=self.llama.level,
            until=self.entries[-1].id if kept else None,
            method="deep",
            settings=self.settings,
            older=len(self.again),
            before=self.before,
            after=self.after,
            verdict=verdict,
            why=why,
            rounds=self.rounds,
            part=self.part,
            lesson_tokens=self.lesson_tokens,
            heard=self.entries[-1].id if self.entries else "",
            note=part if kept and self.part < 1 else self.note,
            unlearned=tuple(self.unlearned),
            unread=self.unread,
        )
