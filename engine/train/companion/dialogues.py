"""Puts lives together: one to four conversations in which things are told, asked at once, later and on later days."""

from __future__ import annotations

import random
from collections.abc import Callable

from engine.train.companion.exchanges import Speaker
from engine.train.companion.lives import Conversation, Life, Shape
from engine.train.companion.names import Split
from engine.train.companion.recitals import Reciter
from engine.train.companion.styles import make_scene


class LifeMaker(Speaker):
    """Makes one life of days, by the shape."""

    def make(self, shape: Shape) -> Life:
        """A whole life of the given shape."""
        if shape == "night":
            self._night()
            return self._life
        days = 1 if shape == "short" else self._rng.choices((1, 2, 3, 4), (0.4, 0.3, 0.18, 0.12))[0]
        for day in range(days):
            self._open(day)
            if shape in ("dense", "far"):
                self._dense(day, 1.0 if shape == "dense" else 3.0)
            else:
                self._steps(5 + int(self._rng.random() * (7 if shape == "short" else 16)), day)
            if day == days - 1:
                self._ask_the_rest()
            if self._rng.random() < 0.3:
                self._say(*self._talk.parting(self._memory.get("my_name")), "talk")
        return self._life

    # one conversation

    def _open(self, day: int) -> None:
        if self._scene.name:
            self._named_before = True
        self._scene = make_scene(self._rng, self._values, 0.25)
        self._life.conversations.append(Conversation(self._scene.system))
        if self._rng.random() < (0.7 if day else 0.35):
            user, reply = self._talk.greeting(self._memory.get("my_name"))
            self._say(user, reply, "talk")
            if reply.endswith(("you?", "today?")) and self._rng.random() < 0.6:
                self._say(*self._talk.mood(), "talk")

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

    def _dense(self, day: int, length: float) -> None:
        """Many facts in a row, other talk (more for a greater length), then questions about all of them."""
        rng = self._rng
        if day == 0 or rng.random() < 0.4:
            for _ in range(4 + int(rng.random() * (10 + 2 * length))):
                self._tell()
                if rng.random() < 0.12:
                    self._chat()
        for _ in range(int(rng.random() * rng.random() * 24 * length)):
            rng.choice((self._chat, self._chat, self._drill))()
        for _ in range(4 + int(rng.random() * (8 + 2 * length))):
            rng.choices((self._ask, self._ask_unknown, self._correct, self._chat), (48, 36, 7, 6))[0]()

    def _night(self) -> None:
        """Days of which only the user's own words are heard, as sleep replays them; then a day of questions."""
        rng = self._rng
        for _ in range(1 + int(rng.random() * 5)):
            self._scene = make_scene(rng, self._values, 0.25)
            self._life.conversations.append(Conversation(self._scene.system if rng.random() < 0.2 else ""))
            for _ in range(2 + int(rng.random() * 14)):
                if rng.random() < 0.3:
                    self._say(self._talk.exchange()[0], "", "talk")
                elif self._memory.facts and rng.random() < 0.06:
                    fact = self._chooser.renewed(self._chooser.known())
                    self._memory.put(fact)
                    self._say(self._user.correct(fact), "", "correct", fact)
                else:
                    fact = self._chooser.fact()
                    self._memory.put(fact)
                    self._say(self._user.tell(fact), "", "tell", fact)
        self._open(1)
        for _ in range(6 + int(rng.random() * 18)):
            rng.choices((self._ask, self._ask_unknown, self._chat), (55, 38, 7))[0]()

    def _ask_the_rest(self) -> None:
        """Most facts that nobody asked about are asked in the end."""
        waiting = [fact for fact in self._memory.facts.values() if not self._memory.asked[fact.slot]]
        self._rng.shuffle(waiting)
        for fact in waiting:
            if self._rng.random() < 0.75:
                self._ask_fact(fact)
            if self._rng.random() < 0.4:
                self._ask_unknown()


def make_life(seed: int, index: int, shape: Shape, wordings: Split = "train", values: Split = "train") -> Life:
    """The life of this number; the same for the same arguments, whatever else was made before."""
    maker = Reciter if shape in ("plain", "recite", "parted", "crossed") else LifeMaker
    return maker(random.Random(f"{seed} {index} {wordings} {values}"), wordings, values).make(shape)
