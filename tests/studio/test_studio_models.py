"""Models: opened by button, menu, key and drop; bad files in words."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from studio_person import Person

from studio.session import Busy


def test_a_window_without_a_model_says_what_to_do(person: Person) -> None:
    assert person.chat.welcome.isVisible()
    assert person.chat.welcome.open_button.isVisible()
    assert "Open" in person.chat.welcome.words.plain
    assert not person.chat.composer.draft.isEnabled()
    assert "No model is loaded" in person.chat.composer.draft.toolTip()
    assert not person.window.header.soul.isVisible()


@pytest.mark.parametrize("where", ["lab", "chat", "menu", "key"])
def test_a_button_opens_a_model(where: str, person: Person, models: Path) -> None:
    if where == "lab":
        person.window.show_tab(0)
        person.click(person.lab.body.open_button)
    elif where == "chat":
        person.click(person.chat.welcome.open_button)
    elif where == "menu":
        person.window.header.open_body_menu().actions()[-1].trigger()
    else:
        person.window.activateWindow()
        person.qtbot.keyClick(person.window, Qt.Key.Key_O, Qt.KeyboardModifier.ControlModifier)
    person.choose_file(models / "tiny.bitt")
    person.wait(lambda: person.session.model is not None)
    assert person.window.header.body.shown == ("tiny", "1.58-bit")
    assert person.lab.body.title.text() == "tiny"
    assert "2 layers" in person.lab.body.facts.value("Shape")
    assert person.session.model.runtime in person.window.footer.runtime.text()
    assert person.window.footer.runtime.toolTip() == person.session.model.reason
    assert person.chat.composer.draft.isEnabled()


@pytest.mark.parametrize("name", ["tiny.bitt", "checkpoint", "checkpoint/model.safetensors"])
def test_a_model_is_dropped_on_the_window(name: str, person: Person, models: Path) -> None:
    person.drop(models / name)
    person.wait(lambda: person.session.model is not None)
    expected = "tiny" if name == "tiny.bitt" else "checkpoint"
    assert person.window.header.body.shown[0] == expected
    assert not person.window.veil.isVisible()


def test_while_a_model_is_loaded_the_window_says_so_and_stays_alive(person: Person, models: Path) -> None:
    person.window.verbs.open_model(models / "tiny.bitt")
    person.wait(lambda: person.session.busy is Busy.OPENING)
    assert "tiny" in person.chat.welcome.words.plain
    assert person.window.header.body.shown[1] == "loading…"
    assert "being loaded" in person.lab.body.open_button.toolTip()
    person.window.show_tab(2)
    person.wait_idle()
    assert person.session.model is not None


def test_models_at_hand_are_listed_and_loaded(host: Person, models: Path) -> None:
    host.open(models / "other.bitt")
    host.window.show_tab(0)
    buttons = host.lab.models.load_buttons
    assert [path.name for path in buttons][:2] == ["other.bitt", "tiny.bitt"]
    assert not buttons[models / "other.bitt"].isEnabled()
    host.click(buttons[models / "tiny.bitt"])
    host.wait(lambda: host.session.model.path == models / "tiny.bitt")
    host.wait_idle()
    menu = host.window.header.open_body_menu()
    menu.actions()[1].trigger()
    host.wait(lambda: host.session.model.path == models / "other.bitt")
    menu.close()
    host.wait_idle()


@pytest.mark.parametrize(
    ("name", "content"),
    [("bad.bitt", b"BITT\xff\xff\xff\xff\xff\xff\xff\xff"), ("empty.bitt", b""), ("x.xyz", b"hello")],
)
def test_a_bad_file_is_told_in_a_dialog_and_nothing_changes(
    name: str, content: bytes, host: Person, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(content)
    host.window.open_path(tmp_path / name)
    notice = host.notice()
    assert name in notice.words.plain
    assert not notice.details
    host.press(notice, "Close")
    host.wait_idle()
    assert host.session.model.name == "tiny"
    host.say("Still there?")
    assert host.chat.model.message(-1).text


def test_what_cannot_be_opened_is_refused_before_the_drop(host: Person, tmp_path: Path) -> None:
    assert not host.window.veil.offer(tmp_path / "picture.png")
    assert "cannot be opened" in host.window.veil.words.text()
    host.window.veil.hide()
    (tmp_path / "picture.png").write_bytes(b"x")
    host.drop(tmp_path / "picture.png")
    host.qtbot.wait(50)
    assert host.session.busy is Busy.NOTHING
    assert not host.notices()
