"""Where there is no checkout, ``bit-llama bench`` says where the benches are, whatever was asked of it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import engine


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the package alone, as a wheel unpacks it."""
    folder = tmp_path_factory.mktemp("site")
    shutil.copytree(
        Path(engine.__file__).parent, folder / "engine", ignore=shutil.ignore_patterns("__pycache__", "src", "tests")
    )
    return folder


@pytest.mark.parametrize("asked", [[], ["memory"], ["--device", "cuda"], ["decode", "--dim", "64", "--profile"]])
def test_one_sentence_says_where(installed: Path, asked: list[str]) -> None:
    command = [sys.executable, "-P", "-c", "import sys; from engine.cli import main; sys.exit(main())", "bench", *asked]
    done = subprocess.run(
        command, cwd=installed, env={"PYTHONPATH": str(installed)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "checkout" in done.stderr


def test_every_other_command_is_there(installed: Path) -> None:
    code = "from engine.cli import COMMANDS, build_parser; print(build_parser().format_help())"
    done = subprocess.run(
        [sys.executable, "-P", "-c", code], cwd=installed, env={"PYTHONPATH": str(installed)}, capture_output=True,
        text=True, check=True,
    )  # fmt: skip
    assert all(name in done.stdout for name in ("chat", "bench", "doctor"))
