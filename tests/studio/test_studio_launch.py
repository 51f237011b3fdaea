"""The way in: where no window can be shown, it says so and the terminal chat answers on the same workspace."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from studio.launch import why_no_window


@pytest.mark.parametrize(
    ("environ", "platform", "window"),
    [
        ({}, "linux", False),
        ({"DISPLAY": ":0"}, "linux", True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", True),
        ({"QT_QPA_PLATFORM": "offscreen"}, "linux", True),
        ({}, "darwin", True),
        ({}, "win32", True),
    ],
)
def test_it_knows_where_a_window_can_be_shown(environ: dict[str, str], platform: str, window: bool) -> None:
    assert (why_no_window(environ, platform) is None) == window


def test_without_a_display_the_terminal_chat_answers(models: Path, tmp_path: Path) -> None:
    environ = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")}
    command = [sys.executable, "-m", "studio", str(models / "tiny.bitt"), "--workspace", str(tmp_path / "place")]
    done = subprocess.run(
        command, input="hello\n/quit\n", env=environ, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "no display" in done.stderr
    assert "terminal chat" in done.stderr
    assert "tiny" in done.stderr + done.stdout
    assert (tmp_path / "place" / "memories").is_dir()
