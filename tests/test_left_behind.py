"""What the suite itself watches: a test that leaves something behind fails, and Qt may be missing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import progress
import pytest

HERE = Path(__file__).parent
GOOD = "def test_it(): pass\n"
LEFT = {
    "a thread": (
        "import threading, time\n"
        "def test_it(): threading.Thread(target=time.sleep, args=(600,), daemon=True, name='forgotten').start()\n",
        "forgotten",
    ),
    "a window": (
        "from PySide6.QtWidgets import QLabel\n"
        "def test_it(qtbot):\n    global label\n    label = QLabel('still here')\n    label.show()\n",
        "QLabel",
    ),
    "a timer": (
        "from PySide6.QtCore import QTimer\ndef test_it(qapp):\n    timer = QTimer(qapp)\n    timer.start(1000)\n",
        "QTimer",
    ),
    "a warning in the log": ("import logging\ndef test_it(): logging.getLogger('x').warning('odd')\n", "odd"),
    "a warning of Qt": ("from PySide6.QtCore import qWarning\ndef test_it(qapp): qWarning('crooked')\n", "crooked"),
    "a marker that is not declared": ("import pytest\n@pytest.mark.gpuu\ndef test_it(): pass\n", "gpuu"),
}


def run_pytest(folder: Path, code: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """pytest over one file with this code, under the rules of the suite."""
    (folder / "test_one.py").write_text(code)
    command = [sys.executable, "-m", "pytest", "-c", str(HERE.parent / "pyproject.toml"), "--rootdir", str(folder)]
    path = os.pathsep.join([*filter(None, [environ.pop("FIRST", "")]), str(HERE)])
    done: subprocess.CompletedProcess[str] = progress.run(
        [*command, "-p", "conftest", "-p", "no:cacheprovider", "-p", "no:xdist", str(folder / "test_one.py")],
        env=os.environ | {"PYTHONPATH": path} | environ,
    )
    return done


@pytest.mark.parametrize("what", LEFT)
def test_what_is_left_behind_fails_the_test(what: str, tmp_path: Path) -> None:
    code, named = LEFT[what]
    done = run_pytest(tmp_path, code)
    assert done.returncode != 0, done.stdout
    assert named in done.stdout + done.stderr


def test_without_the_libraries_of_qt_its_tests_are_skipped_and_the_command_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "broken" / "PySide6"
    broken.mkdir(parents=True)
    (broken / "__init__.py").write_text("")
    for module in ("QtCore", "QtWidgets"):
        (broken / f"{module}.py").write_text("raise ImportError('libEGL.so.1: cannot open shared object file')")
    without = run_pytest(tmp_path, GOOD, FIRST=str(broken.parent))
    assert without.returncode == 0, without.stdout + without.stderr
    assert "1 passed" in without.stdout
    window = run_pytest(tmp_path, "from PySide6.QtWidgets import QLabel\n" + GOOD, FIRST=str(broken.parent))
    assert "1 skipped" in window.stdout
    assert "make setup-tests" in window.stdout
