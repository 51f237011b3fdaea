"""A second start reaches the first window; a crash leaves a report that the next start shows."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from studio_person import Person

from studio import crash
from studio.single_instance import SingleInstance, hand_over, socket_name

CALLS = """
import sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication
from studio.single_instance import hand_over
application = QCoreApplication(sys.argv[:1])
print("ANSWERED", hand_over(Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]]))
"""

OPENS = """
import sys
from studio.widgets.dialogs import Notice
from PySide6.QtCore import QTimer
opened = Notice.showEvent
def show(self, event):
    opened(self, event)
    print("DIALOG", self.windowTitle(), self.words.plain, self.details, flush=True)
Notice.showEvent = show
from studio import app
begun = app.begin
def begin(window, files=()):
    QTimer.singleShot(1000, {what})
app.begin = begin
from studio.launch import main
sys.exit(main(sys.argv[1:]))
"""


def start(what: str, workspace: Path) -> subprocess.CompletedProcess[str]:
    """Open the Studio, do something in it, and see it end."""
    code = OPENS.replace("{what}", what)
    command = [sys.executable, "-c", code, "--workspace", str(workspace)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, env=os.environ | {"PYTHONUTF8": "1"})


def test_a_second_start_hands_over_its_files(workspace: Path, qtbot: QtBot, tmp_path: Path) -> None:
    workspace.mkdir()
    instance = SingleInstance(workspace)
    assert not instance.problem
    heard: list[list[Path]] = []
    instance.started_again.connect(heard.append)
    command = [sys.executable, "-c", CALLS, str(workspace), "model.bitt", "日本.soul"]
    second = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=tmp_path)
    qtbot.waitUntil(lambda: bool(heard), timeout=60_000)
    out, _ = second.communicate(timeout=60)
    assert "ANSWERED True" in out
    assert heard == [[tmp_path / "model.bitt", tmp_path / "日本.soul"]]
    instance.close()


def test_nobody_answers_where_nobody_is(workspace: Path, qtbot: QtBot) -> None:
    assert not hand_over(workspace, [])


def test_each_workspace_has_its_own_bell(tmp_path: Path) -> None:
    assert socket_name(tmp_path / "a") != socket_name(tmp_path / "b")
    assert socket_name(tmp_path / "a") == socket_name(tmp_path / "b" / ".." / "a")


def test_the_first_window_comes_forward_and_opens_it(person: Person, models: Path) -> None:
    person.window.showMinimized()
    person.window.come_forward([models / "tiny.bitt"])
    assert not person.window.isMinimized()
    person.wait(lambda: person.session.model is not None)
    person.wait_idle()


def test_a_proper_end_leaves_nothing(tmp_path: Path) -> None:
    with crash.CrashRecorder(tmp_path) as recorder:
        assert list(tmp_path.glob("running-*.log"))
        recorder.note("Traceback: it was told\n")
    assert not list(tmp_path.iterdir())
    assert crash.left_behind(tmp_path) is None


def test_what_was_left_behind_is_found_once(tmp_path: Path) -> None:
    (tmp_path / "running-1.log").write_text("head\n--\nFatal Python error: Segmentation fault\n", encoding="utf-8")
    report = crash.left_behind(tmp_path)
    assert report is not None
    assert report.trace == "Fatal Python error: Segmentation fault"
    assert report.path.read_text(encoding="utf-8") == report.text
    assert crash.left_behind(tmp_path) is None
    for number in range(20):
        (tmp_path / f"running-{number}.log").write_text("head\n--\n", encoding="utf-8")
        crash.left_behind(tmp_path)
    assert len(list(tmp_path.iterdir())) == crash.KEPT


@pytest.mark.skipif(sys.platform == "win32", reason="faults are raised otherwise there")
def test_a_crash_is_shown_at_the_next_start_and_only_there(workspace: Path) -> None:
    died = start("__import__('faulthandler')._sigsegv", workspace)
    assert died.returncode != 0
    assert (workspace / "logs").is_dir()
    after = start("window.close", workspace)
    assert after.returncode == 0, after.stderr
    assert "DIALOG It ended unexpectedly" in after.stdout
    assert "Segmentation fault" in after.stdout
    again = start("window.close", workspace)
    assert again.returncode == 0
    assert "DIALOG" not in again.stdout


def test_a_run_that_was_killed_is_told_quietly(person: Person, tmp_path: Path) -> None:
    person.window.verbs.show_crash(crash.CrashReport(tmp_path / "crash.log", "", "head\n--\n"))
    assert "ended from outside" in person.window.footer.told.text()
    assert not person.notices()
