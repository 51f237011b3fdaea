"""What training is at."""

from __future__ import annotations

from enum import Enum


class Doing(Enum):
    """One thing at a time."""

    NOTHING = "nothing"
    CHECKING = "checking"
    TRAINING = "training"
    STOPPING = "stopping"
    """The run finishes its step and saves."""
    EXPORTING = "exporting"
    """The model is written as a file that can be opened."""
