"""The settings of a night: method, rates, number of rounds, and the drift above which its outcome is rejected."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
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
    """``replay``: conversations are read again. ``deep``: gradient descent on the soul. ``both``: in this order."""
    rate: float = RATE
    """Factor on how strongly it learns asleep, at least 1: on the inner learning rate of replay, and on
    ``learning_rate`` of deep sleep; cut where updates would become unstable."""
    passes: int = 1
    """How often everything is replayed; deep sleep goes on so many times as long."""
    replies: Replies = "none"
    """Its own answers: left out, read again at the waking rate for context, or learned like the user's words."""
    older: float = 0.5
    """Conversations slept on before that are rehearsed against forgetting, in messages for each new one. Unless it is
    0, deep sleep asks for the facts of all former nights too."""
    seed: int = 0
    """Decides order, choice of older conversations, and wordings; the same seed gives the same night."""
    rounds: int = 20
    """How often deep sleep goes through all its lessons in a pass; half as often where few facts are new."""
    learning_rate: float = 0.02
    """Of deep sleep; less where few facts are new."""
    l2_to_start: float = 0.0
    """Weight of the squared distance from the soul that deep sleep began with, beside the loss."""
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

    def to_dict(self) -> dict[str, Any]:
        """As a soul's history holds them; the names on disk are those of the first version."""
        return {_ON_DISK.get(name, name): value for name, value in vars(self).items()}

    @classmethod
    def from_dict(cls, held: Mapping[str, Any]) -> SleepSettings:
        """What `to_dict` made. Raises `ConfigError` for a setting that is not known or cannot work."""
        names = {disk: name for name, disk in _ON_DISK.items()}
        return make_settings(**{names.get(name, name): value for name, value in held.items()})

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
        for name, most in (("older", 100.0), ("l2_to_start", math.inf), ("drift_limit", math.inf)):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= most:
                upper = "" if most == math.inf else f" and at most {most:g}"
                raise ConfigError(f"{name} is {value!r}; it must be a number of at least 0{upper}.")
        if not _number(self.learning_rate) or not 0 < self.learning_rate < 1:
            raise ConfigError(f"learning_rate is {self.learning_rate!r}; it must be a number between 0 and 1.")
        if isinstance(self.seed, bool) or not isinstance(self.seed, int):
            raise ConfigError(f"seed is {self.seed!r}; it must be a whole number.")


_ON_DISK = {"l2_to_start": "stay"}
"""Settings that have another name in a soul's history."""


def make_settings(settings: SleepSettings | None = None, **changes: Any) -> SleepSettings:
    """`settings`, the defaults where None, with some fields changed. Raises `ConfigError` for what cannot work."""
    unknown = sorted(set(changes) - set(SleepSettings.__dataclass_fields__))
    if unknown:
        known = ", ".join(SleepSettings.__dataclass_fields__)
        raise ConfigError(f"There is no sleep setting called {unknown[0]!r}; there are {known}.")
    return replace(settings or SleepSettings(), **changes)


def _number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
