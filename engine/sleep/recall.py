"""Measures what a body remembers: facts are told in talk, other talk follows, then questions are asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from engine.llama import Llama
from engine.text.sampling import CHAT_BEAMS, SamplingParams
from engine.text.template import Message
from engine.train.companion.probes import Probe, Question

LIKELIEST = SamplingParams(temperature=0.0, beams=CHAT_BEAMS)
MAX_REPLY = 48
"""Tokens of an answer at most; right answers are far shorter."""


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


def reply(llama: Llama, text: str, sampling: SamplingParams = LIKELIEST) -> str:
    """The answer to one message; it is lived."""
    return llama.stream_chat([Message("user", text)], MAX_REPLY, sampling).text
