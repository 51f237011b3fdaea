"""What a soul has lived, step by step, read off its file and the log.

The first message of a turn carries ``after``: the reply that the soul had lived last when it heard it ("" for a
newborn, `ELSEWHERE` where its past is not in this log). So the turns form a tree, and the ``lived`` of a soul file
names its leaf: restoring an older soul, a crash, or a reply that failed only mean that another turn goes on from an
earlier one. ``begins`` says that nothing transient was there, and ``notes`` names the messages that were noted in the
system prompt then; the reply carries its ``tokens``, since another way of reading the same text would round otherwise,
the ``rate`` where that was not the usual one, and ``max_tokens`` where room was made for it. The events in between
stand in the soul's own history.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.errors import Message
from engine.io.conversation_log import Entry
from engine.io.soul import SoulMeta
from engine.text.notes import with_notes
from engine.text.template import ChatMessage

ELSEWHERE = "?"
"""``lived`` and ``after`` of a soul whose past is not in this log."""

REPLACED = "replaced"
"""Key of a message in whose place something else was said: it stays in the log, and no night draws on it."""

DEFAULT_MAX_TOKENS = 256
"""Of a reply of which the log does not say more."""

CLEARING = frozenset({"sleep", "move", "import", "reset", "restore", "branch", "blend", "forget"})
"""Events after which nothing transient is there."""

NIGHTS = frozenset({"sleep", "move"})
"""Events that learned messages of the log, as `engine.sleep.repeat_sleep` does again."""

MOVED = "moved"
"""Key of a message that a soul of another model heard, and this one with the night that it begins with: its value is
the id of the message that was heard first. See `engine.session.move`."""


@dataclass(frozen=True)
class Turn:
    """What was heard and answered, lived as one."""

    heard: tuple[Entry, ...]
    """System prompt and message, as they were read."""
    reply: Entry
    after: str
    """The turn lived before it, or "" or `ELSEWHERE`."""
    begins: bool
    """Whether a conversation began with it: nothing transient was there."""
    notes: tuple[Entry, ...] = ()
    """Earlier messages that stood in the system prompt, see `engine.session.notes`."""

    @property
    def id(self) -> str:
        """The id of its reply, by which others name it."""
        return self.reply.id

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All of its messages."""
        return (*self.heard, self.reply)

    def messages(self, default_system: str = "") -> list[ChatMessage]:
        """What was heard, for the template of a model with this `Llama.default_system`, with its notes."""
        return noted([ChatMessage(entry.role, entry.text) for entry in self.heard], self.notes, default_system)

    @property
    def tokens(self) -> list[int]:
        """The reply as it was generated."""
        return list(self.reply.extra["tokens"])

    @property
    def rate(self) -> float:
        """The factor on the inner learning rate at which it was lived, 1 where the log does not say."""
        return float(self.reply.extra.get("rate", 1.0))

    @property
    def max_tokens(self) -> int:
        """The longest reply for which room was made in the context, where the log says it."""
        return int(self.reply.extra.get("max_tokens", DEFAULT_MAX_TOKENS))


@dataclass(frozen=True)
class SoulEvent:
    """An event of the soul's history."""

    event: Mapping[str, Any]
    """As the history has it."""
    number: int
    """Its place there."""

    @property
    def id(self) -> str:
        """Of the soul that it left behind."""
        return str(self.event.get("id", ""))

    @property
    def kind(self) -> str:
        """``sleep``, ``save`` and so on."""
        return str(self.event.get("event", ""))


Step = Turn | SoulEvent


@dataclass(frozen=True)
class History:
    """The steps that made a soul, oldest first, as far as the log knows them."""

    steps: tuple[Step, ...]
    newborn: bool
    """Whether they begin with a newborn; else only a kept soul can stand in for what is not known."""

    def turns(self) -> list[Turn]:
        """The turns among the steps."""
        return [step for step in self.steps if isinstance(step, Turn)]


def noted(messages: Sequence[ChatMessage], notes: Sequence[Entry], default_system: str) -> list[ChatMessage]:
    """The messages with which a conversation begins, with notes below their system prompt, or below the default one."""
    if not notes:
        return list(messages)
    has_own = bool(messages) and messages[0].role == "system"
    system = with_notes(messages[0].text if has_own else default_system, [entry.text for entry in notes])
    return [ChatMessage("system", system), *messages[has_own:]]


def turns_of(entries: Iterable[Entry]) -> dict[str, Turn]:
    """The turns that were lived, by their id; messages whose answer failed belong to none."""
    found: dict[str, Turn] = {}
    heard: dict[str, list[Entry]] = {}
    known: dict[str, Entry] = {}
    for entry in entries:
        known[entry.id] = entry
        if isinstance(entry.extra.get("after"), str):
            heard[entry.soul] = [entry]
        elif entry.role != "assistant":
            heard.setdefault(entry.soul, []).append(entry)
        elif (first := heard.pop(entry.soul, [])) and "after" in first[0].extra and _lived(entry):
            opening = first[0].extra
            notes = tuple(known[note] for note in note_ids(first[0]) if note in known)
            found[entry.id] = Turn(tuple(first), entry, opening["after"], opening.get("begins") is True, notes)
    return found


def note_ids(entry: Entry) -> list[str]:
    """The messages that a conversation that begins with this one notes, by their ids."""
    ids = entry.extra.get("notes", [])
    return [one for one in ids if isinstance(one, str)] if isinstance(ids, list) else []


def last_lived(meta: SoulMeta) -> str:
    """The turn that a soul lived last, "" for a newborn; `ELSEWHERE` for one from before souls kept track of it."""
    unknown = not meta.lived and meta.level and not any("lived" in event for event in meta.history)
    return ELSEWHERE if unknown else meta.lived


def history_of(meta: SoulMeta, turns: Mapping[str, Turn]) -> History:
    """What the soul with this metadata has lived."""
    chain: list[Turn] = []
    at, seen = last_lived(meta), set()
    while (turn := turns.get(at)) is not None and at not in seen:
        seen.add(at)
        chain.append(turn)
        at = turn.after
    chain.reverse()
    place = {at: 0} | {turn.id: number for number, turn in enumerate(chain, start=1)}
    steps: list[Step] = []
    happened: list[list[Step]] = [[] for _ in range(len(chain) + 1)]
    for number, event in enumerate(meta.history):
        if (lived := event.get("lived")) in place:
            happened[place[lived]].append(SoulEvent(event, number))
    for number, turn in enumerate([None, *chain]):
        steps += [turn] if turn is not None else []
        steps += happened[number]
    return History(tuple(steps), at == "")


def heard_by(entries: Sequence[Entry], key: str, history: Sequence[Mapping[str, Any]]) -> list[Entry]:
    """Of `entries`, those that the soul logged as `key` heard, and what came into it from others (`heard_upto`).

    What was taken back by `Conversation.rewind` is not among them.
    """
    upto = heard_upto(history)
    return [
        entry
        for entry in entries
        if entry.extra.get(REPLACED) is not True and (entry.soul == key or entry.id <= upto.get(entry.soul, ""))
    ]


def heard_upto(history: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """From which souls of the log a soul has heard, and up to which message: it was a branch of them, a blend, or began
    with what was moved to it."""
    found: dict[str, str] = {}
    for event in history:
        told: Mapping[str, Any] = {}
        if event.get("event") == "branch" and "of" in event:
            told = {str(event["of"]): event.get("lived", "")}
        elif event.get("event") in ("blend", "move") and isinstance(event.get("upto"), Mapping):
            told = event["upto"]
        for key, lived in told.items():
            if isinstance(lived, str) and lived != ELSEWHERE:
                found[key] = max(lived, found.get(key, ""))
    return found


def slept_until(history: Sequence[Mapping[str, Any]]) -> str | None:
    """Id of the last log entry that a soul with this history has slept on, None where it never slept."""
    marks = [until for event in history if isinstance(until := event.get("until"), str) and until]
    return marks[-1] if marks else None


def not_learned(history: Sequence[Mapping[str, Any]]) -> frozenset[str]:
    """Ids of the messages of which the last night tried to teach a fact in vain."""
    nights = [event for event in history if event.get("event") in NIGHTS]
    ids = nights[-1].get("unlearned", []) if nights else []
    return frozenset(one for one in ids if isinstance(one, str)) if isinstance(ids, list) else frozenset()


def _lived(entry: Entry) -> bool:
    """Whether a reply says how it was lived, in values that can be."""
    tokens, rate = entry.extra.get("tokens"), entry.extra.get("rate", 1.0)
    room = entry.extra.get("max_tokens", DEFAULT_MAX_TOKENS)
    return (
        isinstance(tokens, list)
        and all(type(token) is int and token >= 0 for token in tokens)
        and type(rate) in (int, float)
        and math.isfinite(rate)
        and type(room) is int
        and room >= 1
    )


_NOTES: dict[str, Callable[[str], Message]] = {
    "sleep": lambda what: Message("messages slept on: {what}", what=what),
    "forget": lambda what: Message("messages forgotten: {what}", what=what),
    "restore": lambda what: Message("back to {what}", what=what),
    "import": lambda what: Message("from the file {what}", what=what),
    "branch": lambda what: Message("from {what}", what=what),
    "move": lambda what: Message("moved from {what}", what=what),
    "reset": lambda what: Message("newborn"),
}


def event_note(kind: str, what: object = "") -> Message:
    """The words of an event that is noted here: how much, from where or back to what it was."""
    return _NOTES[kind](str(what))


def read_note(event: Mapping[str, Any]) -> str:
    """The note of an event as a history holds it: as `event_note` made it where it did, else the text as it is."""
    kind, text = str(event.get("event", "")), str(event.get("note", ""))
    if kind not in _NOTES:
        return text
    begun = event_note(kind)
    return event_note(kind, text[len(begun) :]) if text.startswith(begun) else text
