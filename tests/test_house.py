"""Laws of the house that no linter knows: one name for one class, and rooms that load only what they may."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def test_no_public_class_name_is_defined_twice() -> None:
    """What a reader finds by its name is one thing, in the engine, the Studio and the tools."""
    homes: dict[str, list[str]] = defaultdict(list)
    for folder in ("engine", "studio", "tools"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.parse(path.read_text(encoding="utf-8")).body:
                if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                    homes[node.name].append(path.relative_to(ROOT).as_posix())
    assert len(homes) > 100
    assert {name: places for name, places in homes.items() if len(places) > 1} == {}


@pytest.mark.parametrize("room", ["engine.session.memory_session", "engine.sleep", "engine.llama", "engine.io.inspect"])
def test_a_room_loads_neither_window_nor_generator_nor_torch(room: str) -> None:
    """In a fresh interpreter: what a conversation and a night import."""
    code = f"import {room}, sys; print(*sorted({{name.partition('.')[0] for name in sys.modules}}))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert {"studio", "PySide6", "tools", "torch"}.isdisjoint(loaded)
    assert "engine" in loaded
