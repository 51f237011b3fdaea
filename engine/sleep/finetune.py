"""Deep sleep: the soul alone is fine-tuned, through the frozen model, on lessons about what was told."""

from __future__ import annotations

import importlib.util
import math
from dataclasses import dataclass

import numpy as np

from engine.errors import ConfigError
from engine.llama import Llama
from engine.runtime.base import Cancel
from engine.sleep.lessons import Lessons
from engine.sleep.replay import ProgressMeter

LONGEST_STEP = 0.5
"""Of the learning rate: Adam moves a weight by about so much in a step, and fast weights seldom reach 1."""
LAST_RATE = 0.05
"""The learning rate falls along half a cosine to this share."""


def available() -> bool:
    """Whether torch is there, which computes the gradients."""
    return importlib.util.find_spec("torch") is not None


@dataclass
class Finetuned:
    """The result of deep sleep."""

    layers: list[np.ndarray]
    """The fast weights after the last whole round."""
    rounds: int = 0
    """Whole rounds."""
    log_tokens: int = 0
    """Tokens of the log read in them."""
    lesson_tokens: int = 0
    """All tokens of their lessons."""
    woken: bool = False


@dataclass(frozen=True)
class Schedule:
    """Length and learning rate of a fine-tuning."""

    rate: float
    """The highest learning rate."""
    l2_to_start: float
    """Weight of the squared distance from the start, beside the loss."""
    rounds: int
    """Rounds to run: the first of `total_rounds`."""
    total_rounds: int
    """Rounds of a whole night, over which the learning rate decays."""
    work: float
    """Work of all rounds, in units of the meter."""

    def learning_rate(self, progress: float) -> float:
        """At `progress` of 0 to 1 through the night: a cosine to `LAST_RATE` of the highest, warmed up over its first
        part."""
        decay = LAST_RATE + (1 - LAST_RATE) * (1 + math.cos(math.pi * progress)) / 2
        return self.rate * (min(1.0, progress * 20 + 0.1) * decay)


def finetune(
    llama: Llama, lessons: Lessons, schedule: Schedule, meter: ProgressMeter, cancel: Cancel | None
) -> Finetuned:
    """Descend from where `llama` stands, whose state is left alone. Needs torch; see `available`.

    Raises `ConfigError` for a model whose fast weights cannot be trained.
    """
    from engine.runtime.soul_gradient import SoulGradient

    if not llama.runtime.capabilities.trainable:
        raise ConfigError("No gradient reaches the memory of this model; sleep by replay, --method replay.")
    start = llama.learning_runtime.read_fast()
    threads = getattr(llama.runtime, "threads", None)  # a runtime without torch has its own; torch has been told
    gradient = SoulGradient(llama.learning_weights, start, schedule.rate, schedule.l2_to_start, threads=threads)
    came = Finetuned(start)
    for number in range(schedule.rounds):
        batches = list(lessons.batches())
        log_tokens = lesson_tokens = 0
        for at, batch in enumerate(batches):
            if cancel is not None and cancel():
                came.woken = True
                return came
            gradient.set_learning_rate(schedule.learning_rate((number + at / len(batches)) / schedule.total_rounds))
            lessons.observe(batch, gradient.step([asked.lesson for asked in batch]).losses)
            size = sum(len(asked.lesson.ids) for asked in batch)
            log_tokens += sum(asked.log_tokens for asked in batch)
            lesson_tokens += size
            meter.add(schedule.work / schedule.rounds / len(batches), batch[0].lesson.line, size)
        came = Finetuned(
            gradient.layers(), number + 1, came.log_tokens + log_tokens, came.lesson_tokens + lesson_tokens
        )
    return came
