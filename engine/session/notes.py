"""What the engine notes of an event in a soul's history, written and read back: text that knows its parts again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.errors import Told

_NOTES: dict[str, Callable[[str], Told]] = {
    "sleep": lambda what: Told("messages slept on: {what}", what=what),
    "forget": lambda what: Told("messages forgotten: {what}", what=what),
    "restore": lambda what: Told("back to {what}", what=what),
    "import": lambda what: Told("from the file {what}", what=what),
    "branch": lambda what: Told("from {what}", what=what),
    "reset": lambda what: Told("newborn"),
}


def of(event: str, what: object = "") -> Told:
    """The words of an event that is noted here: how much, from where or back to what it was."""
    return _NOTES[event](str(what))


def read(told: Mapping[str, Any]) -> str:
    """The note of an event as a history holds it: as `of` made it where it did, else the text as it is."""
    event, text = str(told.get("event", "")), str(told.get("note", ""))
    if event not in _NOTES:
        return text
    begun = of(event)
    return of(event, text[len(begun) :]) if text.startswith(begun) else text
