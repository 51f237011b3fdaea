"""Where other programs keep models: LM Studio, llama.cpp, the Hugging Face cache, GPT4All, Jan; and our own folder."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from engine.resources import models_folder

DEPTH = 4
"""So many folders deep they are looked into: the Hugging Face cache has a model in the third, Jan in the fourth."""


def folders_of_programs() -> list[Path]:
    """The folders in which these programs keep models, whether they are there or not."""
    home = Path.home()
    data, cache = _data(home), _cache(home)
    hub = os.environ.get("HF_HUB_CACHE") or (Path(os.environ["HF_HOME"], "hub") if os.environ.get("HF_HOME") else None)
    found = [
        models_folder(),
        home / ".lmstudio" / "models",
        home / ".cache" / "lm-studio" / "models",
        Path(os.environ.get("LLAMA_CACHE") or cache / "llama.cpp"),
        Path(hub or Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache") / "huggingface" / "hub"),
        data / "nomic.ai" / "GPT4All",
        home / "jan" / "models",
        *(root / "Jan" / "data" / part for root in _jan(home, data) for part in ("models", "llamacpp/models")),
    ]
    return list(dict.fromkeys(found))


def _data(home: Path) -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    if sys.platform == "darwin":
        return home / "Library" / "Application Support"
    return Path(os.environ.get("XDG_DATA_HOME") or home / ".local" / "share")


def _cache(home: Path) -> Path:
    if sys.platform == "win32":
        return _data(home)
    if sys.platform == "darwin":
        return home / "Library" / "Caches"
    return Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache")


def _jan(home: Path, data: Path) -> list[Path]:
    if sys.platform == "win32":
        return [Path(os.environ.get("APPDATA") or home / "AppData" / "Roaming")]
    if sys.platform == "darwin":
        return [data]
    return [data, Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config")]
