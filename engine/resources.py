"""Where the files that come with the program lie, in a checkout, an installed wheel or a frozen bundle, and where a
model lies that was fetched later."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from engine.errors import FileFormatError

MODELS_ENVIRONMENT = "BIT_LLAMA_MODELS"
"""Environment variable that names the folder of fetched models."""
COMPANION = "models/companion.bitt"
"""The model that comes with the program, among the resources."""
FIRST_MODEL = "SmolLM2-135M-Instruct.Q4_1.gguf"
"""The file of the model of the first run: `engine.fetch` fetches it, and bundles carry it among the resources."""
FIRST_MEMORY = "memories/SmolLM2-135M-Instruct.memory.safetensors"
"""Its memory, among the resources."""


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
    """The companion, which comes with the program. Raises `FileFormatError` where it is missing."""
    path = resource_path(COMPANION)
    if not path.exists():
        raise FileFormatError(
            "The bundled model {path} is missing; name a model, or install the program again.", path=path
        )
    return path


def models_folder() -> Path:
    """The folder of fetched models: `MODELS_ENVIRONMENT`, else one per user. It need not exist."""
    if named := os.environ.get(MODELS_ENVIRONMENT):
        return Path(named)
    import platformdirs

    return Path(platformdirs.user_data_dir("Bit-Llama Studio", appauthor=False)) / "models"


def first_model() -> Path | None:
    """The model of the first run, from a bundle or fetched; None where it is not there."""
    for path in (resource_path(f"models/{FIRST_MODEL}"), models_folder() / FIRST_MODEL):
        if path.is_file():
            return path
    return None


def preferred_model() -> Path:
    """The model to begin with where nobody has used one: that of the first run if its memory is there too, else the
    companion. Raises `FileFormatError` where neither is."""
    first = first_model()
    return first if first is not None and resource_path(FIRST_MEMORY).is_file() else bundled_model()
