"""What a life is made of: conversations of exchanges, each with the facts that it is about."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from engine.train.companion.facts import Fact, Kind

Event = Literal["tell", "ask", "unknown", "correct", "talk", "drill", "name", "about"]
Shape = Literal["plain", "recite", "parted", "crossed", "short", "chat", "dense", "far", "night"]

ANSWER_WEIGHT = 8
"""How much a word of an answer counts beside one of other talk: which of many phrases a reply to other talk begins with
cannot be foretold, and without weights four fifths of the loss are about that."""


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
class Conversation:
    """A system message ("" for none) and what was said."""

    system: str
    exchanges: list[Exchange] = field(default_factory=list)

    def messages(self) -> list[dict[str, Any]]:
        """As roles and texts; `keep` names the words worth remembering, where that is clear."""
        found: list[dict[str, Any]] = [{"role": "system", "text": self.system}] if self.system else []
        for exchange in self.exchanges:
            judged: dict[str, Any] = {"keep": [fact.value for fact in exchange.facts]}
            if exchange.event in ("drill", "name"):
                judged = {}
            found.append({"role": "user", "text": exchange.user} | judged)
            if exchange.reply:
                counts = {"weight": ANSWER_WEIGHT} if exchange.event in ("ask", "unknown", "about") else {}
                found.append({"role": "assistant", "text": exchange.reply} | judged | counts)
        return found


@dataclass
class Life:
    """Conversations in a row that one memory lives through."""

    conversations: list[Conversation] = field(default_factory=list)

    def to_dict(self) -> dict[str, object]:
        """The form of one JSONL line."""
        return {"conversations": [{"messages": talk.messages()} for talk in self.conversations]}

    def exchanges(self) -> list[Exchange]:
        """All exchanges in order."""
        return [exchange for talk in self.conversations for exchange in talk.exchanges]
