"""A file system that is really full: what opens, what says so, and what makes space again."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from studio.crash import CrashRecorder

Run = Callable[..., subprocess.CompletedProcess[str]]
SIZE = 2 << 20


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own with room for a few souls."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(place)]
    if sys.platform != "linux" or os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a file system can only be mounted by root on Linux")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def fill(place: Path) -> None:
    with (place / "filler").open("wb", buffering=0) as file:
        while True:
            try:
                file.write(b"\0" * 1024)
            except OSError:
                return


def test_a_workspace_on_a_full_disk_opens_says_so_and_can_be_pruned(run: Run, models: Path, small_disk: Path) -> None:
    here = ["--workspace", small_disk / "workspace"]
    model = models / "tiny.bitt"
    assert run("chat", model, "--len", "3", *here, text="My cat is called Mia.\n/save\nHello.\n/save\n").returncode == 0
    fill(small_disk)
    said = run("chat", model, "--len", "3", *here, text="Hello.\n")
    assert said.returncode == 1
    assert "No space left" in said.stderr
    assert "Traceback" not in said.stderr
    for command in (["soul", "list"], ["soul", "prune", "--keep", "1"], ["soul", "log"]):
        done = run(*command, "--model", model, *here)
        assert (done.returncode, done.stderr) == (0, ""), command
    soul = ["--model", model, *here]
    for refused in (
        ["soul", "branch", "luna", *soul],
        ["soul", "restore", *soul],
        ["export", model, small_disk / "x.bitt"],
    ):
        done = run(*refused)
        assert done.returncode == 1
        assert "No space left" in done.stderr
        assert done.stderr.count("\n") == 1
    (small_disk / "filler").unlink()
    assert run("chat", model, "--len", "3", *here, text="Hello.\n").returncode == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no file that is always full")
def test_the_recorder_of_crashes_ends_well_on_a_full_disk(tmp_path: Path) -> None:
    (tmp_path / f"running-{os.getpid()}.log").symlink_to("/dev/full")
    with CrashRecorder(tmp_path) as recorder:
        recorder.note("what was caught\n")
    assert not list(tmp_path.iterdir())
