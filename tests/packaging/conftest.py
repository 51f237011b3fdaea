"""The modules of ``packaging/bundle``, which is a folder of scripts, importable by name."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

SCRIPTS = Path(__file__).resolve().parents[2] / "packaging" / "bundle"


@pytest.fixture
def recipe(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], ModuleType]]:
    """``recipe("contents")`` imports a script; afterwards none of them is known any more."""
    monkeypatch.syspath_prepend(str(SCRIPTS))
    yield importlib.import_module
    for script in SCRIPTS.glob("*.py"):
        sys.modules.pop(script.stem, None)
