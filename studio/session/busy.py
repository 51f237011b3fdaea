"""What the worker is doing for the window."""

from __future__ import annotations

from enum import Enum


class Busy(Enum):
    """One thing at a time."""

    NOTHING = "nothing"
    OPENING = "opening"
    REPLYING = "replying"
    ASIDE = "aside"
    """The model answers without the soul."""
    DREAMING = "dreaming"
    SOUL = "soul"
    """Saving, loading or resetting a soul."""
    COMPARING = "comparing"
    """Two souls answer the same words."""
    FORGETTING = "forgetting"
    """A soul is made anew without something."""
    CONVERTING = "converting"
    """A model is written in another form."""
    CLOSING = "closing"
