"""Models in the folders that a person named, found where they lie."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

DEPTH = 2
"""Folders within a named one that are looked into."""
MOST = 500
"""Folders looked into altogether: a home folder, named by mistake, must not hold the window up."""


def is_model(path: Path) -> bool:
    """Whether a path looks like a model: a ``.bitt``, or a folder with a config and weights."""
    if path.suffix.lower() == ".bitt":
        return path.is_file()
    return (path / "config.json").is_file() and (path / "model.safetensors").is_file()


def found(folders: Iterable[str]) -> list[Path]:
    """The models in these folders, by name; folders that cannot be read are passed over."""
    models: dict[Path, None] = {}
    left = MOST
    for folder in folders:
        level = [Path(folder)]
        for _ in range(DEPTH + 1):
            below: list[Path] = []
            for place in level[:left]:
                entries = sorted(_entries(place))
                models |= dict.fromkeys(path for path in (place, *entries) if is_model(path))
                below += [path for path in entries if path.is_dir() and not path.name.startswith(".")]
            left -= len(level[:left])
            level = below
    return sorted(models, key=lambda path: path.name.casefold())


def _entries(folder: Path) -> Iterator[Path]:
    try:
        yield from folder.iterdir()
    except OSError:
        return
