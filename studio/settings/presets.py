"""Presets: how replies are chosen, the character, and how it learns and sleeps, in a file that can be given to others.

Where things lie on this machine, and how the window looks, is nobody else's business and is left out.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from engine.errors import ConfigError, FileFormatError
from engine.io import atomic
from studio.settings.declarations import DECLARATIONS, GROUPS, Setting

SUFFIX = ".preset"
FORMAT = 1
MOST_BYTES = 1_000_000
SHARED = tuple(setting for setting in DECLARATIONS if setting.group in (GROUPS[0], GROUPS[1], GROUPS[3]))
"""The settings of a preset."""


def write(path: Path, get: Callable[[str], Any]) -> None:
    """Write the preset in force. Raises what the atomic writer does."""
    values = {setting.key: get(setting.key) for setting in SHARED}
    text = json.dumps({"bit_llama_preset": FORMAT, "settings": values}, ensure_ascii=False, indent=2)
    atomic.write_text(path, text + "\n")


def read(path: Path) -> list[tuple[Setting, Any]]:
    """The settings of a preset file, each checked against its declaration.

    Raises `FileFormatError` for what is no preset, and `ConfigError` for a value that cannot be, naming file and key.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise FileFormatError("{path} is too large for a preset; choose a file that was exported here.", path=path)
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise FileFormatError(
            "{path} cannot be read as a preset ({error}); choose one that was exported.", path=path, error=error
        ) from error
    values = data.get("settings") if isinstance(data, dict) and data.get("bit_llama_preset") == FORMAT else None
    if not isinstance(values, dict):
        raise FileFormatError("{path} is no preset of this version; choose a file that was exported here.", path=path)
    try:
        return [(setting, setting.check(values[setting.key])) for setting in SHARED if setting.key in values]
    except ConfigError as error:
        raise ConfigError("{path}: {error} Nothing was changed.", path=path, error=error) from error
