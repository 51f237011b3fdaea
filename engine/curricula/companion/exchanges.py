"""Single exchanges: telling, asking, correcting, copying, and talk about nothing."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Literal

from engine.curricula.companion.data import table
from engine.curricula.companion.drills import Drills
from engine.curricula.companion.facts import Fact, Kind, fill, upper_start
from engine.curricula.companion.memory import Chooser, FactMemory
from engine.curricula.companion.names import Split
from engine.curricula.companion.smalltalk import SmallTalk
from engine.curricula.companion.wording import DO_NOT_KNOW, Replies, User

Event = Literal["tell", "ask", "unknown", "correct", "talk", "drill", "name", "about"]

DEFAULT_NAME = "Bit"
_TABLE = table("frames")
_LEADS, _OWNS = tuple(_TABLE["leads"]), tuple(_TABLE["owns"])
_NAME: dict[str, list[str]] = table("talk")["name"]


@dataclass(frozen=True)
class Exchange:
    """A message of the user and the reply ("" where it is only heard, as in sleep); `facts` were told, asked or
    corrected in it, `slot` is what was asked."""

    user: str
    reply: str
    event: Event
    facts: tuple[Fact, ...] = ()
    slot: tuple[Kind, str] | None = None


@dataclass
class Dialogue:
    """A system message ("" for none) and what was said."""

    system: str
    exchanges: list[Exchange] = field(default_factory=list)


@dataclass(frozen=True)
class Manner:
    """How every reply of a dialogue is said. `say(reply)` changes the wording, `brief` asks for few words."""

    system: str
    say: Callable[[str], str]
    brief: bool = False


@dataclass(frozen=True)
class Scene:
    """The setting of one dialogue: its system message, its manner, the assistant's name; "" for none."""

    system: str
    manner: Manner
    name: str


PLAIN = Manner("", lambda reply: reply)
NO_SCENE = Scene("", PLAIN, "")


class Speaker:
    """Says single exchanges into the last of its dialogues.

    All choices come from `rng`; `wordings` and `values` say from which split the user speaks.
    """

    def __init__(self, rng: random.Random, wordings: Split = "train", values: Split = "train") -> None:
        self._rng = rng
        self._values: Split = values
        self._memory = FactMemory()
        self._user = User(rng, wordings)
        self._replies = Replies(rng)
        self._talk = SmallTalk(rng, values)
        self._drills = Drills(rng, values)
        self._chooser = Chooser(rng, self._memory, values)
        self._scene = NO_SCENE
        self._named_before = False
        self._dialogues: list[Dialogue] = []

    def _say(self, user: str, reply: str, event: Event, *facts: Fact, slot: tuple[Kind, str] | None = None) -> None:
        manner = self._scene.manner
        if not reply:
            self._dialogues[-1].exchanges.append(Exchange(user, "", event, facts, slot))
            return
        if manner.brief and event == "talk":
            reply = _first_sentence(reply)
        if event != "drill":
            reply = manner.say(reply)
        self._dialogues[-1].exchanges.append(Exchange(user, reply, event, facts, slot))

    def _tell(self) -> None:
        fact = self._chooser.fact()
        roll = self._rng.random()
        if roll < 0.12:
            self._memory.put(fact)
            second = self._chooser.fact()
            self._memory.put(second)
            self._say(self._user.tell_two(fact, second), self._replies.told_two(fact, second), "tell", fact, second)
            return
        if roll < 0.24 and fact.kind.prompt and fact.kind.brief:
            self._lead_to(fact)
            message = self._user.brief(fact)
        else:
            message = self._user.tell(fact)
        if message == message.lower() and self._rng.random() < 0.5:
            message, fact = message.lower(), replace(fact, value=fact.value.lower())
        self._memory.put(fact)
        self._say(message, self._acknowledged(fact), "tell", fact)

    def _lead_to(self, fact: Fact) -> None:
        """The assistant asks for the fact."""
        question = upper_start(fact.fill(fact.kind.prompt))
        if fact.kind.subject in ("pet", "named_thing", "relation") and self._rng.random() < 0.7:
            self._say(fill(self._rng.choice(_OWNS), fact.subject), f"How nice! {question}", "talk")
        else:
            self._say(self._rng.choice(_LEADS), question, "talk")

    def _acknowledged(self, fact: Fact) -> str:
        return self._replies.state(fact) if self._scene.manner.brief else self._replies.told(fact)

    def _ask(self) -> None:
        if self._memory.facts:
            self._ask_fact(self._chooser.known())
        else:
            self._tell()

    def _ask_fact(self, fact: Fact) -> None:
        self._memory.asked[fact.slot] += 1
        reply = upper_start(fact.fill(fact.kind.short)) if self._scene.manner.brief else self._replies.known(fact)
        self._say(self._user.ask(fact.kind, fact.subject), reply, "ask", fact, slot=(fact.kind, fact.subject))
        if self._rng.random() < 0.05 and _answers_alone(fact.kind):
            fact = self._chooser.renewed(fact)
            self._memory.put(fact)
            self._say(self._user.deny(fact), self._corrected(fact), "correct", fact)

    def _ask_unknown(self) -> None:
        self._ask_slot_unknown(*self._chooser.unknown())

    def _ask_slot_unknown(self, kind: Kind, subject: str) -> None:
        reply = f"I {DO_NOT_KNOW}." if self._scene.manner.brief else self._replies.unknown(kind, subject)
        self._say(self._user.ask(kind, subject), reply, "unknown", slot=(kind, subject))
        if self._rng.random() < 0.2 and _answers_alone(kind):
            fact = self._chooser.fact_of(kind, subject)
            self._memory.put(fact)
            self._say(self._user.brief(fact), self._acknowledged(fact), "tell", fact)

    def _correct(self) -> None:
        if not self._memory.facts:
            self._tell()
            return
        fact = self._chooser.renewed(self._chooser.known())
        self._memory.put(fact)
        self._say(self._user.correct(fact), self._corrected(fact), "correct", fact)

    def _corrected(self, fact: Fact) -> str:
        return self._replies.state(fact) if self._scene.manner.brief else self._replies.corrected(fact)

    def _chat(self) -> None:
        self._say(*(self._talk.story() if self._rng.random() < 0.05 else self._talk.exchange()), "talk")

    def _drill(self) -> None:
        for user, reply in self._drills.exchanges():
            self._say(user, reply, "drill")

    def _name(self) -> None:
        """The assistant's name; after another day's name nobody asks, since both answers would be right."""
        if self._scene.name or not self._named_before:
            name = self._scene.name or DEFAULT_NAME
            self._say(*self._name_exchange(name), "name")

    def _name_exchange(self, name: str) -> tuple[str, str]:
        reply = self._rng.choice(_NAME["brief" if self._scene.manner.brief else "reply"])
        return self._rng.choice(_NAME["ask"]), reply.replace("{v}", name)

    def _about(self) -> None:
        """What the assistant knows about a person of whom something was told, or about the user."""
        persons = self._memory.cast
        if persons and self._rng.random() < 0.6:
            person = persons[int(self._rng.random() * len(persons))]
            known = [fact for fact in self._memory.facts.values() if fact.subject.partition("'s ")[0] == person]
            asked = (f"What do you know about {person}?", f"Tell me about {person}.", f"What did I say about {person}?")
        else:
            known = [fact for fact in self._memory.facts.values() if not fact.kind.subject][-2:]
            asked = ("What do you know about me?", "Tell me something about me.", "What did I tell you about me?")
        if not known:
            self._say(self._rng.choice(asked), f"I {DO_NOT_KNOW} anything yet. You have not told me.", "about")
        else:
            said = " ".join(self._replies.state(fact) for fact in known[:3])
            self._say(self._rng.choice(asked), said, "about", *known[:3])


def _answers_alone(kind: Kind) -> bool:
    """True if the short answers of the kind are clear without the assistant's own question."""
    return bool(kind.prompt and kind.brief) and not kind.brief[0].startswith("Yes")


def _first_sentence(text: str) -> str:
    for at, sign in enumerate(text):
        if sign in ".!?":
            return text[: at + 1]
    return text
