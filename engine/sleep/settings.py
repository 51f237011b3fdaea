"""How a night goes: what is replayed, how, and when its outcome is refused."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal, get_args

from engine.errors import ConfigError

Method = Literal["replay", "deep", "both"]
METHODS: tuple[Method, ...] = get_args(Method)

Replies = Literal["none", "context", "learn"]
REPLIES: tuple[Replies, ...] = get_args(Replies)

RATE = 1.0
"""Factor on how strongly it learns asleep, where nobody says otherwise."""

FEW = 4
"""So many new facts are learned in half of the rounds."""
MANY = 50
"""So many new facts take the whole learning rate, fewer a smaller one: docs/sleep.md."""


@dataclass(frozen=True)
class SleepSettings:
    """Every choice of a night. Raises `ConfigError` for one that cannot work. Why these defaults: docs/sleep.md."""

    method: Method = "deep"
    """``replay``: conversations are lived again. ``deep``: gradient descent on the soul. ``both``: in this order."""
    rate: float = RATE
    """Factor on how strongly it learns asleep, at least 1: on the inner learning rate of replay, and on
    ``learning_rate`` of deep sleep; cut where updates would become unstable."""
    passes: int = 1
    """How often everything is replayed; deep sleep goes on so many times as long."""
    replies: Replies = "none"
    """Its own answers: left out, read again at the waking rate for context, or learned like the user's words."""
    older: float = 0.5
    """Conversations slept on before that come along against forgetting, in messages for each new message. Unless it is
    0, deep sleep asks for the facts of all former nights too."""
    seed: int = 0
    """Decides order, choice of older conversations, and wordings; the same seed gives the same night."""
    rounds: int = 20
    """How often deep sleep goes through all its lessons in a pass; half as often where few facts are new."""
    learning_rate: float = 0.02
    """Of deep sleep; less where few facts are new."""
    stay: float = 0.0
    """Pull of deep sleep towards the soul that it began with."""
    drift_limit: float = 0.08
    """A night is refused when the loss on held-out dialogues grew by more than this share."""

    def step(self, new_facts: int) -> float:
        """Learning rate of deep sleep in a night that brings so many facts.

        Adam moves every weight by about the rate, however little there is to learn, and what is not learned is drift:
        it falls with the root of their number.
        """
        return self.learning_rate * math.sqrt(min(max(new_facts, 1), MANY) / MANY)

    def all_rounds(self, new_facts: int) -> int:
        """Rounds of deep sleep in a whole night that brings so many facts."""
        return -(-self.rounds // (2 if new_facts <= FEW else 1)) * self.passes

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise ConfigError(f"There is no way to sleep called {self.method!r}; use {', '.join(METHODS)}.")
        if self.replies not in REPLIES:
            raise ConfigError(f"replies is {self.replies!r}; it must be one of {', '.join(REPLIES)}.")
        if not _number(self.rate) or self.rate < 1:
            raise ConfigError(
                f"The sleep rate is {self.rate!r}; it must be a number of at least 1, the rate when awake."
            )
        for name, highest in (("passes", 100), ("rounds", 1000)):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= highest:
                raise ConfigError(f"{name} is {value!r}; it must be a whole number from 1 to {highest}.")
        for name, most in (("older", 100.0), ("stay", math.inf), ("drift_limit", math.inf)):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= most:
                upper = "" if most == math.inf else f" and at most {most:g}"
                raise ConfigError(f"{name} is {value!r}; it must be a number of at least 0{upper}.")
        if not _number(self.learning_rate) or not 0 < self.learning_rate < 1:
            raise ConfigError(f"learning_rate is {self.learning_rate!r}; it must be a number between 0 and 1.")
        if isinstance(self.seed, bool) or not isinstance(self.seed, int):
            raise ConfigError(f"seed is {self.seed!r}; it must be a whole number.")


def _number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
