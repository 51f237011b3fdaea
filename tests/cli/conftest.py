"""The command line, run as a program in a workspace of the test's own."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import progress
import pytest
import tiny

from engine.cli import main
from engine.io.bitt import save_bitt
from engine.io.checkpoint import save_checkpoint

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``tiny.bitt``, the same model as the checkpoint ``tiny``, and another model ``other.bitt``."""
    folder = tmp_path_factory.mktemp("models")
    save_bitt(folder / "tiny.bitt", tiny.body(), packed=True)
    save_bitt(folder / "other.bitt", tiny.body(seed=1), packed=True)
    save_checkpoint(folder / "tiny", tiny.body())
    return folder


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return os.environ | {"BIT_LLAMA_WORKSPACE": str(tmp_path / "workspace"), "PYTHONUTF8": "1", "OMP_NUM_THREADS": "1"}


@pytest.fixture
def run(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """``bit-llama`` with these arguments, within this process; `text` is piped into it."""

    def run_it(*args: object, text: str = "") -> subprocess.CompletedProcess[str]:
        out, err = io.StringIO(), io.StringIO()
        monkeypatch.setenv("BIT_LLAMA_WORKSPACE", environment["BIT_LLAMA_WORKSPACE"])
        monkeypatch.setattr("sys.stdin", io.StringIO(text))
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main([str(arg) for arg in args])
        return subprocess.CompletedProcess(args, code, out.getvalue(), err.getvalue())

    return run_it


@pytest.fixture
def program(environment: dict[str, str]) -> Run:
    """``bit-llama`` with these arguments, as a program of its own."""

    def run_it(*args: object, text: str = "", **more: object) -> subprocess.CompletedProcess[str]:
        done: subprocess.CompletedProcess[str] = progress.run(
            [sys.executable, "-m", "engine.cli", *args], text, env=environment, **more
        )
        return done

    return run_it
