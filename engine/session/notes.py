"""What the engine notes of an event in a soul's history, written and read back: text that knows its parts again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.errors import Message

_NOTES: dict[str, Callable[[str], Message]] = {
    "sleep": lambda what: Message("messages slept on: {what}", what=what),
    "forget": lambda what: Message("messages forgotten: {what}", what=what),
    "restore": lambda what: Message("back to {what}", what=what),
    "import": lambda what: Message("from the file {what}", what=what),
    "branch": lambda what: Message("from {what}", what=what),
    "reset": lambda what: Message("newborn"),
}


def of(event: str, what: object = "") -> Message:
    """The words of an event that is noted here: how much, from where or back to what it was."""
    return _NOTES[event](str(what))


def read(told: Mapping[str, Any]) -> str:
    """The note of an event as a history holds it: as `of` made it where it did, else the text as it is."""
    event, text = str(told.get("event", "")), str(told.get("note", ""))
    if event not in _NOTES:
        return text
    begun = of(event)
    return of(event, text[len(begun) :]) if text.startswith(begun) else text
