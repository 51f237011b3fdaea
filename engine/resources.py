"""Where the files that come with the program lie: in a checkout, an installed wheel or a frozen bundle."""

from __future__ import annotations

import sys
from pathlib import Path

from engine.errors import FileFormatError


def resource_root() -> Path:
    """The folder that holds ``models/`` and the other resources. Raises `FileFormatError` where there is none."""
    here = Path(__file__).resolve().parent
    frozen = getattr(sys, "_MEIPASS", None)
    candidates = [here / "_resources", here.parent / "resources"]
    if frozen:
        candidates.insert(0, Path(frozen) / "resources")
    for candidate in candidates:
        if candidate.is_dir():
            return candidate
    raise FileFormatError(
        "The program's resources folder is missing beside {here}; install the program again.", here=here
    )


def resource_path(name: str) -> Path:
    """The path of one resource, for example ``models/companion.bitt``; it need not exist."""
    return resource_root() / name


def bundled_model() -> Path:
    """The model that comes with the program. Raises `FileFormatError` where it is missing."""
    path = resource_path("models/companion.bitt")
    if not path.exists():
        raise FileFormatError(
            "The bundled model {path} is missing; name a model, or install the program again.", path=path
        )
    return path
