"""Deep sleep: the soul is moved, by gradient descent through the frozen body, to where it answers what was told."""

from __future__ import annotations

import importlib.util
import math
from dataclasses import dataclass

import numpy as np

from engine.errors import ConfigError
from engine.llama import Llama
from engine.runtime.base import Cancel
from engine.sleep.lessons import Lessons
from engine.sleep.replay import Meter

LONGEST_STEP = 0.5
"""Of the learning rate: Adam moves a weight by about so much in a step, and fast weights seldom reach 1."""
LAST_RATE = 0.05
"""The learning rate falls along half a cosine to this share."""


def available() -> bool:
    """Whether torch is there, which computes the gradients."""
    return importlib.util.find_spec("torch") is not None


@dataclass
class Deepened:
    """What deep sleep came to."""

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
class Course:
    """How far and how steeply a night descends."""

    rate: float
    """The learning rate at its height."""
    stay: float
    """Pull towards where it began."""
    rounds: int
    """Rounds to go through, the first of `of`."""
    of: int
    """Rounds of a whole night, by which the learning rate falls."""
    work: float
    """What the meter is told in all."""


def deepen(llama: Llama, lessons: Lessons, course: Course, meter: Meter, cancel: Cancel | None) -> Deepened:
    """Descend from where `llama` stands, whose state is left alone. Needs torch; see `available`.

    Raises `ConfigError` for a model whose fast weights cannot be trained.
    """
    from engine.runtime.soul_gradient import SoulGradient

    if not llama.runtime.capabilities.trainable:
        raise ConfigError("No gradient reaches the memory of this model; sleep by replay, --method replay.")
    start = llama.learning_runtime.read_fast()
    threads = getattr(llama.runtime, "threads", None)  # a runtime without torch has its own; torch has been told
    gradient = SoulGradient(llama.body, start, course.rate, course.stay, threads=threads)
    came = Deepened(start)
    for number in range(course.rounds):
        batches = list(lessons.batches())
        log_tokens = lesson_tokens = 0
        for at, batch in enumerate(batches):
            if cancel is not None and cancel():
                came.woken = True
                return came
            gradient.set_learning_rate(course.rate * _share((number + at / len(batches)) / course.of))
            lessons.heed(batch, gradient.step([asked.lesson for asked in batch]).losses)
            size = sum(len(asked.lesson.ids) for asked in batch)
            log_tokens += sum(asked.log_tokens for asked in batch)
            lesson_tokens += size
            meter.add(course.work / course.rounds / len(batches), batch[0].lesson.line, size)
        came = Deepened(gradient.layers(), number + 1, came.log_tokens + log_tokens, came.lesson_tokens + lesson_tokens)
    return came


def _share(way: float) -> float:
    """Share of the learning rate, `way` of 0 to 1 through the night: half a cosine, warmed up over its first part."""
    return min(1.0, way * 20 + 0.1) * (LAST_RATE + (1 - LAST_RATE) * (1 + math.cos(math.pi * way)) / 2)
