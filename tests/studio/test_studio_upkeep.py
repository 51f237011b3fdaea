"""Presets, texts to learn, and what is kept of a person: shown, opened, deleted."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QLineEdit, QPushButton
from studio_person import Person

from engine.errors import BitLlamaError, FileFormatError, WorkspaceError
from studio.chat import transfer
from studio.lab.catalogue import find_models
from studio.settings import presets, privacy
from studio.settings.help import KeysCard
from studio.settings.presets import PresetCard
from studio.settings.privacy import PrivacyCard


def card(person: Person, kind: type) -> Any:
    person.window.show_tab(2)
    return next(card for card in person.window.settings_page.cards if isinstance(card, kind))


# Presets


def test_a_preset_goes_out_and_comes_in_again(person: Person, tmp_path: Path) -> None:
    person.settings.set("temperature", 0.9)
    person.settings.set("system_prompt", "Be kind.")
    person.settings.set("language", "en")
    made = card(person, PresetCard)
    person.click(made.export_button)
    person.choose_file(tmp_path / "mine.preset")
    person.wait((tmp_path / "mine.preset").exists)
    written = json.loads((tmp_path / "mine.preset").read_text(encoding="utf-8"))
    assert written["settings"]["temperature"] == 0.9
    assert not {"language", "model_folders", "last_model"} & set(written["settings"]), "what is nobody else's business"
    for key in ("temperature", "system_prompt"):
        person.settings.reset(key)
    person.click(made.import_button)
    person.choose_file(tmp_path / "mine.preset")
    notice = person.notice("mine")
    assert "Temperature: 0.20 → 0.90" in notice.words.plain
    assert "System prompt: none → “Be kind.”" in notice.words.plain
    assert person.settings.is_default("temperature"), "asked first"
    person.press(notice, "Take it over")
    assert person.settings.get("temperature") == 0.9
    assert person.settings.get("system_prompt") == "Be kind."


def test_a_dropped_preset_is_asked_about_and_one_that_changes_nothing_says_so(person: Person, tmp_path: Path) -> None:
    presets.write(tmp_path / "same.preset", person.settings.get)
    person.drop(tmp_path / "same.preset")
    assert "changes nothing" in person.window.footer.told.text()
    assert not person.notices()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "cannot be read as a preset"),
        ("[]", "no preset"),
        ('{"bit_llama_preset": 1, "settings": {"temperature": 99}}', "temperature is 99"),
        ('{"bit_llama_preset": 7, "settings": {}}', "no preset of this version"),
    ],
)
def test_a_bad_preset_is_refused_whole(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.preset"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BitLlamaError, match=said):
        presets.read(path)


# Texts to learn


def test_a_text_is_dropped_and_waits_for_sleep(host: Person, tmp_path: Path) -> None:
    book = tmp_path / "walk.txt"
    book.write_text("We walked along the river.\nIt was green.\n\nThen we sailed.", encoding="utf-8")
    assert host.window.veil.offer(book)
    assert "walk.txt" in host.window.veil.words.text()
    host.window.veil.hide()
    host.drop(book)
    notice = host.notice("walk.txt")
    assert "2 messages" in notice.words.plain
    assert "and the soul learns" in notice.words.plain
    assert host.session.soul.waiting == ()
    host.through(lambda: host.press(notice, "Take it in"))
    host.wait(lambda: len(host.session.soul.waiting) == 2)
    assert host.session.soul.waiting == ("We walked along the river. It was green.", "Then we sailed.")
    assert host.chat.conversations.titles() == ["walk"]


def test_long_paragraphs_are_cut_between_sentences(tmp_path: Path) -> None:
    sentence = "It was a long walk along the river, and everything was green."
    (tmp_path / "long.txt").write_text(" ".join([sentence] * 60), encoding="utf-8")
    pieces = [line.text for line in transfer.read_text(tmp_path / "long.txt").lines]
    assert " ".join(pieces) == " ".join([sentence] * 60)
    assert all(piece.endswith(".") and len(piece) <= transfer.MOST_CHARACTERS for piece in pieces)
    assert len(pieces) > 2


@pytest.mark.parametrize(
    ("data", "said"), [(b"", "empty"), (b"\xff\xfe\x00", "UTF-8"), (b"a" * 1_000_001, "larger than")]
)
def test_what_is_no_text_is_refused(data: bytes, said: str, tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_bytes(data)
    with pytest.raises(FileFormatError, match=said):
        transfer.read_text(tmp_path / "x.txt")


# Model folders


def test_models_are_found_where_they_lie(models: Path, tmp_path: Path) -> None:
    shelf = tmp_path / "a" / "b"
    shelf.mkdir(parents=True)
    (shelf / "deep.bitt").write_bytes((models / "tiny.bitt").read_bytes())
    (tmp_path / ".hidden").mkdir()
    (tmp_path / ".hidden" / "no.bitt").write_bytes(b"")
    (shelf / "too").joinpath("far", "down").mkdir(parents=True)
    (shelf / "too" / "far" / "down" / "no.bitt").write_bytes(b"")
    assert find_models([str(tmp_path)]) == [shelf / "deep.bitt"]
    assert find_models([str(models)]) == [models / name for name in ("checkpoint", "other.bitt", "tiny.bitt")]
    assert find_models([str(tmp_path / "absent")]) == []


# Keys and privacy


def test_the_keys_stand_in_the_settings(person: Person) -> None:
    texts = [part.text() for part in card(person, KeysCard).findChildren(type(person.window.header.name))]
    assert {"Ctrl + Q", "Close the Studio", "Ctrl + Shift + S"} <= set(texts)


def test_what_is_kept_is_counted(host: Person) -> None:
    made = card(host, PrivacyCard)
    assert made.facts.value("What was said") == "being counted"
    host.wait(lambda: made.facts.value("What was said") == "nothing")
    host.window.show_tab(1)
    host.say("Hello")
    host.window.show_tab(2)
    host.wait(lambda: made.facts.value("What was said").startswith("1 file ·"))
    assert "file" in made.facts.value("Souls")


def test_the_folder_of_what_is_kept_opens(person: Person, workspace: Path, opened: list[Path]) -> None:
    person.click(card(person, PrivacyCard).open_button)
    assert opened == [workspace]


def test_everything_is_deleted_after_a_typed_word(host: Person, workspace: Path) -> None:
    host.say("My dog is called Bramble.")
    host.settings.set("theme", "dark")
    host.settings.write()
    (workspace / "mine.txt").write_text("not the Studio's", encoding="utf-8")
    shutil.copytree(workspace / "memories", workspace / "backups" / "layout-1" / "memories")
    host.click(card(host, PrivacyCard).delete_button)
    notice = host.notice("Delete everything?")
    last = next(b for b in notice.findChildren(QPushButton) if b.text() == "Delete everything")
    field = notice.findChild(QLineEdit)
    host.qtbot.keyClicks(field, "delete")
    assert not last.isEnabled(), "the word as it is written"
    field.clear()
    host.qtbot.keyClicks(field, "DELETE")
    host.click(last)
    host.wait(lambda: not host.window.isVisible())
    assert not host.session._worker.is_alive()
    left = {path.name for path in workspace.rglob("*") if path.is_file()}
    assert left == {"mine.txt", "workspace.lock"}


def test_the_studio_begins_anew_after_that(host: Person, sit_down: Callable[[], Person], models: Path) -> None:
    host.say("My dog is called Bramble.")
    host.window.delete_everything()
    host.wait(lambda: not host.window.isVisible())
    again = sit_down()
    again.open(models / "tiny.bitt")
    assert again.session.soul.level == 0
    assert again.chat.conversations.titles() == []


def test_what_cannot_be_deleted_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "memories").mkdir()
    (tmp_path / "settings.json").write_text("{}", encoding="utf-8")

    def refuse(path: Path) -> None:
        raise OSError(13, "Permission denied", str(path))

    monkeypatch.setattr("shutil.rmtree", refuse)
    with pytest.raises(WorkspaceError, match=r"memories: Permission denied"):
        privacy.delete_all(tmp_path)
    assert not (tmp_path / "settings.json").exists(), "the rest is gone"
