"""What is noted of events: plain text in the file, read back with its parts."""

from __future__ import annotations

import pytest

from engine.errors import Message
from engine.session.history import event_note, read_note
from engine.session.memory_session import MemorySession


@pytest.mark.parametrize(
    ("event", "what", "words"),
    [
        ("sleep", 12, "messages slept on: 12"),
        ("forget", 1, "messages forgotten: 1"),
        ("restore", "The boat {x}", "back to The boat {x}"),
        ("import", "kept.soul", "from the file kept.soul"),
        ("branch", "main", "from main"),
        ("reset", "", "newborn"),
    ],
)
def test_a_note_is_read_back_with_its_parts(event: str, what: object, words: str) -> None:
    made = event_note(event, what)
    assert made == words
    again = read_note({"event": event, "note": str(made)})
    assert again == words
    assert isinstance(again, Message)
    assert again.template == made.template


@pytest.mark.parametrize("told", [{}, {"event": "save", "note": "A boat"}, {"event": "sleep", "note": "a quiet {one}"}])
def test_what_was_not_noted_here_stays_as_it_is(told: dict[str, str]) -> None:
    assert read_note(told) == told.get("note", "")
    assert not isinstance(read_note(told), Message)


def test_a_timeline_knows_what_its_notes_are_made_of(mind: MemorySession) -> None:
    mind.reset()
    mind.keep("A boat")
    born, kept = mind.timeline.moments()[-2:]
    assert isinstance(born.note, Message)
    assert (born.event, born.note) == ("reset", "newborn")
    mind.restore(born.id)
    back = mind.timeline.moments()[-1]
    assert (back.event, back.note) == ("restore", f"back to {born.id[:8]}")
    assert isinstance(back.note, Message)
    assert kept.note == "A boat"
    assert not isinstance(kept.note, Message)
