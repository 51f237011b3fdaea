"""Titles, pins and the trash survive a restart, whatever happens to their file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from studio.shelf import Shelf


def test_what_was_done_survives_a_restart(tmp_path: Path, qtbot: QtBot) -> None:
    shelf = Shelf(tmp_path)
    with qtbot.waitSignal(shelf.changed):
        shelf.rename("a", "  My dog \n and the boat ")
    shelf.pin("a", True)
    shelf.throw_away("b")
    shelf.throw_away("c")
    again = Shelf(tmp_path)
    assert again.title("a") == "My dog and the boat"
    assert again.is_pinned("a")
    assert again.trash() == ["c", "b"] or again.trash() == ["b", "c"]
    assert again.in_trash("b")
    assert not again.in_trash("a")
    again.put_back("b")
    again.pin("a", False)
    again.rename("a", "")
    last = Shelf(tmp_path)
    assert last.trash() == ["c"]
    assert not last.is_pinned("a")
    assert last.title("a") == ""
    assert set(json.loads(last.path.read_text(encoding="utf-8"))["conversations"]) == {"c"}


@pytest.mark.parametrize("text", ["{", "[]", '{"conversations": 3}', '{"conversations": {"a": 1, "b": {"title": 2}}}'])
def test_a_strange_file_harms_nothing(text: str, tmp_path: Path, qtbot: QtBot) -> None:
    (tmp_path / "conversations.json").write_text(text, encoding="utf-8")
    shelf = Shelf(tmp_path)
    assert shelf.title("a") == shelf.title("b") == ""
    shelf.pin("a", True)
    assert Shelf(tmp_path).is_pinned("a")
    if text in ("{", "[]"):
        assert "damaged" in shelf.problems[0]


def test_what_a_newer_version_wrote_is_kept(tmp_path: Path, qtbot: QtBot) -> None:
    (tmp_path / "conversations.json").write_text('{"folders": [1], "conversations": {"a": {"colour": "red"}}}')
    Shelf(tmp_path).pin("a", True)
    data = json.loads((tmp_path / "conversations.json").read_text(encoding="utf-8"))
    assert data["folders"] == [1]
    assert data["conversations"]["a"] == {"colour": "red", "pinned": True}


def test_a_full_disk_is_told(tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = Shelf(tmp_path)

    def refuse(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr("os.fsync", refuse)
        with qtbot.waitSignal(shelf.problem) as told:
            shelf.pin("a", True)
    assert "No space left" in told.args[0]
    assert shelf.is_pinned("a")
