"""Lines of the log, as the window knows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Role = Literal["user", "assistant", "system"]


@dataclass(frozen=True)
class Line:
    """One message of the log."""

    role: Role
    text: str
    timestamp: str
    """ISO 8601, UTC."""
    conversation: str
    id: str = ""
    """Its name in the log; empty for one that is not there."""
