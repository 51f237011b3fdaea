"""``bit-llama bench memory``: facts are told in talk, other talk follows, then questions are asked."""

from __future__ import annotations

import argparse
import functools
import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.cli.terminal import ProgressLine
from engine.errors import ConfigError
from engine.llama import Llama
from engine.resources import bundled_model
from engine.sleep.probes import LIKELIEST, reply
from engine.text.sampling import SamplingParams
from tools.companion.probes import Probe, Question, make_probe


@dataclass(frozen=True)
class Recall:
    """Right answers out of all, for questions about what was told and about what was not."""

    told_right: int
    told: int
    unknown_right: int
    unknown: int

    def __add__(self, other: Recall) -> Recall:
        return Recall(
            self.told_right + other.told_right,
            self.told + other.told,
            self.unknown_right + other.unknown_right,
            self.unknown + other.unknown,
        )

    @property
    def share(self) -> float:
        """Share of the told facts that were answered right."""
        return self.told_right / max(1, self.told)

    @property
    def honest(self) -> float:
        """Share of the questions about nothing told that were answered with "I do not know"."""
        return self.unknown_right / max(1, self.unknown)


NOTHING = Recall(0, 0, 0, 0)


def live(llama: Llama, probe: Probe, on_step: Callable[[float], None] = lambda _: None) -> int:
    """Hold the conversation of a probe, with the model's own replies; returns the tokens lived after the last fact."""
    facts = [item.user for item in (*probe.told, *probe.corrected)]
    said = [*facts, *(user for user, _ in probe.filler)]
    told = llama.level
    for at, text in enumerate(said):
        reply(llama, text)
        if at < len(facts):
            told = llama.level
        on_step((at + 1) / len(said))
    return llama.level - told


def ask(llama: Llama, questions: Sequence[Question], sampling: SamplingParams = LIKELIEST) -> Recall:
    """Ask every question from where the state stands; no question is remembered by the next, nor afterwards."""
    result = NOTHING
    start = llama.snapshot()
    for question in questions:
        right = int(question.is_right(reply(llama, question.user, sampling)))
        told = int(bool(question.expected))
        result += Recall(right * told, told, right * (1 - told), 1 - told)
        llama.restore(start)
    return result


def _show(line: ProgressLine, number: int, part: float) -> None:
    line.show(f"conversation {number + 1}: {part:.0%}")


def run(args: argparse.Namespace) -> int:
    """Print shares of right answers: at once, after a restart, and of a newborn."""
    if args.probes < 1:
        raise ConfigError(f"--probes is {args.probes}; at least one conversation is needed to measure anything.")
    answers = SamplingParams(temperature=0.0, beams=args.beams)
    llama = Llama.load_auto(args.model or bundled_model())
    llama.rate_scale = args.rate
    at_once = corrected = after = newborn = NOTHING
    between = 0
    line = ProgressLine()
    with tempfile.TemporaryDirectory() as folder:
        soul = Path(folder) / "probe.soul"
        for number in range(args.probes):
            seed = args.seed + number
            probe = make_probe(seed, args.facts, args.filler, wordings=args.wordings, corrections=args.corrections)
            llama.reset_state()
            between += live(llama, probe, functools.partial(_show, line, number))
            anew = ask(llama, [question for question in probe.questions if question.former], answers)
            at_once += anew + ask(llama, [q for q in probe.questions if not q.former], answers)
            corrected += anew
            llama.save_soul(soul)
            llama.reset_state()
            newborn += ask(llama, probe.questions, answers)
            llama.load_soul(soul)
            after += ask(llama, probe.questions, answers)
    line.clear()
    rows = {"same conversation": at_once, "after a restart": after, "newborn, told nothing": newborn}
    print(
        f"{args.probes} conversations, {args.facts} facts each, {args.wordings} wordings, rate {args.rate:g}, "
        f"{between / max(1, args.probes):.0f} tokens between telling and asking"
    )
    print(f"{'':<24}{'told: right':>16}{'never told: honest':>22}")
    for name, result in rows.items():
        told = f"{result.told_right}/{result.told} = {result.share:.0%}"
        unknown = f"{result.unknown_right}/{result.unknown} = {result.honest:.0%}"
        print(f"{name:<24}{told:>16}{unknown:>22}")
    if args.corrections:
        print(
            f"of what was told anew, {corrected.told_right}/{corrected.told} = {corrected.share:.0%} "
            "in the same conversation"
        )
    figures = {name: {"right": r.share, "honest": r.honest} for name, r in rows.items()}
    asked = {name: getattr(args, name) for name in ("facts", "corrections", "wordings", "rate", "beams")}
    asked |= {"tokens_between": between / max(1, args.probes)}
    asked |= {"corrected": corrected.share if args.corrections else None}
    print(json.dumps({"bench": "memory", **asked, **figures}))
    return 0
