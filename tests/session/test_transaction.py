"""Several files change together or not at all, whenever the program dies."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from engine.errors import WorkspaceError
from engine.io import atomic
from engine.io.conversation_log import ConversationLog
from engine.io.soul import load_soul
from engine.session.memory_session import MemorySession
from engine.session.timeline import digest
from engine.session.transaction import FOLDER, Transaction, finish
from engine.session.workspace import Workspace


def prepared(root: Path) -> Transaction:
    for name in ("a", "b", "c"):
        (root / name).write_text(f"old {name}")
    change = Transaction(root)
    for name in ("a", "b", "sub/new"):
        atomic.write_text(change.prepare(root / name), f"new {name}")
    change.delete(root / "c")
    change.delete(root / "never")
    return change


def state(root: Path) -> dict[str, str]:
    return {str(path.relative_to(root)): path.read_text() for path in root.rglob("*") if path.is_file()}


OLD = {"a": "old a", "b": "old b", "c": "old c"}
NEW = {"a": "new a", "b": "new b", "sub/new": "new sub/new"}


def test_sealed_it_happens_and_unsealed_it_does_not(tmp_path: Path) -> None:
    prepared(tmp_path)
    finish(tmp_path)
    assert state(tmp_path) == OLD
    change = prepared(tmp_path)
    change.seal()
    change.finish()
    assert state(tmp_path) == NEW
    finish(tmp_path)
    assert state(tmp_path) == NEW


@pytest.mark.parametrize("done", range(6))
def test_cut_short_anywhere_it_is_finished_by_the_next(
    tmp_path: Path, done: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    import os

    prepared(tmp_path).seal()
    left = [done]

    def counted(real: object) -> object:
        def call(*args: object, **more: object) -> object:
            if not left[0]:
                raise OSError(5, "the power went")
            left[0] -= 1
            return real(*args, **more)  # type: ignore[operator]

        return call

    monkeypatch.setattr("os.replace", counted(os.replace))
    monkeypatch.setattr(Path, "unlink", counted(Path.unlink))
    if done < 5:
        with pytest.raises(WorkspaceError, match="start the program again"):
            finish(tmp_path)
    else:
        finish(tmp_path)
    monkeypatch.undo()
    finish(tmp_path)
    assert state(tmp_path) == NEW


@pytest.mark.parametrize("target", ["../outside", "/etc/passwd"])
def test_a_plan_cannot_reach_out_of_the_workspace(tmp_path: Path, target: str) -> None:
    root = tmp_path / "root"
    (root / FOLDER).mkdir(parents=True)
    (root / FOLDER / "0").write_text("bad")
    (root / FOLDER / "plan.json").write_text(json.dumps({"replace": {"0": target}, "delete": []}))
    with pytest.raises(WorkspaceError, match="outside"):
        finish(root)
    assert not (tmp_path / "outside").exists()


@pytest.mark.parametrize("plan", ["{", "[]", '{"replace": 1, "delete": []}'])
def test_a_damaged_plan_is_told(tmp_path: Path, plan: str) -> None:
    workspace = Workspace.open(tmp_path)
    (tmp_path / FOLDER).mkdir()
    (tmp_path / FOLDER / "plan.json").write_text(plan)
    with pytest.raises(WorkspaceError, match="move that folder away"):
        workspace.lock()
    (tmp_path / FOLDER).rename(tmp_path / "elsewhere")
    workspace.lock().release()


ACT = """
import sys
from engine.session.memory_session import MemorySession
mind = MemorySession.open(sys.argv[1], sys.argv[2], device="cpu", threads=1)
print("awake", flush=True)
for n in range(1000):
    mind.restore(mind.timeline.moments()[0].id)
    mind.keep()
    told = [e.id for e in mind.log.entries() if e.role == "user"]
    mind.forget(mind.forget_plan(told[-1]))
    mind.say(f"message {n}", max_tokens=3)
    print("round", flush=True)
"""


@pytest.mark.parametrize("seed", range(3))
def test_killed_at_any_moment_the_soul_is_a_whole_one(workspace: Workspace, model: Path, seed: int) -> None:
    with MemorySession.open(workspace, model, device="cpu", threads=1) as mind:
        mind.say("My cat is Miso.", max_tokens=3)
        mind.keep()
        mind.new_conversation()
        mind.say("The password is zanzibar.", max_tokens=3)
    acting = subprocess.Popen(
        [sys.executable, "-c", ACT, str(workspace.root), str(model)], stdout=subprocess.PIPE, text=True
    )
    assert acting.stdout is not None
    assert acting.stdout.readline() == "awake\n"
    time.sleep(random.Random(seed).uniform(0, 0.4))
    acting.kill()
    acting.wait()
    acting.stdout.close()
    for path in workspace.souls.rglob("*.soul"):
        if not path.name.startswith("."):
            load_soul(path)  # whole at once, before anybody has mended anything
    with MemorySession.open(workspace, model, device="cpu", threads=1) as mind:
        assert not (workspace.root / FOLDER).exists()
        assert digest(mind.llama.soul()) == digest(load_soul(mind.store.active))
        log = ConversationLog(workspace.memories).entries()
        assert log[0].text == "My cat is Miso."
        assert {m.meta.lived for m in mind.timeline.moments()} <= {"", *(e.id for e in log)}
        assert mind.llama.meta.lived in {e.id for e in log}
        mind.say("Still here.", max_tokens=3)
