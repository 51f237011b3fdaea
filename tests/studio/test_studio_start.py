"""The program as it is started: a quick window, one per workspace, and a terminal where there is no display."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from studio_person import Person

from studio import app
from studio.settings.store import Settings

WINDOW = """
import sys
from pathlib import Path
from PySide6.QtWidgets import QApplication
application = QApplication(sys.argv[:1])
from studio.app import build
window = build(Path(sys.argv[1]))
window.show()
application.processEvents()
assert window.isVisible()
engine = ("torch", "engine.llama", "engine.session.memory_session", "engine.models.bitllama", "tokenizers")
heavy = [name for name in engine if name in sys.modules]
window.session.close_now()
print("HEAVY", heavy)
"""


HOLDS = """
import sys
from pathlib import Path
from studio.session import claim_workspace
claim = claim_workspace(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.readline()
"""


CLOSES_DIALOGS = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from studio.widgets.dialogs import Notice
opened = Notice.showEvent
def show(self, event):
    opened(self, event)
    print("DIALOG", self.words.plain, flush=True)
    QTimer.singleShot(0, self.reject)
Notice.showEvent = show
from studio.launch import main
sys.exit(main(sys.argv[1:]))
"""


def start(*arguments: object, **changes: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONUTF8": "1"} | changes
    environment = {name: value for name, value in environment.items() if value}
    return subprocess.run(
        [sys.executable, *map(str, arguments)], env=environment, input="", capture_output=True, text=True, timeout=240
    )


def test_the_window_opens_without_the_engine(workspace: Path) -> None:
    done = start("-c", WINDOW, workspace)
    assert "HEAVY []" in done.stdout, done.stdout + done.stderr


def test_a_second_start_says_who_is_there(workspace: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(workspace)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline().strip() == "held"
        second = start("-c", CLOSES_DIALOGS, "--workspace", workspace)
        assert second.returncode == 1
        assert f"in use by another program (process {holder.pid})" in second.stderr
        assert "DIALOG" in second.stdout
    finally:
        holder.communicate("\n", timeout=60)


def test_the_model_of_last_time_comes_first(tmp_path: Path, models: Path, qapp: object) -> None:
    settings = Settings(tmp_path)
    bundled = app.first_model(settings)
    assert bundled is None or bundled.name == "companion.bitt"
    settings.set("last_model", str(models / "tiny.bitt"))
    assert app.first_model(settings) == models / "tiny.bitt"
    settings.set("last_model", str(tmp_path / "gone.bitt"))
    assert app.first_model(settings) == bundled


def test_a_defect_is_told_with_its_details(person: Person) -> None:
    try:
        raise KeyError("a defect of ours")
    except KeyError as error:
        person.window.show_defect(KeyError, error, error.__traceback__)
    notice = person.notice()
    assert "a defect of ours" in notice.words.plain
    assert "Traceback" in notice.details
    person.press(notice, "Copy details")
    assert "Traceback" in QGuiApplication.clipboard().text()


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGINT to send there")
def test_ctrl_c_in_the_shell_closes_as_the_window_does(workspace: Path, models: Path) -> None:
    program = subprocess.Popen(
        [sys.executable, "-m", "studio", str(models / "tiny.bitt"), "--workspace", str(workspace)],
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 240
    while not list(workspace.glob("settings.json")) and time.monotonic() < deadline:
        time.sleep(0.05)  # written once the model is there
    program.send_signal(signal.SIGINT)
    _, errors = program.communicate(timeout=240)
    assert program.returncode == 0, errors
    assert "Traceback" not in errors
