"""What was said earlier and is not yet learned for good, as it stands in the system prompt of a new conversation."""

from __future__ import annotations

from collections.abc import Sequence

HEADING = "Notes of what the user told you earlier, the newest first:"
"""What stands above the notes."""


def with_notes(system: str, notes: Sequence[str]) -> str:
    """A system prompt with notes below it, each as it was said, in the order given; as it is where there are none."""
    if not notes:
        return system
    listed = "\n".join([HEADING, *(f"- {note.strip()}" for note in notes)])
    return f"{system}\n\n{listed}" if system else listed
