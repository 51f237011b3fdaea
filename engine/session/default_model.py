"""Which model a workspace begins with where nobody names one, and the names of those that come with the program."""

from __future__ import annotations

import contextlib
from pathlib import Path

from engine.errors import BitLlamaError, FileFormatError
from engine.io.model_file import open_model
from engine.resources import bundled_model, first_model, preferred_model

COMPANION, SMOLLM2 = "companion", "smollm2"
"""What the two models of the program may be called in place of a path."""


def default_model(root: Path) -> Path:
    """The model of the first run where it and its memory are there, else the companion. A workspace whose souls are the
    companion's stays with it until a soul of the other has lived later: nobody is taken away from a soul.

    Args:
        root: folder of the workspace; it need not exist.

    Raises `FileFormatError` where neither model is there.
    """
    preferred = preferred_model()
    if preferred != first_model():
        return preferred
    folders = _last_lived(root / "souls")
    try:
        companion = bundled_model()
        lived = folders.pop(_souls_of(companion), None)
        if lived is not None and (not folders or lived > folders.get(_souls_of(preferred), 0)):
            return companion
    except BitLlamaError:
        pass  # a companion that is missing or cannot be read keeps nobody
    return preferred


def named_model(path: Path) -> Path:
    """What is meant by a path, or by `COMPANION` or `SMOLLM2` where nothing is called so.

    Raises `FileFormatError` for a model of the program that is not there.
    """
    name = str(path).casefold()
    if name not in (COMPANION, SMOLLM2) or path.exists():
        return path
    if name == COMPANION:
        return bundled_model()
    found = first_model()
    if found is None:
        raise FileFormatError("SmolLM2 was not fetched yet; `bit-llama fetch` does that.")
    return found


def _souls_of(model: Path) -> str:
    """Name of the folder of a model's souls. Raises what `open_model` raises."""
    return open_model(model, check=False).fingerprint[:16]


def _last_lived(souls: Path) -> dict[str, int]:
    """When a soul of each model was last written, in ns, by the names of their folders."""
    times: dict[str, int] = {}
    with contextlib.suppress(OSError):
        for path in souls.glob("*/*.soul"):
            times[path.parent.name] = max(times.get(path.parent.name, 0), path.stat().st_mtime_ns)
    return times
