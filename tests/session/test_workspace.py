"""The workspace: where it is, that one program has it, and what is said when it cannot be used."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from engine.errors import WorkspaceError
from engine.session.workspace import ENVIRONMENT, Workspace, default_path

HOLD = """
import sys
from engine.session.workspace import Workspace
lock = Workspace.open(sys.argv[1]).lock()
print("held", flush=True)
sys.stdin.read()
"""


def test_its_folders_are_made_and_found_again(tmp_path: Path) -> None:
    for _ in range(2):
        workspace = Workspace.open(tmp_path / "deep" / "workspace")
    assert {path.name for path in workspace.root.iterdir()} >= {"memories", "souls", "logs", "workspace.json"}


def test_where_it_is_when_nobody_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path / "named"))
    assert Workspace.open().root == tmp_path / "named"
    monkeypatch.delenv(ENVIRONMENT)
    assert default_path(portable=True).name == "workspace"
    assert (default_path(portable=True).parent / "engine").is_dir()
    assert "Bit-Llama" in str(default_path())


def test_one_program_at_a_time(workspace: Workspace) -> None:
    with workspace.lock() as lock:
        assert lock.held
        with pytest.raises(WorkspaceError, match="in use by another program"):
            workspace.lock()
    with workspace.lock():
        pass


def test_another_process_is_kept_out_until_this_one_dies(workspace: Workspace) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(workspace.root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    try:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(WorkspaceError, match=rf"process {holder.pid}\)"):
            workspace.lock()
    finally:
        holder.kill()
        holder.communicate()
    with workspace.lock():
        pass


def test_a_file_in_its_place_is_an_error_in_words(tmp_path: Path) -> None:
    (tmp_path / "workspace").write_text("a file")
    with pytest.raises(WorkspaceError, match="--workspace"):
        Workspace.open(tmp_path / "workspace")


@pytest.mark.parametrize(
    ("marker", "words"), [('{"version": 2}', "newer version"), ("{", "cannot be read"), ('"x"', "cannot be read")]
)
def test_a_workspace_of_the_future_or_a_damaged_marker_is_refused(tmp_path: Path, marker: str, words: str) -> None:
    workspace = Workspace.open(tmp_path)
    (workspace.root / "workspace.json").write_text(marker)
    with pytest.raises(WorkspaceError, match=words):
        Workspace.open(tmp_path)
