"""Lives in the everyday manner, for the training of a memory: `engine.train.memory.texts.Texts` over the frames."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Literal

from engine.curricula.everyday.frames import FilledQuestion, Frame, Situation, fill, load_frames, read_lines
from engine.curricula.everyday.manner import asked, joined, typed
from engine.train.memory.texts import AskedText, ToldText

HELD_OUT = 14
"""Every so many-th frame is for measuring."""
JOINED = 0.12
"""How often two situations are told in one message."""
QUESTIONS = 2
"""Questions about a situation at most."""
STRANGE = 0.35
"""How often a question about it is made for lives that do not hold it."""


def frames_for(use: Literal["training", "measuring"]) -> list[Frame]:
    """The frames of one use; none is of both."""
    return [frame for n, frame in enumerate(load_frames()) if (n % HELD_OUT == 0) == (use == "measuring")]


class EverydayTexts:
    """`engine.train.memory.texts.Texts`.

    Args:
        frames: what is told.
        rng: all choices come from it.
    """

    def __init__(self, frames: Sequence[Frame], rng: random.Random) -> None:
        self._frames, self._rng = frames, rng
        self._chatter = [(line["say"], line["reply"]) for line in read_lines("chatter.jsonl")]
        lines = read_lines("replies.jsonl")
        self._acknowledged = [line["reply"] for line in lines if "reply" in line]
        self._unknown = [line["unknown"] for line in lines if "unknown" in line]
        self._requests = [line["prompt"] for line in read_lines("ordinary.jsonl")]

    def told(self, count: int) -> list[ToldText]:
        frames: list[Frame] = []
        while len(frames) < count:
            frames += self._rng.sample(self._frames, min(count - len(frames), len(self._frames)))
        out = []
        while frames:
            made = [fill(frames.pop(), self._rng)]
            if frames and self._rng.random() < JOINED and frames[-1].key != made[0].frame.key:
                made.append(fill(frames.pop(), self._rng))
            out.append(self._told(made))
        return out

    def chatter(self, count: int) -> list[tuple[str, str]]:
        return self._rng.sample(self._chatter, min(count, len(self._chatter)))

    def requests(self, count: int) -> list[str]:
        return self._rng.sample(self._requests, min(count, len(self._requests)))

    def acknowledgement(self) -> str:
        return self._rng.choice(self._acknowledged)

    def _told(self, situations: Sequence[Situation]) -> ToldText:
        messages, lowered = self._typed(situations)
        questions: list[AskedText] = []
        strange: list[tuple[str, AskedText]] = []
        for situation in situations:
            for question in self._rng.sample(situation.questions, min(QUESTIONS, len(situation.questions))):
                answer = max(question.answers, key=lambda text: _place(text, question.value))
                answer = as_told(answer, situation) if lowered else answer
                questions.append(AskedText(self._asked(question), answer, question.value))
            if self._rng.random() < STRANGE:
                wording = self._asked(self._rng.choice(situation.questions))
                strange.append((situation.frame.key, AskedText(wording, self._rng.choice(self._unknown), "")))
        topics = frozenset(situation.frame.key for situation in situations)
        return ToldText(topics, tuple(messages), tuple(questions), tuple(strange))

    def _asked(self, question: FilledQuestion) -> str:
        return asked(self._rng.choice(question.wordings), self._rng)

    def _typed(self, situations: Sequence[Situation]) -> tuple[list[str], bool]:
        """The messages of one or two situations as somebody types them, and whether they lost their capitals."""
        values = [value for situation in situations for value in situation.values]
        messages = list(situations[0].messages)
        for other in situations[1:]:
            both = joined(messages[-1], other.messages[0], self._rng, values)
            messages = [*messages[:-1], both, *other.messages[1:]]
        made = [typed(text, self._rng, values) for text in messages]
        return [text for text, _ in made], all(lowered for _, lowered in made)


def _place(answer: str, value: str) -> int:
    """Where the value stands in an answer. The later, the better it is found: by what leads to it."""
    return min((answer.lower().find(one.lower()) for one in value.split("|") if one), default=0)


def as_told(answer: str, situation: Situation) -> str:
    """The answer with its values in small letters, as they were told."""
    for value in sorted(situation.values, key=len, reverse=True):
        answer = answer.replace(value, value.lower())
    return answer
