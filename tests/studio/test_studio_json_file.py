"""Settings, titles, pins, folders and the trash: what could not be read is never written over."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtCore import QObject

from engine.errors import FileFormatError, Message
from studio.chat.conversation_meta import FILE_NAME, ConversationMeta
from studio.json_file import JsonFile
from studio.settings.store import Settings

OTHERWISE = Message("all begins anew")
GOOD = {"conversations": {"a": {"title": "Café recipes", "pinned": True}}, "version": 1}
TEXT = json.dumps(GOOD, ensure_ascii=False)
DAMAGED = {
    "latin": TEXT.encode("latin-1"),
    "cut": TEXT.encode()[:40],
    "nul": b"\0" * 60,
    "list": b"[1]",
    "deep": b"[" * 100_000,
    "empty": b"",
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_any_encoding_that_says_itself_is_read(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text(TEXT, encoding=encoding)
    assert (JsonFile(path, OTHERWISE).data, JsonFile(path, OTHERWISE).problem) == (GOOD, "")


@pytest.mark.parametrize("kind", DAMAGED)
def test_damaged_bytes_are_kept_aside_whatever_they_are(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    for found in (DAMAGED[kind], b"{ other damage"):
        path.write_bytes(found)
        file = JsonFile(path, OTHERWISE)
        assert file.data == {}
        assert str(path) in file.problem
        file.write({"new": 1})
        assert json.loads(path.read_text()) == {"new": 1}
    kept = sorted(p.read_bytes() for p in tmp_path.glob("*.damaged*"))
    assert kept == sorted([DAMAGED[kind], b"{ other damage"]), "under names that do not collide"


def test_the_same_damage_is_kept_once(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(b"{")
    assert JsonFile(path, OTHERWISE).problem == JsonFile(path, OTHERWISE).problem
    assert len(list(tmp_path.iterdir())) == 2


def test_a_file_that_cannot_be_read_is_no_damage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / FILE_NAME
    path.write_text(TEXT)
    real = Path.read_bytes

    def locked(self: Path) -> bytes:
        if self == path:
            raise PermissionError(13, "The process cannot access the file")
        return real(self)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_bytes", locked)
        meta = ConversationMeta(tmp_path)
        file = JsonFile(path, OTHERWISE)
    said: list[str] = []
    meta.problem.connect(said.append)
    meta.rename("c", "new one")
    assert meta.title("c") == "new one", "it holds until the program ends"
    assert path.read_text() == TEXT
    assert len(said) == len(meta.problems) == 1
    with pytest.raises(FileFormatError):
        file.write({})
    assert list(tmp_path.iterdir()) == [path]


def test_damage_that_cannot_be_kept_aside_is_not_written_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(b"{")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", full)
        file = JsonFile(path, OTHERWISE)
    with pytest.raises(FileFormatError):
        file.write({})
    assert path.read_bytes() == b"{"


def test_a_setting_of_another_version_is_kept_until_another_is_chosen(tmp_path: Path, qapp: QObject) -> None:
    path = tmp_path / "settings.json"
    path.write_text('{"max_reply": "long", "from_tomorrow": [1]}')
    settings = Settings(tmp_path)
    assert len(settings.problems) == 1
    settings.set("temperature", 0.3)
    settings.write()
    kept = json.loads(path.read_text())
    assert (kept["max_reply"], kept["from_tomorrow"]) == ("long", [1])
    settings.set("max_reply", settings.get("max_reply"))
    settings.write()
    assert "max_reply" not in json.loads(path.read_text())
