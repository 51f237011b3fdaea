"""A small file beside the souls that is damaged locks nobody out: it is kept aside, told of, and made anew."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.errors import BitLlamaError, ConfigError, FileFormatError
from engine.session.memory_session import MemorySession
from engine.session.workspace import Workspace

DAMAGE = {
    "empty": b"",
    "zeros": b"\0" * 60,
    "cut short": b'{"version": 1, "house',
    "a list": b"[]",
    "no version": b'{"household": {}, "entries": {}}',
    "another shape": b'{"version": 1, "household": 3, "entries": []}',
    "not text": b"\xff\xfe\x00",
    "an entry": b'{"version": 1, "household": {"active": 3, "names": 4}, "entries": {"x": {"pinned": "yes"}}}',
}

Wake = Callable[[], MemorySession]


def the(workspace: Workspace, name: str) -> Path:
    (found,) = workspace.root.rglob(name)
    return found


def aside(path: Path) -> list[bytes]:
    return [other.read_bytes() for other in path.parent.glob(f"{path.name}.*")]


@pytest.mark.parametrize("how", [how for how in DAMAGE if how != "an entry"])
def test_names_of_souls_that_cannot_be_read(wake: Wake, workspace: Workspace, how: str) -> None:
    mind = wake()
    mind.say("My cat is called Mia.", max_tokens=3)
    mind.branch("luna")
    mind.switch("luna")
    mind.say("My dog is called Rex.", max_tokens=3)
    level = mind.level
    mind.branch("nova")  # which nobody has talked to
    mind.close()
    file = the(workspace, "souls.json")
    file.write_bytes(DAMAGE[how])
    again = wake()
    assert (again.soul_name, again.level) == ("luna", level), "the one that was talked to last"
    assert {soul.name for soul in again.registry.all()} == {"main", "luna", "nova"}
    assert aside(file) == [DAMAGE[how]]
    assert any(str(file) in problem for problem in again.problems)
    again.say("Hello.", max_tokens=3)
    assert wake().problems == []


@pytest.mark.parametrize("how", DAMAGE)
def test_labels_that_cannot_be_read(wake: Wake, workspace: Workspace, how: str) -> None:
    mind = wake()
    mind.say("My cat is called Mia.", max_tokens=3)
    kept = mind.keep().meta.id
    mind.timeline.rename(kept, "before")
    mind.timeline.pin(kept)
    mind.close()
    file = the(workspace, "labels.json")
    file.write_bytes(DAMAGE[how])
    again = wake()
    assert aside(file) == [DAMAGE[how]]
    assert any(str(file) in problem for problem in again.problems)
    assert [moment.id for moment in again.timeline.moments()] == [kept]
    again.timeline.note(kept, "of Mia")
    assert again.timeline.find(kept).note == "of Mia"
    assert wake().problems == []


def test_nothing_is_pruned_while_the_pins_are_unknown(wake: Wake, workspace: Workspace) -> None:
    mind = wake()
    for number in range(4):
        mind.say(f"This is {number}.", max_tokens=3)
        mind.save()
        mind.store.keep_moment()
    mind.timeline.pin(mind.timeline.moments()[0].id)
    the(workspace, "labels.json").write_bytes(b"\0" * 60)
    again = wake()
    with pytest.raises(ConfigError) as refused:
        again.timeline.prune(keep=1)
    assert len(again.timeline.moments()) == 4
    for path in the(workspace, "labels.json").parent.glob("labels.json.*"):
        assert str(path) in str(refused.value)
        path.unlink()  # as the sentence says
    assert again.timeline.prune(keep=1)


def test_a_file_of_a_newer_program_or_one_that_cannot_be_read_is_no_damage(
    wake: Wake, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    mind = wake()
    mind.say("My cat is called Mia.", max_tokens=3)
    mind.branch("luna")
    mind.switch("luna")
    mind.close()
    file = the(workspace, "souls.json")
    whole = file.read_bytes()
    file.write_text(json.dumps(json.loads(whole) | {"version": 99}))
    with pytest.raises(BitLlamaError, match="newer"):
        wake()
    assert aside(file) == []
    file.write_bytes(whole)
    real = Path.read_bytes

    def refuse(path: Path) -> bytes:
        if path == file:
            raise OSError(5, "Input/output error")
        return real(path)

    with monkeypatch.context() as broken:
        broken.setattr(Path, "read_bytes", refuse)
        with pytest.raises(FileFormatError, match="Input/output"):
            wake()
    assert aside(file) == []
    assert wake().soul_name == "luna"
