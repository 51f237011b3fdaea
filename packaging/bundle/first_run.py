"""The model of the first run, which a bundle carries: fetched when the bundle is built, once, with its licence."""

from __future__ import annotations

from pathlib import Path

from engine.errors import FetchError
from engine.fetch import SMOLLM2, fetch
from engine.resources import resource_path


def fetch_first_model(folder: Path) -> Path | None:
    """Its file in `folder`; None, with a word of why, where it cannot be had: the bundle goes without it then."""
    try:
        return fetch(folder=folder)
    except FetchError as error:
        print(f"{error} The bundle is built without it and begins with the companion.", flush=True)
        return None


def licence(bundle: Path) -> list[tuple[str, str, str]]:
    """Name, licence and its text, where the bundle in the folder `bundle` carries the model."""
    if not (bundle / "resources" / "models" / SMOLLM2.file).is_file():
        return []
    text = resource_path("licences/Apache-2.0.txt").read_text(encoding="utf-8").strip()
    return [(f"{SMOLLM2.name} (a language model by Hugging Face)", SMOLLM2.licence, text)]
