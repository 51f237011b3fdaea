"""What a reader is trained on: messages in the everyday manner, and what is to be written down of them."""

from __future__ import annotations

import random
from collections.abc import Sequence

from engine.curricula.everyday.frames import FilledQuestion, Frame, Situation, fill, read_lines
from engine.curricula.everyday.manner import asked, joined, typed
from engine.curricula.everyday.texts import as_told
from engine.curricula.everyday.told_lines import INSTRUCTION, MOST_LINES, ToldLine, holds_words, is_sound, write_lines

NOTHING_SHARE = 0.25
"""Messages that tell nothing: chatter, requests and questions."""
JOINED = 0.15
"""How often two situations are told in one message."""
SHORT = 0.65
"""How often the shortest answer is taken."""
AGAIN = 0.5
"""How often the only question is asked in another wording, too."""


class ReaderTexts:
    """`engine.train.memory.reader.Dictations` over frames.

    Args:
        frames: what is told.
        rng: all choices come from it.
    """

    instruction = INSTRUCTION

    def __init__(self, frames: Sequence[Frame], rng: random.Random) -> None:
        self._frames, self._rng = frames, rng
        self._chatter = [line["say"] for line in read_lines("chatter.jsonl")]
        self._requests = [line["prompt"] for line in read_lines("ordinary.jsonl")]
        self._bag: list[Frame] = []

    def next(self) -> tuple[str, str]:
        """A message, and what is to be written down of it."""
        message, lines, _ = self.sample()
        return message, write_lines(lines)

    def sample(self) -> tuple[str, list[ToldLine], list[Situation]]:
        """A message, the lines, and the situations that it tells."""
        if self._rng.random() < NOTHING_SHARE:
            return self._nothing(), [], []
        while True:
            made = [fill(self._frame(), self._rng)]
            if self._rng.random() < JOINED:
                made.append(fill(self._frame(), self._rng))
            values = [value for situation in made for value in situation.values]
            text = made[0].messages[-1]
            for other in made[1:]:
                text = joined(text, other.messages[-1], self._rng, values)
            message, lowered = typed(text, self._rng, values)
            most = MOST_LINES // len(made)
            lines = [line for situation in made for line in self._lines(situation, message, lowered)[:most]]
            if lines:  # else a wording of which only context tells what it says
                return message, lines, made

    def _frame(self) -> Frame:
        if not self._bag:
            self._bag = self._rng.sample(self._frames, len(self._frames))
        return self._bag.pop()

    def _nothing(self) -> str:
        rng, kind = self._rng, self._rng.randrange(5)
        if kind < 2:
            return typed(rng.choice(self._chatter), rng)[0]
        if kind == 2:
            return rng.choice(self._requests)
        return asked(rng.choice(rng.choice(fill(rng.choice(self._frames), rng).questions).wordings), rng)

    def _lines(self, situation: Situation, message: str, lowered: bool) -> list[ToldLine]:
        """A line for each question whose answer stands in the message, as far as that is to be taught."""
        found: list[tuple[FilledQuestion, ToldLine]] = []
        for question in situation.questions:
            made = [
                ToldLine(_as_question(self._rng.choice(question.wordings)), as_told(a, situation) if lowered else a)
                for a in sorted(question.answers, key=len)
                if says(message, question.value) and says(a, question.value)
            ]
            good = [line for line in made if is_sound(line, message)]
            if good:
                found.append((question, good[0] if self._rng.random() < SHORT else self._rng.choice(good)))
        self._rng.shuffle(found)
        if len(found) == 1 and self._rng.random() < AGAIN:
            question, first = found[0]
            other = ToldLine(_as_question(self._rng.choice(question.wordings)), first.answer)
            if other != first and is_sound(other, message):
                found.append((question, other))
        return [line for _, line in found]


def says(text: str, value: str) -> bool:
    """Whether a text holds one of the alternatives of a value, as whole words."""
    return any(holds_words(text, one) for one in value.split("|"))


def _as_question(text: str) -> str:
    text = text.rstrip(" .")
    return text if text.endswith("?") else text + "?"
