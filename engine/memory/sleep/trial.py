"""Measures sleep: facts of past days live only in the log; a soul that never saw them sleeps once and is asked."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from engine.llama import Llama
from engine.memory import recall
from engine.memory.log import Entry
from engine.memory.sleep.night import dream
from engine.memory.sleep.probes import Examiner, make_exam
from engine.memory.sleep.replay import Meter
from engine.memory.sleep.settings import SleepSettings
from engine.train.companion.probes import Question, WordingSet, make_probe
from engine.train.companion.smalltalk import SmallTalk

FACTS_A_CONVERSATION = 5
LATER_CHAT = 8
"""Exchanges of other talk after a night, before the questions are put once more."""


@dataclass(frozen=True)
class Days:
    """A log of past days and questions about it."""

    entries: Sequence[Entry]
    questions: Sequence[Question]
    later: Sequence[str]
    """What is said after the night, before the facts are asked once more."""


@dataclass(frozen=True)
class Way:
    """One way to sleep."""

    name: str
    settings: SleepSettings | None
    """None: no sleep at all."""


@dataclass(frozen=True)
class Outcome:
    """What one way of sleeping brought."""

    way: Way
    asked: recall.Recall
    """In a fresh conversation after the night."""
    later: recall.Recall
    """After other talk on the next day."""
    again: recall.Recall | None
    """After a second night on the same material."""
    heldout: float
    """Loss on dialogues that are in no log, nats per token."""
    seconds: float
    """Of the night, without probes."""
    tokens_per_second: float
    """Of the replay."""


def ways(most: float) -> list[Way]:
    """The ways that are compared; `most` is the highest rate of the sweep."""
    replay = SleepSettings(method="replay", older=0.0)
    default = SleepSettings(older=0.0)
    sweep = [
        Way(f"replay, {passes} pass{'es' * (passes > 1)}, rate {rate:g}", replace(replay, passes=passes, rate=rate))
        for rate in dict.fromkeys((1.0, 2.0, most))
        for passes in (1, 3, 8)
    ]
    return [
        Way("no sleep", None),
        *sweep,
        Way("replay, its replies for context", replace(replay, replies="context")),
        Way("replay, its replies learned", replace(replay, replies="learn")),
        Way("deep", replace(default, method="deep")),
        Way("both", replace(default, method="both")),
        Way("both, its replies learned", replace(default, method="both", replies="learn")),
    ]


def make_days(
    llama: Llama,
    facts: int,
    days: int,
    seed: int,
    wordings: WordingSet = "known",
    never_told: int = 10,
    on_step: Callable[[float], None] = lambda _: None,
) -> Days:
    """Facts with values never seen in training, told over `days`; the model's own replies are in the log.

    Every conversation of the log was lived by a newborn, so that the replies are the model's own and its memory of the
    day is not in any soul. `llama` is newborn afterwards. Raises `ConfigError` for counts that cannot be.
    """
    probe = make_probe(seed, facts, 0, wordings=wordings, never_told=never_told)
    rng = random.Random(f"days {seed}")
    talk = SmallTalk(rng, "test")
    entries: list[Entry] = []
    begin = datetime(2024, 3, 1, 18, tzinfo=UTC)
    for at, told in enumerate(probe.told):
        conversation = at // FACTS_A_CONVERSATION
        if at % FACTS_A_CONVERSATION == 0:
            llama.reset_state()
        said = [told.user] if rng.random() < 0.7 else [told.user, talk.exchange()[0]]
        day = begin + timedelta(days=at * days // facts, minutes=at)
        for text in said:
            answer = recall.reply(llama, text)
            for role, words in (("user", text), ("assistant", answer or "Okay.")):
                entry_id = f"{int(day.timestamp() * 1000) + len(entries):012x}-{len(entries):08x}"
                entries.append(Entry(role, words, day.isoformat(), f"talk {conversation}", "main", entry_id))  # type: ignore[arg-type]
        on_step((at + 1) / facts)
    llama.reset_state()
    return Days(entries, probe.questions, [talk.exchange()[0] for _ in range(LATER_CHAT)])


def try_ways(
    llama: Llama,
    days: Days,
    compared: Sequence[Way],
    twice: bool = False,
    on_step: Callable[[str], None] = lambda _: None,
) -> Iterator[Outcome]:
    """Sleep each way from a newborn soul and ask; `twice` sleeps a second night on the same material too."""
    for way in compared:
        llama.reset_state()
        seconds = speed = 0.0
        if way.settings is not None:
            on_step(f"{way.name}: asleep")
            night = dream(llama, days.entries, settings=way.settings, probe=False)
            seconds, speed = night.report.seconds, night.report.tokens_per_second
            assert night.soul is not None
            llama.set_soul(night.soul)
        on_step(f"{way.name}: asked")
        awake = llama.snapshot()
        asked = recall.ask(llama, days.questions)
        examiner = Examiner(llama, make_exam(llama, [], [], 0), Meter(1, None))
        heldout = examiner.drift()
        for text in days.later:
            recall.reply(llama, text)
        later = recall.ask(llama, days.questions)
        again = None
        llama.restore(awake)
        if twice and way.settings is not None:
            second = dream(llama, days.entries, settings=replace(way.settings, seed=way.settings.seed + 1), probe=False)
            assert second.soul is not None
            llama.set_soul(second.soul)
            again = recall.ask(llama, days.questions)
        yield Outcome(way, asked, later, again, heldout, seconds, speed)
    llama.reset_state()
