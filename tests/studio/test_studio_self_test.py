"""The program's own test of itself: it passes on what is sound, and fails on what is not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from PySide6.QtCore import qWarning

from studio.launch import command_line
from studio.self_test import listening


def run(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "studio", "--self-test", *arguments]
    given = os.environ | {"QT_QPA_PLATFORM": "offscreen", "OMP_NUM_THREADS": "1"} | environ
    return subprocess.run(command, env=given, capture_output=True, text=True, timeout=280, check=False)


def test_a_sound_program_passes() -> None:
    done = run()
    assert done.returncode == 0, done.stdout + done.stderr
    assert "All is well." in done.stdout
    for walked in ("the bundled model is loaded", "slept", "loaded again, bit for bit", "every tab opens"):
        assert walked in done.stdout
    assert not done.stderr


def test_a_nap_is_short() -> None:
    done = run("--nap")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "woken from its nap" in done.stdout


def test_it_fails_where_the_native_library_does_not_compute() -> None:
    done = run(BIT_LLAMA_RUNTIME="torch")
    assert done.returncode == 1
    assert "FAIL  The native library does not compute" in done.stdout
    assert "The self-test failed." in done.stdout


def test_whatever_is_printed_is_heard() -> None:
    with listening() as heard:
        os.write(2, b"a library prints\n")
        qWarning("Qt warns")
        qWarning("This plugin does not support raise()")
    told = "\n".join(heard)
    for words in ("a library prints", "Qt: Qt warns"):
        assert words in told
    assert "raise()" not in told


def test_in_a_bundle_the_command_line_is_the_program_beside_it(monkeypatch, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    assert command_line() == [sys.executable, "-m", "engine.cli"]
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "bit-llama-studio"))
    assert command_line() == [str(tmp_path / "bit-llama")]
