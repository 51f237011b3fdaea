"""A workspace of an older layout: copied first, then changed as a whole or not at all, whenever the program dies."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import progress
import pytest

from engine.errors import WorkspaceError
from engine.session import migration, workspace
from engine.session.migration import BACKUPS, Changes, layout_of, migrate
from engine.session.workspace import Workspace

OLD = {
    "memories/2026-01-02.jsonl": '{"text": "one"}\n',
    "memories/2026-01-03.jsonl": '{"text": "two"}\n',
    "souls/body/main.soul": "fast weights",
    "settings.json": "{}",
}
NEW = {
    "memories/2026-01-02.jsonl": '{"words": "one"}\n',
    "memories/2026-01-03.jsonl": '{"words": "two"}\n',
    "memories/index.json": "2",
    "souls/body/main.soul": "fast weights",
}


def rename_the_key(changes: Changes) -> None:
    """From 1 to 2."""
    for name in changes.files("memories/*.jsonl"):
        changes.write(name, changes.read(name).replace(b'"text"', b'"words"'))
    changes.write("memories/index.json", b"0")


def count_them(changes: Changes) -> None:
    """From 2 to 3, building on what the step before has left."""
    days = changes.files("memories/*.jsonl")
    assert all(b"words" in changes.read(day) for day in days)
    assert changes.files("memories/*.json") == ["memories/index.json"]
    changes.write("memories/index.json", str(len(days)).encode())
    changes.delete("settings.json")
    with pytest.raises(FileNotFoundError):
        changes.read("settings.json")


STEPS = {1: rename_the_key, 2: count_them}


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return write(tmp_path / "workspace")


def write(root: Path) -> Path:
    for name, text in (OLD | {"workspace.json": '{"version": 1}\n', "logs/studio.log": "-"}).items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def content(root: Path) -> dict[str, str]:
    """What a person would miss, without the program's own files and the copies."""
    own = ("workspace.json", "workspace.lock", "logs", BACKUPS)
    files = {path.relative_to(root): path for path in root.rglob("*") if path.is_file()}
    return {name.as_posix(): path.read_text() for name, path in files.items() if name.parts[0] not in own}


def copies(root: Path) -> list[Path]:
    return sorted((root / BACKUPS).glob("layout-1-*Z"))


@pytest.fixture
def newer(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program two layouts ahead."""
    monkeypatch.setattr(workspace, "VERSION", 3)
    for number, step in STEPS.items():
        monkeypatch.setitem(migration.STEPS, number, step)


def test_opening_copies_and_changes_it(old: Path, newer: None) -> None:
    Workspace.open(old)
    assert content(old) == NEW
    assert layout_of(old) == 3
    (copy,) = copies(old)
    assert content(copy) == OLD
    assert layout_of(copy) == 1
    assert not (copy / "logs").exists()
    with Workspace.open(old).lock():
        assert len(copies(old)) == 1, "what is up to date is not copied again"


def test_the_copy_is_a_workspace_for_the_older_program(old: Path, newer: None, monkeypatch: pytest.MonkeyPatch) -> None:
    Workspace.open(old)
    (copy,) = copies(old)
    monkeypatch.setattr(workspace, "VERSION", 1)
    with pytest.raises(WorkspaceError, match="newer version"):
        Workspace.open(old)
    with Workspace.open(copy).lock():
        assert content(copy) == OLD


def test_a_step_that_fails_changes_nothing(old: Path, newer: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(changes: Changes) -> None:
        changes.write("settings.json", b"half")
        raise ValueError("line 7 is not of this world")

    monkeypatch.setitem(migration.STEPS, 2, fails)
    with pytest.raises(WorkspaceError, match=r"line 7 .* Nothing in it was changed\. A copy of it is in"):
        Workspace.open(old)
    assert content(old) == OLD
    assert layout_of(old) == 1


def test_without_room_for_the_copy_nothing_is_changed(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(source: str, target: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(migration, "_copy", full)
    with pytest.raises(WorkspaceError, match=r"No space left on device\. Nothing in it was changed\.$"):
        migrate(old, 3, STEPS)
    assert content(old) == OLD
    assert not list((old / BACKUPS).iterdir())


def test_while_an_older_program_has_it_open_it_is_left_alone(
    old: Path, newer: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workspace, "VERSION", 1)
    with Workspace.open(old).lock():
        monkeypatch.setattr(workspace, "VERSION", 3)
        with pytest.raises(WorkspaceError, match="in use by another program"):
            Workspace.open(old)
    assert content(old) == OLD


def test_steps_cannot_undo_each_other(old: Path) -> None:
    def deletes_what_is_written(changes: Changes) -> None:
        changes.delete("memories/index.json")

    def writes_what_is_deleted(changes: Changes) -> None:
        changes.delete("settings.json")
        changes.write("settings.json", b"{}")

    for step in (deletes_what_is_written, writes_what_is_deleted):
        with pytest.raises(WorkspaceError, match="A step cannot"):
            migrate(old, 3, {1: rename_the_key, 2: step})
        assert content(old) == OLD


DIES = """
import os, signal, sys
sys.path[:0] = [sys.argv[3], os.path.dirname(sys.argv[3])]
from test_migration import STEPS
from engine.session import migration, workspace
left = int(sys.argv[2])
def counted(real):
    def call(*args, **more):
        global left
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1
        return real(*args, **more)
    return call
for place, name in ((os, "replace"), (os, "fsync"), (os, "unlink"), (os, "rmdir"), (os, "mkdir")):
    setattr(place, name, counted(getattr(place, name)))
workspace.VERSION = 3
migration.STEPS.update(STEPS)
workspace.Workspace.open(sys.argv[1]).lock().release()
print("survived", left)
"""


def opened(root: Path, moments: int) -> int | None:
    """Open it in a newer program that is killed after so many changes to the disk; how many were left, if it lived."""
    command = [sys.executable, "-c", DIES, str(root), str(moments), str(Path(__file__).parent)]
    done = progress.run(command)
    if done.returncode == -9:
        return None
    assert done.returncode == 0, done.stderr
    return int(done.stdout.split()[1])


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="kills with a signal")
def test_killed_at_any_moment_it_is_whole(tmp_path: Path, newer: None) -> None:
    plenty = 10_000
    left = opened(write(tmp_path / "whole"), plenty)
    assert left is not None
    moments = plenty - left
    assert moments > 20
    seen = set()
    for moment in range(0, moments, 4):
        root = write(tmp_path / f"killed at {moment}")
        assert opened(root, moment) is None
        seen.add(layout_of(root))
        if layout_of(root) == 1 and not (root / "unfinished" / "plan.json").exists():
            assert {name: text for name, text in content(root).items() if name in OLD} == OLD
        Workspace.open(root).lock().release()  # as every program does that changes something
        assert content(root) == NEW
        assert layout_of(root) == 3
        assert not list((root / BACKUPS).glob("*.part"))
        assert all(content(copy) == OLD for copy in copies(root))
        assert copies(root)
    assert seen == {1, 3}


@pytest.mark.parametrize("marker", ["{", "[]", '{"version": "2"}', '{"version": true}', '{"version": 0}', "{}"])
def test_a_marker_that_says_nothing_is_told(old: Path, marker: str) -> None:
    (old / "workspace.json").write_text(marker)
    with pytest.raises(WorkspaceError, match="delete that one file"):
        Workspace.open(old)
    (old / "workspace.json").unlink()
    Workspace.open(old)
    assert json.loads((old / "workspace.json").read_text()) == {"version": workspace.VERSION}


def test_every_layout_has_its_step() -> None:
    assert set(migration.STEPS) == set(range(1, workspace.VERSION))
