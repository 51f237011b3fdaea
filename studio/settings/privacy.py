"""What the Studio keeps of a person, where, and how all of it is deleted. Nothing of it ever leaves the machine."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from engine.errors import WorkspaceError
from studio.settings.declarations import QT_TRANSLATE_NOOP


@dataclass(frozen=True)
class KeptKind:
    """One kind of thing that is kept. Its text is a source string of the translation context ``Privacy``."""

    text: str
    patterns: tuple[str, ...]
    """Files and folders in the workspace."""


KINDS = (
    KeptKind(QT_TRANSLATE_NOOP("Privacy", "What was said"), ("memories", "conversations*.json")),
    KeptKind(QT_TRANSLATE_NOOP("Privacy", "Souls"), ("souls", "unfinished")),
    KeptKind(QT_TRANSLATE_NOOP("Privacy", "Copies from before updates"), ("backups",)),
    KeptKind(QT_TRANSLATE_NOOP("Privacy", "Trained models and their texts"), ("training",)),
    KeptKind(QT_TRANSLATE_NOOP("Privacy", "Settings"), ("settings*.json", "workspace.json")),
    KeptKind(QT_TRANSLATE_NOOP("Privacy", "Crash reports"), ("logs/crash-*.log",)),
)
"""All that a workspace holds, apart from its lock."""


def held(root: Path, kind: KeptKind) -> tuple[int, int]:
    """How many files of a kind there are, and their bytes."""
    found = [path for pattern in kind.patterns for path in root.glob(pattern)]
    files = [path for place in found for path in (place.rglob("*") if place.is_dir() else (place,)) if path.is_file()]
    return len(files), sum(path.stat().st_size for path in files)


def all_held(root: Path) -> dict[KeptKind, tuple[int, int]]:
    """What `held` says of each kind."""
    return {kind: held(root, kind) for kind in KINDS}


def delete_all(root: Path) -> None:
    """Delete everything of `KINDS`; what else lies in the folder stays. Nothing may hold the workspace.

    Raises `WorkspaceError` for what cannot be deleted; the rest is gone then.
    """
    left: list[str] = []
    for kind in KINDS:
        for place in (path for pattern in kind.patterns for path in root.glob(pattern)):
            try:
                if place.is_dir() and not place.is_symlink():
                    shutil.rmtree(place)
                else:
                    place.unlink()
            except OSError as error:
                left.append(f"{error.filename or place}: {error.strerror}")
    if left:
        raise WorkspaceError("Not everything could be deleted: {left}. Delete it by hand.", left="; ".join(left))
