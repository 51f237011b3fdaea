"""``bit-llama bench sleep``: facts of past days stand only in the log; a newborn soul sleeps on it and is asked."""

from __future__ import annotations

import argparse
import functools
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import groupby
from statistics import fmean
from typing import Any

from engine.cli.terminal import ProgressLine
from engine.curricula.companion.smalltalk import SmallTalk
from engine.errors import ConfigError
from engine.io.conversation_log import Entry
from engine.llama import Llama
from engine.resources import bundled_model
from engine.sleep.consolidation import consolidate
from engine.sleep.probes import decode_speed, heldout_loss, reply
from engine.sleep.settings import SleepSettings
from tools.bench.memory import NOTHING, Recall, ask
from tools.companion.probes import ProbeQuestion, WordingSet, make_probe

FACTS_A_CONVERSATION = 5
LATER_CHAT = 8
"""Exchanges of other talk after the nights, before the questions are put once more."""


@dataclass(frozen=True)
class LoggedDays:
    """A log of past days and questions about it."""

    days: Sequence[Sequence[Entry]]
    """What was said on each."""
    questions: Sequence[ProbeQuestion]
    later: Sequence[str]
    """What is said after the nights, before the facts are asked once more."""

    @property
    def entries(self) -> list[Entry]:
        """All of the log."""
        return [entry for day in self.days for entry in day]

    @property
    def corrected(self) -> list[ProbeQuestion]:
        """The questions whose answer was told anew."""
        return [question for question in self.questions if question.former]


@dataclass(frozen=True)
class SleepWay:
    """One way to sleep."""

    name: str
    settings: SleepSettings | None
    """None: no sleep at all."""
    nightly: bool = False
    """A night after every day, in place of one after the last."""


@dataclass(frozen=True)
class SleepOutcome:
    """What one way of sleeping brought; those of several trials can be added."""

    asked: Recall
    """In a fresh conversation after the nights."""
    later: Recall
    """After other talk on the next day."""
    again: Recall
    """After one more night on the same log; nothing where it was not wanted."""
    corrected: Recall
    """Of the first, those whose answer was told anew."""
    drifts: tuple[float, ...]
    """Growth of the loss on dialogues that are in no log against a newborn's, a share for each trial."""
    seconds: tuple[float, ...]
    """Of all nights of a trial, without probes."""
    replay_speed: tuple[float, ...]
    """Tokens replayed a second; empty where nothing was."""

    def __add__(self, other: SleepOutcome) -> SleepOutcome:
        return SleepOutcome(
            self.asked + other.asked, self.later + other.later, self.again + other.again,
            self.corrected + other.corrected, self.drifts + other.drifts, self.seconds + other.seconds,
            self.replay_speed + other.replay_speed,
        )  # fmt: skip


def ways(most: float) -> list[SleepWay]:
    """The ways that are compared; `most` is the highest rate of the sweep."""
    replay = SleepSettings(method="replay")
    return [
        SleepWay("no sleep", None),
        *(
            SleepWay(
                f"replay, {passes} pass{'es' * (passes > 1)}, rate {rate:g}", replace(replay, passes=passes, rate=rate)
            )
            for passes, rate in dict.fromkeys([(1, 1.0), (8, 1.0), (1, 2.0), (8, most)])
        ),
        SleepWay("replay, its replies learned", replace(replay, replies="learn")),
        SleepWay("deep, one night", SleepSettings(method="deep")),
        SleepWay("deep, every night", SleepSettings(method="deep"), nightly=True),
        SleepWay("deep, rate 2", SleepSettings(method="deep", rate=2.0)),
        SleepWay("both", SleepSettings(method="both")),
        SleepWay("both, its replies learned", SleepSettings(method="both", replies="learn")),
    ]


def make_days(
    llama: Llama,
    facts: int,
    days: int,
    seed: int,
    wordings: WordingSet = "known",
    corrections: int = 0,
    never_told: int = 10,
    on_step: Callable[[float], None] = lambda _: None,
) -> LoggedDays:
    """Facts with values never seen in training, told over `days`; the model's own replies are in the log.

    Every conversation of the log was lived by a newborn, so that the replies are the model's own and its memory of the
    day is not in any soul. The first `corrections` facts are told anew at the end, with another value. `llama` is
    newborn afterwards. Raises `ConfigError` for counts that cannot be.
    """
    if days < 1:
        raise ConfigError(f"There are {days} days; at least one is needed to sleep on.")
    probe = make_probe(seed, facts, 0, wordings=wordings, corrections=corrections, never_told=never_told)
    rng = random.Random(f"days {seed}")
    talk = SmallTalk(rng, "test")
    told = [item.user for item in (*probe.told, *probe.corrected)]
    entries: list[Entry] = []
    begin = datetime(2024, 3, 1, 18, tzinfo=UTC)
    for at, message in enumerate(told):
        if at % FACTS_A_CONVERSATION == 0:
            llama.reset_state()
        when = begin + timedelta(days=at * days // len(told), minutes=at)
        for text in [message] if rng.random() < 0.7 else [message, talk.exchange()[0]]:
            answer = reply(llama, text)
            for role, words in (("user", text), ("assistant", answer or "Okay.")):
                entry_id = f"{int(when.timestamp() * 1000) + len(entries):012x}-{len(entries):08x}"
                name = f"day {when.day} talk {at // FACTS_A_CONVERSATION}"
                entries.append(Entry(role, words, when.isoformat(), name, "main", entry_id))  # type: ignore[arg-type]
        on_step((at + 1) / len(told))
    llama.reset_state()
    later = [talk.exchange()[0] for _ in range(LATER_CHAT)]
    return LoggedDays([[*day] for _, day in groupby(entries, lambda e: e.timestamp[:10])], probe.questions, later)


def try_way(
    llama: Llama, days: LoggedDays, way: SleepWay, twice: bool = False, on_step: Callable[[str], None] = lambda _: None
) -> SleepOutcome:
    """Sleep one way from a newborn soul, as which `llama` ends too, and ask.

    `twice` sleeps one more night on the same log, in other words and another order.
    """
    llama.reset_state()
    newborn = heldout_loss(llama)
    seconds = 0.0
    speed: list[float] = []
    past: list[Entry] = []
    nights = (days.days if way.nightly else [days.entries]) if way.settings is not None else []
    for day in nights:
        assert way.settings is not None
        seconds += _sleep(
            llama, day, past, way.settings, f"{way.name}, night of {day[-1].timestamp[:10]}", on_step, speed
        )
        past += day
    on_step(f"{way.name}: asked")
    awake = llama.snapshot()
    asked, corrected = ask(llama, days.questions), ask(llama, days.corrected)
    drift = heldout_loss(llama) / newborn - 1
    for text in days.later:
        reply(llama, text)
    later = ask(llama, days.questions)
    again = NOTHING
    if twice and way.settings is not None:
        llama.restore(awake)
        settings = replace(way.settings, seed=way.settings.seed + 1)
        _sleep(llama, days.entries, [], settings, f"{way.name}, once more", on_step, [])
        again = ask(llama, days.questions)
    llama.reset_state()
    return SleepOutcome(asked, later, again, corrected, (drift,), (seconds,), tuple(speed))


def _sleep(
    llama: Llama,
    entries: Sequence[Entry],
    past: Sequence[Entry],
    settings: SleepSettings,
    name: str,
    on_step: Callable[[str], None],
    speed: list[float],
) -> float:
    """Sleep in place; returns the seconds, and adds the speed of the replay to `speed` where there was one."""
    night = consolidate(
        llama, entries, past, settings, probe=False,
        progress=lambda p: on_step(f"{name}: {p.fraction:.0%}, {p.seconds_left:,.0f} s left"),
    )  # fmt: skip
    assert night.soul is not None
    llama.set_soul(night.soul)
    if night.report.tokens_per_second:
        speed.append(night.report.tokens_per_second)
    return night.report.seconds


def run(args: argparse.Namespace) -> int:
    """Print a line for every way, then one line of JSON."""
    if args.seeds < 1:
        raise ConfigError(f"--seeds is {args.seeds}; at least one trial is needed.")
    compared = [way for way in ways(args.most) if args.only in way.name]
    if not compared:
        names = "; ".join(way.name for way in ways(args.most))
        raise ConfigError(f"No way to sleep has {args.only!r} in its name; there are: {names}.")
    llama = Llama.load_auto(args.model or bundled_model(), threads=args.threads)
    line = ProgressLine()
    trials: list[LoggedDays] = []
    for seed in range(args.seed, args.seed + args.seeds):
        note = functools.partial(_show_telling, line, seed)
        trials.append(make_days(llama, args.facts, args.days, seed, args.wordings, args.corrections, on_step=note))
    line.clear()
    chat = decode_speed(llama)
    messages = sum(len(days.entries) for days in trials)
    print(
        f"{args.facts} facts in {args.wordings} wordings over {args.days} days, {args.corrections} of them corrected, "
        f"{args.seeds} times; {messages} messages"
    )
    print(
        f"{'':<32}{'told: right':>15}{'after talk':>12}{'2nd night':>11}{'corrected':>11}{'honest':>8}{'drift':>8}"
        f"{'seconds':>9}{'replay':>15}"
    )
    figures: dict[str, Any] = {}
    for way in compared:
        outcome = _added([try_way(llama, days, way, args.twice, line.show) for days in trials])
        line.clear()
        speed = fmean(outcome.replay_speed) if outcome.replay_speed else 0.0
        print(
            f"{way.name:<32}{_right(outcome.asked):>15}{outcome.later.share:>12.0%}{_share(outcome.again):>11}"
            f"{_share(outcome.corrected):>11}{outcome.asked.honest:>8.0%}{fmean(outcome.drifts):>8.1%}"
            f"{fmean(outcome.seconds):>9.1f}{f'{speed / chat:,.0f} x chatting' if speed else '':>15}",
            flush=True,
        )
        figures[way.name] = {
            "right": outcome.asked.share, "after_talk": outcome.later.share, "honest": outcome.asked.honest,
            "second_night": outcome.again.share if outcome.again.told else None,
            "corrected": outcome.corrected.share if outcome.corrected.told else None,
            "drifts": [round(drift, 4) for drift in outcome.drifts],
            "seconds": [round(seconds, 4) for seconds in outcome.seconds], "replay_tokens_per_second": round(speed),
        }  # fmt: skip
    setting = {key: getattr(args, key) for key in ("facts", "days", "corrections", "wordings", "seed", "seeds")}
    body = {"body": llama.body.fingerprint[:16], "chat_tokens_per_second": round(chat)}
    print(json.dumps({"bench": "sleep", **body, **setting, "ways": figures}))
    return 0


def _show_telling(line: ProgressLine, seed: int, part: float) -> None:
    line.show(f"seed {seed}: told {part:.0%}")


def _added(outcomes: list[SleepOutcome]) -> SleepOutcome:
    total = outcomes[0]
    for outcome in outcomes[1:]:
        total += outcome
    return total


def _right(result: Recall) -> str:
    return f"{result.told_right}/{result.told} = {result.share:.0%}"


def _share(result: Recall) -> str:
    return f"{result.share:.0%}" if result.told else ""
