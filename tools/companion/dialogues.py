"""Puts lives together: one to four dialogues in which things are told, asked at once, later and on later days."""

from __future__ import annotations

import random

from engine.curricula.companion.dialogues import SYSTEM_SHARE, DayTalker
from engine.curricula.companion.exchanges import Dialogue
from engine.curricula.companion.names import Split
from tools.companion.lives import Life, Shape
from tools.companion.recitals import Reciter
from tools.companion.styles import make_scene


class LifeMaker(DayTalker):
    """Makes one life of days, by the shape."""

    def make(self, shape: Shape) -> Life:
        """A whole life of the given shape."""
        if shape == "night":
            self._night()
            return Life(self._dialogues)
        days = 1 if shape == "short" else self._days()
        for day in range(days):
            self._open(day)
            if shape in ("dense", "far"):
                self._dense(day, 1.0 if shape == "dense" else 3.0)
            elif shape == "short":
                self._steps(5 + int(self._rng.random() * 7), day)
            else:
                self._chat_day(day)
            self._end(last=day == days - 1)
        return Life(self._dialogues)

    def _open(self, day: int) -> None:
        self._begin(make_scene(self._rng, self._values, SYSTEM_SHARE), day)

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
            self._scene = make_scene(rng, self._values, SYSTEM_SHARE)
            self._dialogues.append(Dialogue(self._scene.system if rng.random() < 0.2 else ""))
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


def make_life(seed: int, index: int, shape: Shape, wordings: Split = "train", values: Split = "train") -> Life:
    """The life of this number; the same for the same arguments, whatever else was made before."""
    maker = Reciter if shape in ("plain", "recite", "parted", "crossed") else LifeMaker
    return maker(random.Random(f"{seed} {index} {wordings} {values}"), wordings, values).make(shape)
