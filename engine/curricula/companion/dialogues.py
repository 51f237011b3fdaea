"""Everyday dialogues, each the first of a life in which things are told, asked and corrected."""

from __future__ import annotations

import random
from collections.abc import Callable

from engine.curricula.companion.exchanges import NO_SCENE, Dialogue, Scene, Speaker
from engine.curricula.companion.names import Split

SYSTEM_SHARE = 0.25
"""Of dialogues, those that begin with a system message."""


class DayTalker(Speaker):
    """Holds the dialogues of a life, one a day."""

    def _days(self) -> int:
        return self._rng.choices((1, 2, 3, 4), (0.4, 0.3, 0.18, 0.12))[0]

    def _begin(self, scene: Scene, day: int) -> None:
        """Open the dialogue of a day, mostly with a greeting on later days."""
        if self._scene.name:
            self._named_before = True
        self._scene = scene
        self._dialogues.append(Dialogue(scene.system))
        if self._rng.random() < (0.7 if day else 0.35):
            user, reply = self._talk.greeting(self._memory.get("my_name"))
            self._say(user, reply, "talk")
            if reply.endswith(("you?", "today?")) and self._rng.random() < 0.6:
                self._say(*self._talk.mood(), "talk")

    def _chat_day(self, day: int) -> None:
        """Between 5 and 20 things said in any order."""
        self._steps(5 + int(self._rng.random() * 16), day)

    def _end(self, last: bool) -> None:
        """Close the dialogue of a day; on the last one most of what nobody asked for is asked."""
        if last:
            self._ask_the_rest()
        if self._rng.random() < 0.3:
            self._say(*self._talk.parting(self._memory.get("my_name")), "talk")

    def first_dialogue(self) -> Dialogue | None:
        """The dialogue of the first day; None where it would begin with a system message."""
        days = self._days()
        if self._rng.random() < SYSTEM_SHARE:
            return None
        self._begin(NO_SCENE, 0)
        self._chat_day(0)
        self._end(last=days == 1)
        return self._dialogues[0]

    def _steps(self, count: int, day: int) -> None:
        """Things said in any order, more questions on later days."""
        actions: tuple[Callable[[], None], ...] = (
            self._tell,
            self._ask,
            self._ask_unknown,
            self._correct,
            self._chat,
            self._drill,
            self._name,
            self._about,
        )
        weights = (30, 26, 15, 4.5, 14, 6, 5 if self._scene.name else 2, 2)
        if day:
            weights = (20, 32, 20, 5, 13, 5, 5 if self._scene.name else 2, 2)
        for action in self._rng.choices(actions, weights, k=count):
            action()

    def _ask_the_rest(self) -> None:
        """Most facts that nobody asked about are asked in the end."""
        waiting = [fact for fact in self._memory.facts.values() if not self._memory.asked[fact.slot]]
        self._rng.shuffle(waiting)
        for fact in waiting:
            if self._rng.random() < 0.75:
                self._ask_fact(fact)
            if self._rng.random() < 0.4:
                self._ask_unknown()


def everyday_dialogue(seed: int, index: int, split: Split) -> Dialogue | None:
    """The first dialogue of the life of this number, in wordings and values of `split`; None where it begins with a
    system message, since without that its manner would look like whim. The same arguments give the same dialogue."""
    return DayTalker(random.Random(f"{seed} {index} {split} {split}"), split, split).first_dialogue()
