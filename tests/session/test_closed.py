"""A mind that was closed, or that has lost its lock, writes nothing more, whatever it is asked for."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.errors import WorkspaceError
from engine.session.memory_session import MemorySession

CALLS: dict[str, Callable[[MemorySession, Path], object]] = {
    "say": lambda mind, _: mind.say("Hello.", max_tokens=3),
    "say in another dial": lambda mind, _: mind.say("Hello.", max_tokens=3, dial="use"),
    "new_conversation": lambda mind, _: mind.new_conversation(),
    "mark": lambda mind, _: mind.mark(),
    "waiting": lambda mind, _: mind.waiting(),
    "sleep": lambda mind, _: mind.sleep(),
    "accept_sleep": lambda mind, _: mind.accept_sleep(),
    "reject_sleep": lambda mind, _: mind.reject_sleep(),
    "save": lambda mind, _: mind.save(),
    "keep": lambda mind, _: mind.keep(),
    "save_soul_as": lambda mind, folder: mind.save_soul_as(folder / "copy.soul"),
    "load_soul": lambda mind, folder: mind.load_soul(folder / "copy.soul"),
    "restore": lambda mind, _: mind.restore("x"),
    "undo": lambda mind, _: mind.undo(),
    "reset": lambda mind, _: mind.reset(),
    "branch": lambda mind, _: mind.branch("luna"),
    "blend": lambda mind, _: mind.blend("luna"),
    "switch": lambda mind, _: mind.switch("luna"),
    "forget_plan": lambda mind, _: mind.forget_plan("x"),
    "answer_without_soul": lambda mind, _: mind.answer_without_soul("Hello.", max_tokens=3),
}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "workspace"


def files(place: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in place.rglob("*") if path.is_file() and path.name != "workspace.lock"}


def test_after_closing_everything_raises_and_what_another_one_lived_stays(model: Path, place: Path) -> None:
    with MemorySession.open(place, model) as old:
        old.say("My cat is called Mia.", max_tokens=3)
    with MemorySession.open(place, model) as new:
        new.say("My dog is called Rex.", max_tokens=8)
        before, level = files(place), new.level
        for name, call in CALLS.items():
            with pytest.raises(WorkspaceError):
                call(old, place.parent)
            assert files(place) == before, name
        old.close()
        assert not (place.parent / "copy.soul").exists()
        new.say("Hello.", max_tokens=3)
        assert new.level > level


@pytest.mark.parametrize("taken", [False, True], ids=["deleted", "taken by another"])
@pytest.mark.skipif(os.name == "nt", reason="Windows does not let an open file be deleted")
def test_a_lock_that_is_gone_is_noticed(model: Path, place: Path, taken: bool) -> None:
    mind = MemorySession.open(place, model)
    mind.say("My cat is called Mia.", max_tokens=3)
    (place / "workspace.lock").unlink()
    other = MemorySession.open(place, model) if taken else None
    before = files(place)
    for name, call in CALLS.items():
        with pytest.raises(WorkspaceError):
            call(mind, place.parent)
        assert files(place) == before, name
    with pytest.raises(WorkspaceError):
        mind.close()
    assert files(place) == before
    if other is not None:
        other.say("Hello.", max_tokens=3)
        other.close()
    with MemorySession.open(place, model) as again:
        again.say("Hello.", max_tokens=3)
