"""What a soul is taught by gradient descent: a dialogue in tokens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Lesson:
    """A dialogue that begins with the soul alone, in tokens, and how much each token's loss counts."""

    ids: Sequence[int]
    """T tokens."""
    weights: Sequence[float]
    """T weights, of which the first is never used; 0 where a token is only heard."""
    line: str = ""
    """What it is about, for a person."""
