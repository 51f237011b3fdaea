"""Small talk: greetings, feelings, the weather, who the assistant is, little jokes and things everybody knows."""

from __future__ import annotations

import random
from dataclasses import dataclass

from engine.curricula.companion.data import LEXICON as lx
from engine.curricula.companion.data import table
from engine.curricula.companion.facts import fill
from engine.curricula.companion.names import Split
from engine.curricula.companion.values import MAKERS


@dataclass(frozen=True)
class Topic:
    """Things a user may say and the replies that fit any of them. `{v}` is a value of the kind `value`, if any."""

    user: tuple[str, ...]
    reply: tuple[str, ...]
    value: str = ""


def _topics(name: str) -> tuple[Topic, ...]:
    return tuple(Topic(tuple(one["user"]), tuple(one["reply"]), one.get("value", "")) for one in _TABLE[name])


_TABLE = table("talk")
_TOPICS = _topics("feelings") + _topics("companion") + _topics("everyday")
_MOODS = tuple(topic for topic in _topics("feelings") if topic.user[0] in _TABLE["moods"])
_GREETINGS, _PARTINGS, _SLOTTED = _topics("greetings"), _topics("partings"), _topics("slotted")
_KNOWLEDGE = tuple((asked, answer) for asked, answer in _TABLE["knowledge"])
_ASIDES = tuple(_TABLE["asides"])


class SmallTalk:
    """Exchanges of small talk, chosen by `rng`."""

    def __init__(self, rng: random.Random, split: Split) -> None:
        self._rng = rng
        self._split = split

    def _any(self, choices: tuple[str, ...]) -> str:
        return choices[int(self._rng.random() * len(choices))]

    def _of(self, topics: tuple[Topic, ...]) -> tuple[str, str]:
        topic = topics[int(self._rng.random() * len(topics))]
        user, reply = self._any(topic.user), self._any(topic.reply)
        if topic.value:
            value = MAKERS[topic.value](self._rng, self._split)
            user, reply = fill(user, "", value), fill(reply, "", value)
        return user, reply

    def greeting(self, name: str) -> tuple[str, str]:
        """A hello, with the user's name if it is known."""
        user, reply = self._of(_GREETINGS)
        if name and self._rng.random() < 0.6:
            head, mark, rest = _first_mark(reply)
            reply = f"{head}, {name}{mark}{rest}"
        return user, reply

    def parting(self, name: str) -> tuple[str, str]:
        """A goodbye, with the user's name if it is known."""
        user, reply = self._of(_PARTINGS)
        if name and self._rng.random() < 0.5:
            head, mark, rest = _first_mark(reply)
            reply = f"{head}, {name}{mark}{rest}"
        return user, reply

    def exchange(self) -> tuple[str, str]:
        """One thing said by the user, and a fitting reply."""
        roll = self._rng.random()
        if roll < 0.5:
            user, reply = self._of(_TOPICS)
            user = user.lower() if self._rng.random() < 0.15 else user
        elif roll < 0.8:
            user, reply = self._of(_SLOTTED)
        elif roll < 0.92:
            user, reply = self._rng.choice(_KNOWLEDGE)
        else:
            user, reply = self._sum()
        aside = _ASIDES[int(self._rng.random() * len(_ASIDES))]
        if aside and user[0] in "WHDCTI" and user.split()[0] not in ("I", "I'm", "Hello", "Hi"):
            user = aside + user[0].lower() + user[1:]
        return user, reply

    def mood(self) -> tuple[str, str]:
        """What a user says who was asked how things are."""
        return self._of(_MOODS)

    def _sum(self) -> tuple[str, str]:
        first, second = 1 + int(self._rng.random() * 10), 1 + int(self._rng.random() * 10)
        if self._rng.random() < 0.5:
            total = first + second
            return f"What comes after {total}?", f"After {total} comes {total + 1}."
        return f"What is {first} plus {second}?", f"{first} plus {second} is {first + second}."

    def story(self) -> tuple[str, str]:
        """A request for a story, and a very short one."""
        ask = ("Tell me a story.", "Do you know a story?", "Can you tell me a short story?", "Make up a story.")
        name = MAKERS["name"](self._rng, self._split)
        hero, goal = self._any(lx.animals), self._any(lx.common_nouns)
        colour, place = self._any(lx.colours[:12]), self._any(lx.meeting_spots)
        ends = ("It was very happy.", "Then it went home.", "It kept it for ever.", "Then it fell asleep.")
        text = f"There was once {fill('{av}', '', hero)} called {name}. It found a {colour} {goal} near the {place}. "
        return self._any(ask), text + self._any(ends)


def _first_mark(text: str) -> tuple[str, str, str]:
    """Split at the first full stop, comma, exclamation or question mark."""
    for at, sign in enumerate(text):
        if sign in ".!?,":
            return text[:at], sign, text[at + 1 :]
    return text, "", ""
