"""A text on its way to be trained on: what was chosen, and what the check of it found."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from engine.errors import Told
from studio.messages import EngineFailure

HELD_OUT = 0.1
"""Share of the text that is kept back to measure by."""


@dataclass(frozen=True)
class Checked:
    """What the check found in a text that can be trained on."""

    is_dialogue: bool
    documents: int
    characters: int
    train_tokens: int
    held_tokens: int
    vocabulary: int
    """Tokens that the model will know."""

    def is_enough(self, context: int) -> bool:
        """Whether both parts hold a segment of so many tokens."""
        return self.held_tokens > context and (self.is_dialogue or self.train_tokens > context + 1)


@dataclass
class Draft:
    """The training that is being set up."""

    source: Path | None = None
    begin: str = ""
    """A model to go on from, or "" for a new one."""
    name: str = ""
    checked: Checked | None = None
    problem: str = ""
    """What is wrong with the text, and where."""
    doing: str = ""
    """What the check is at, as the command line says it."""
    done: float = 0.0


def read_check(meta: Path) -> Checked:
    """What stands in the ``meta.json`` of a prepared folder. Raises `EngineFailure` where it cannot be read."""
    try:
        found = json.loads(meta.read_text(encoding="utf-8"))
        return Checked(
            found["kind"] == "dialogue", found["documents_read"], found["characters"],
            found["tokens"]["train"], found["tokens"]["val"], found["vocab_size"],
        )  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise EngineFailure(
            Told("{path} cannot be read ({error}); check the text again.", path=meta, error=error)
        ) from error
