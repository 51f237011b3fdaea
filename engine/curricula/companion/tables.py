"""The tables of the companion's language, read from JSON."""

from __future__ import annotations

import functools
import json
from typing import Any

from engine.resources import resource_path

FOLDER = "curricula/companion"


@functools.cache
def table(name: str) -> Any:
    """The content of one file, ``NAME.json``. Raises `OSError` or `ValueError` where the installation is damaged."""
    return json.loads((resource_path(FOLDER) / f"{name}.json").read_text(encoding="utf-8"))


def words(text: str) -> tuple[str, ...]:
    """The words of a text, apart at spaces."""
    return tuple(text.split())
