"""Titles, pins and the trash survive a restart, whatever happens to their file."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from studio_person import Person

from studio import app
from studio.chat.conversation_meta import ConversationMeta


def test_what_was_done_survives_a_restart(tmp_path: Path, qtbot: QtBot) -> None:
    meta = ConversationMeta(tmp_path)
    with qtbot.waitSignal(meta.changed):
        meta.rename("a", "  My dog \n and the boat ")
    meta.pin("a", True)
    meta.throw_away("b")
    meta.throw_away("c")
    again = ConversationMeta(tmp_path)
    assert again.title("a") == "My dog and the boat"
    assert again.is_pinned("a")
    assert again.trash() == ["c", "b"] or again.trash() == ["b", "c"]
    assert again.in_trash("b")
    assert not again.in_trash("a")
    again.put_back("b")
    again.pin("a", False)
    again.rename("a", "")
    last = ConversationMeta(tmp_path)
    assert last.trash() == ["c"]
    assert not last.is_pinned("a")
    assert last.title("a") == ""
    assert set(json.loads(last.path.read_text(encoding="utf-8"))["conversations"]) == {"c"}


@pytest.mark.parametrize("text", ["{", "[]", '{"conversations": 3}', '{"conversations": {"a": 1, "b": {"title": 2}}}'])
def test_a_strange_file_harms_nothing(text: str, tmp_path: Path, qtbot: QtBot) -> None:
    (tmp_path / "conversations.json").write_text(text, encoding="utf-8")
    meta = ConversationMeta(tmp_path)
    assert meta.title("a") == meta.title("b") == ""
    meta.pin("a", True)
    assert ConversationMeta(tmp_path).is_pinned("a")
    if text in ("{", "[]"):
        assert "damaged" in meta.problems[0]


def test_what_a_newer_version_wrote_is_kept(tmp_path: Path, qtbot: QtBot) -> None:
    (tmp_path / "conversations.json").write_text('{"shelves": [1], "conversations": {"a": {"colour": "red"}}}')
    ConversationMeta(tmp_path).pin("a", True)
    data = json.loads((tmp_path / "conversations.json").read_text(encoding="utf-8"))
    assert data["shelves"] == [1]
    assert data["conversations"]["a"] == {"colour": "red", "pinned": True}


def test_a_full_disk_is_told(tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    meta = ConversationMeta(tmp_path)

    def refuse(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr("os.fsync", refuse)
        with qtbot.waitSignal(meta.problem) as told:
            meta.pin("a", True)
    assert "No space left" in told.args[0]
    assert meta.is_pinned("a")


def test_folders_survive_a_restart(tmp_path: Path, qtbot: QtBot) -> None:
    meta = ConversationMeta(tmp_path)
    boats, home = meta.make_folder(" Boats \n here "), meta.make_folder("at home")
    meta.move("a", boats.id)
    meta.move("b", home.id)
    meta.close_folder(home.id, True)
    again = ConversationMeta(tmp_path)
    assert [(folder.name, folder.closed) for folder in again.folders()] == [("at home", True), ("Boats here", False)]
    assert again.folder_of("a") == boats
    again.rename_folder(boats.id, "Yachts")
    again.rename_folder(boats.id, "  ")
    again.move("b", "")
    last = ConversationMeta(tmp_path)
    assert [folder.name for folder in last.folders()] == ["at home", "Yachts"]
    assert last.folder_of("b") is None
    assert set(json.loads(last.path.read_text(encoding="utf-8"))["conversations"]) == {"a"}


def test_a_folder_goes_without_what_is_in_it_and_comes_back_with_it(tmp_path: Path, qtbot: QtBot) -> None:
    meta = ConversationMeta(tmp_path)
    boats, home = meta.make_folder("Boats"), meta.make_folder("Home")
    meta.move("a", boats.id)
    meta.move("b", boats.id)
    meta.throw_away("b")
    undo = meta.remove_folder(boats)
    assert ConversationMeta(tmp_path).folders() == [home]
    assert meta.folder_of("a") is meta.folder_of("b") is None
    assert meta.trash() == ["b"]
    meta.move("a", home.id)
    undo()
    again = ConversationMeta(tmp_path)
    assert again.folders() == [boats, home]
    assert (again.folder_of("a"), again.folder_of("b")) == (home, boats), "what was moved since stays where it is"


def test_what_is_done_to_a_folder_that_is_gone_does_nothing(tmp_path: Path, qtbot: QtBot) -> None:
    meta = ConversationMeta(tmp_path)
    meta.rename_folder("gone", "Boats")
    meta.close_folder("gone", True)
    meta.move("a", "gone")
    assert (meta.folders(), meta.folder("gone"), meta.folder_of("a")) == ([], None, None)


@pytest.mark.parametrize("folders", ["3", "[1]", '{"a": 1, "b": {}, "c": {"name": 2}}'])
def test_strange_folders_harm_nothing(folders: str, tmp_path: Path, qtbot: QtBot) -> None:
    text = f'{{"folders": {folders}, "conversations": {{"x": {{"folder": "a", "pinned": true}}}}}}'
    (tmp_path / "conversations.json").write_text(text, encoding="utf-8")
    meta = ConversationMeta(tmp_path)
    assert (meta.folders(), meta.folder_of("x"), meta.is_pinned("x")) == ([], None, True)
    made = meta.make_folder("Boats")
    meta.move("x", made.id)
    assert ConversationMeta(tmp_path).folder_of("x") == made


def test_a_damaged_file_is_told_at_the_start(sit_down: Callable[[], Person], workspace: Path) -> None:
    workspace.mkdir()
    (workspace / "conversations.json").write_text("{", encoding="utf-8")
    person = sit_down()
    person.settings.set("reopen", False)
    app.begin(person.window)
    notice = person.notice()
    assert "titles, pins, folders and the trash begin anew" in notice.words.plain
    person.press(notice, "Close")
