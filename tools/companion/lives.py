"""What a life is made of, and its form in a training file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from engine.curricula.companion.exchanges import Dialogue, Exchange

Shape = Literal["plain", "recite", "parted", "crossed", "short", "chat", "dense", "far", "night"]

ANSWER_WEIGHT = 8
"""How much a word of an answer counts beside one of other talk: which of many phrases a reply to other talk begins with
cannot be foretold, and without weights four fifths of the loss are about that."""


def messages(dialogue: Dialogue) -> list[dict[str, Any]]:
    """A dialogue as roles and texts; `keep` names the words worth remembering, where that is clear."""
    found: list[dict[str, Any]] = [{"role": "system", "text": dialogue.system}] if dialogue.system else []
    for exchange in dialogue.exchanges:
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
    """Dialogues in a row that one memory lives through."""

    dialogues: list[Dialogue] = field(default_factory=list)

    def to_dict(self) -> dict[str, object]:
        """The form of one JSONL line."""
        return {"conversations": [{"messages": messages(dialogue)} for dialogue in self.dialogues]}

    def exchanges(self) -> list[Exchange]:
        """All exchanges in order."""
        return [exchange for dialogue in self.dialogues for exchange in dialogue.exchanges]
