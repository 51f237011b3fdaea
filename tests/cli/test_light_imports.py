"""What may not be imported where: the engine starts without torch, and never knows Qt."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ENGINE = Path(__file__).resolve().parents[2] / "engine"

LIGHT = [
    "engine",
    "engine.models.config",
    "engine.text.tokenizer",
    "engine.text.template",
    "engine.text.sampling",
    "engine.text.stopping",
    "engine.io.model_file",
    "engine.io.bitt",
    "engine.io.checkpoint",
    "engine.io.soul",
    "engine.io.inspect",
    "engine.runtime.base",
    "engine.runtime.select",
    "engine.llama",
    "engine.io.conversation_log",
    "engine.session.memory_session",
    "engine.cli",
]

HEAVY = {"torch", "PySide6", "studio", "starlette", "uvicorn"}


def loaded_after(code: str) -> set[str]:
    """The heavy packages that a fresh interpreter has loaded after `code`."""
    code += f"\nimport sys; print(*{{m.split('.')[0] for m in sys.modules}} & {HEAVY})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ENGINE.parent)
    return set(done.stdout.split())


def test_all_that_stands_on_the_runtime_boundary_is_free_of_torch_and_qt() -> None:
    assert loaded_after("\n".join(f"import {name}" for name in LIGHT)) == set()
    assert loaded_after("import engine.runtime.torch_runtime") == {"torch"}


def test_building_the_parser_imports_nothing_heavy() -> None:
    assert loaded_after("import engine.cli; engine.cli.build_parser()") == set()


def test_nothing_in_the_engine_loads_qt_or_the_studio() -> None:
    files = sorted(path.relative_to(ENGINE.parent) for path in ENGINE.rglob("*.py") if path.name != "__main__.py")
    names = [".".join(path.with_suffix("").parts).removesuffix(".__init__") for path in files]
    # Triton kernels can only be imported where Triton is.
    names = [name for name in names if not name.endswith("triton")]
    assert loaded_after("\n".join(f"import {name}" for name in names)) == {"torch", "starlette", "uvicorn"}
    without_server = [name for name in names if not name.startswith("engine.server")]
    assert loaded_after("\n".join(f"import {name}" for name in without_server)) == {"torch"}


@pytest.mark.parametrize("name", ["BitLlamaConfig", "BitLlama", "BitLlamaBlock", "RMSNorm", "BitLinear", "SwiGLU"])
def test_the_names_that_people_type(name: str) -> None:
    import engine

    assert getattr(engine, name).__name__ == name
    assert name in dir(engine)


def test_every_exported_name_exists() -> None:
    import engine

    for name in engine.__all__:
        assert getattr(engine, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'Lama'"):
        _ = engine.Lama  # type: ignore[attr-defined]
