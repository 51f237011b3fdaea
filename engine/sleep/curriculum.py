"""What a night needs of the language that its model speaks: facts out of messages, lessons and questions about them.

A `Curriculum` is loaded by name, so that `engine.sleep` knows none. That of the bundled companion lies in
`engine.curricula`; a memory for another model registers its own.
"""

from __future__ import annotations

import functools
import importlib
import importlib.util
import random
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from engine.errors import ConfigError
from engine.io.conversation_log import Entry
from engine.llama import Llama
from engine.models.config import BitLlamaConfig
from engine.runtime.base import Cancel
from engine.text.answers import admits_not_to_know, holds
from engine.text.template import ChatMessage

if TYPE_CHECKING:
    from engine.sleep.backbone import Backbone

DEFAULT = "companion"
"""The curriculum of a model whose ``config.json`` names none under `CONFIG_KEY`."""
CONFIG_KEY = "curriculum"
MEMORY_DEFAULT = "everyday"
"""The curriculum of a transformer with a memory."""


class FactLike(Protocol):
    """A fact, as `engine.sleep` sees it; all else about it is the curriculum's own."""

    @property
    def slot(self) -> Hashable:
        """What holds one value at a time: a later fact of the same slot replaces an earlier one."""

    @property
    def value(self) -> str:
        """What was told, a substring of the message that told it."""


@dataclass(frozen=True)
class Question:
    """A question and the value that a right answer contains; "" where nothing was told and "I don't know" is right."""

    user: str
    expected: str

    def is_right(self, answer: str) -> bool:
        """True if the answer holds the expected value, or admits not to know where nothing was told."""
        return holds(answer, self.expected) if self.expected else admits_not_to_know(answer)


@dataclass(frozen=True)
class TaughtExchange:
    """What a person says and what is to be answered."""

    user: str
    reply: str
    asks: bool = False
    """Whether it is about what the person told, or never told."""


class Tutor(Protocol):
    """Words the lessons and questions of one night, each time in other words. All choices come from its generator."""

    def question(self, fact: FactLike) -> Question:
        """A question about a fact, to examine with."""

    def lesson(self, fact: FactLike) -> TaughtExchange:
        """A question about a fact, with the right answer."""

    def never_told(self) -> TaughtExchange:
        """A question about what none of the facts tells, with the answer that it is not known."""

    def told_anew(self, fact: FactLike) -> list[TaughtExchange]:
        """The fact is told with another value, and the question that follows is answered with that one."""

    def small_talk(self) -> TaughtExchange:
        """Something that is about no fact."""

    def everyday(self) -> list[TaughtExchange]:
        """The beginning of a dialogue with somebody else, which the night must not spoil."""


class Curriculum(Protocol):
    """Everything that a night needs of a language."""

    def reader(self, llama: Llama, cancel: Cancel | None = None) -> Callable[[str], Sequence[FactLike]]:
        """What finds the facts that a person's message tells.

        Args:
            llama: may be asked what it makes of a message; its state must be afterwards as it was.
            cancel: from True on only what is quick may be done.
        """

    def tutor(self, rng: random.Random, seed: int, facts: Sequence[FactLike] = ()) -> Tutor:
        """A tutor for `facts` who chooses by `rng`; `seed` is that of the night."""

    def heldout(self) -> Sequence[Sequence[ChatMessage]]:
        """Dialogues that are in no log and no lesson, always the same: the loss on them shows drift."""


@dataclass(frozen=True)
class WordedFact:
    """A fact with the wordings in which it is asked for."""

    slot: Hashable
    value: str
    exchanges: tuple[TaughtExchange, ...]
    """Questions for it, each with a right answer; at least one."""


class MemoryCurriculum(Protocol):
    """What a night of a transformer with a memory needs: its messages are in a person's own words."""

    def read(
        self,
        backbone: Backbone,
        messages: Sequence[str],
        cancel: Cancel | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> list[list[WordedFact]]:
        """The facts that each message tells.

        Args:
            backbone: the model, which may read them.
            messages: of a person.
            cancel: asked again and again; raises `Cancelled`.
            progress: told how many further messages were read.
        """

    def never_told(
        self, rng: random.Random, facts: Sequence[WordedFact], messages: Sequence[str], count: int
    ) -> list[TaughtExchange]:
        """At most `count` questions about what neither the facts nor the messages tell, with the answer that it is not
        known."""

    def ordinary(self) -> Sequence[str]:
        """Requests that are about no person, always the same."""


@dataclass(frozen=True)
class Statement:
    """A fact and the message that told it last."""

    fact: FactLike
    entry: Entry


@dataclass(frozen=True)
class ExtractedFacts:
    """What a person's messages tell."""

    statements: list[Statement]
    """The facts that hold, in the order told: of two about one thing the later one."""
    tellers: frozenset[str]
    """Ids of the messages that told facts."""
    outdated: frozenset[str]
    """Ids of those whose facts were all told otherwise later."""


def extract_facts(entries: Iterable[Entry], reader: Callable[[str], Sequence[FactLike]]) -> ExtractedFacts:
    """What `entries`, in the order of the log, tell; `reader` finds the facts of a message."""
    held: dict[Hashable, Statement] = {}
    tellers: set[str] = set()
    for entry in entries:
        if entry.role == "user":
            for fact in reader(entry.text):
                held.pop(fact.slot, None)
                held[fact.slot] = Statement(fact, entry)
                tellers.add(entry.id)
    outdated = tellers - {statement.entry.id for statement in held.values()}
    return ExtractedFacts(list(held.values()), frozenset(tellers), frozenset(outdated))


_FACTORIES: dict[str, Callable[[], Curriculum | MemoryCurriculum]] = {}


def register_curriculum(name: str, make: Callable[[], Curriculum | MemoryCurriculum]) -> None:
    """Make a curriculum known under a name; `make` is called when a night first needs it."""
    _FACTORIES[name] = make
    load_curriculum.cache_clear()


@functools.cache
def load_curriculum(name: str) -> Any:
    """The `Curriculum` or `MemoryCurriculum` of this name: a registered one, or that which
    ``engine.curricula.NAME.curriculum`` makes.

    Raises `ConfigError` where there is none.
    """
    if name in _FACTORIES:
        return _FACTORIES[name]()
    package = f"engine.curricula.{name}"
    if not name.isidentifier() or importlib.util.find_spec(package) is None:
        raise ConfigError(
            "There is no curriculum called {name}; register it, or take {key} out of the model's config.json.",
            name=name,
            key=CONFIG_KEY,
        )
    return importlib.import_module(f"{package}.curriculum").make_curriculum()


def curriculum_of(llama: Llama) -> Curriculum:
    """The curriculum that the model's config names, else the default one. Raises `ConfigError` where there is none."""
    extra = llama.body.config.extra if isinstance(llama.body.config, BitLlamaConfig) else {}
    found: Curriculum = load_curriculum(str(extra.get(CONFIG_KEY, DEFAULT)))
    return found


def memory_curriculum() -> MemoryCurriculum:
    """The curriculum of transformers with a memory."""
    found: MemoryCurriculum = load_curriculum(MEMORY_DEFAULT)
    return found
