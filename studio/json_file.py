"""A small JSON object of a person's on the disk: read with care, written whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from engine.errors import Told
from engine.io import atomic


def read(path: Path, otherwise: str) -> tuple[dict[str, Any], str]:
    """The object in `path`, and a sentence about what was wrong with it ("" where nothing was).

    A missing file is an empty object. One that is damaged is kept beside it; `otherwise` says what holds instead.
    Raises `FileFormatError` where even that copy cannot be written.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}, ""
    except (OSError, ValueError) as error:
        return {}, Told("{path} cannot be read ({error}); {otherwise}.", path=path, error=error, otherwise=otherwise)
    try:
        data = json.loads(text)
        if not isinstance(data, dict):
            raise ValueError("it holds no JSON object")
    except (ValueError, RecursionError) as error:
        aside = path.with_suffix(".damaged.json")
        atomic.write_text(aside, text)
        why = Told("{path} is damaged ({error}); {otherwise}, {aside} keeps it.", path=path, error=error,
                   otherwise=otherwise, aside=aside)  # fmt: skip
        return {}, why
    return data, ""


def write(path: Path, data: dict[str, Any]) -> None:
    """Put an object on the disk. Raises `FileFormatError` where it cannot be written."""
    atomic.write_text(path, json.dumps(data, indent=2, ensure_ascii=False, sort_keys=True) + "\n")
