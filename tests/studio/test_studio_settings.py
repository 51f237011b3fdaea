"""Settings: declared once, kept, bounded, shown from the declaration, in effect at once."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from pytestqt.qtbot import QtBot
from studio_person import Person

from engine.errors import ConfigError
from studio import app
from studio.protocol import ResetSoul
from studio.settings.declarations import DECLARATIONS, GROUPS, Setting
from studio.settings.editors import ChoiceEditor, LineEditor, NumberEditor, PageEditor, PathsEditor, SwitchEditor
from studio.settings.page import SettingsPage
from studio.settings.store import Settings
from studio.theme import DARK, LIGHT
from studio.widgets import style
from studio.widgets.controls import Elided

EVERY = pytest.mark.parametrize("setting", DECLARATIONS, ids=lambda setting: setting.key)


def another(setting: Setting) -> Any:
    """A valid value that is not the default."""
    if setting.kind == "text":
        return "words — and 日本語"
    if setting.kind == "paths":
        return ["/somewhere/model.bitt"]
    if setting.kind == "bool":
        return not setting.default
    if setting.kind == "choice":
        return next(name for name, _ in setting.choices if name != setting.default)
    return setting.low if setting.default != setting.low else setting.high


@EVERY
def test_a_value_survives_a_restart(setting: Setting, tmp_path: Path, qtbot: QtBot) -> None:
    settings = Settings(tmp_path)
    with qtbot.waitSignal(settings.changed) as told:
        settings.set(setting.key, another(setting))
    assert told.args == [setting.key]
    settings.write()
    again = Settings(tmp_path)
    assert again.get(setting.key) == another(setting)
    assert not again.problems
    again.reset(setting.key)
    again.write()
    assert Settings(tmp_path).get(setting.key) == setting.default


@EVERY
def test_a_default_is_valid_and_explained(setting: Setting) -> None:
    assert setting.check(setting.default) == setting.default
    if setting.group:
        assert setting.group in GROUPS
        assert setting.label
        assert setting.help.endswith(".")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -0.1, 2.1, "0.7", True, None])
def test_what_cannot_be_is_refused_by_name(value: Any, tmp_path: Path, qapp: QApplication) -> None:
    settings = Settings(tmp_path)
    with pytest.raises(ConfigError, match="temperature"):
        settings.set("temperature", value)
    assert settings.get("temperature") == 0.2


def test_a_whole_number_is_no_fraction(tmp_path: Path, qapp: QApplication) -> None:
    with pytest.raises(ConfigError, match="top_k"):
        Settings(tmp_path).set("top_k", 1.5)


def test_a_bad_value_in_the_file_is_told_and_the_rest_is_used(tmp_path: Path, qapp: QApplication) -> None:
    (tmp_path / "settings.json").write_text('{"temperature": 99, "top_k": 7}', encoding="utf-8")
    settings = Settings(tmp_path)
    assert settings.get("temperature") == 0.2
    assert settings.get("top_k") == 7
    assert "temperature" in settings.problems[0]


@pytest.mark.parametrize("text", ["{", "[]", "\x00", '{"a":' * 100_000])
def test_a_damaged_file_is_kept_aside(text: str, tmp_path: Path, qapp: QApplication) -> None:
    (tmp_path / "settings.json").write_text(text, encoding="utf-8")
    settings = Settings(tmp_path)
    assert settings.get("theme") == "auto"
    assert "damaged" in settings.problems[0]
    settings.set("theme", "dark")
    settings.write()
    assert (tmp_path / "settings.damaged.json").read_text(encoding="utf-8") == text
    assert Settings(tmp_path).get("theme") == "dark"


def test_what_a_newer_version_wrote_is_kept(tmp_path: Path, qapp: QApplication) -> None:
    (tmp_path / "settings.json").write_text('{"hologram": true}', encoding="utf-8")
    settings = Settings(tmp_path)
    settings.set("top_k", 3)
    settings.write()
    assert json.loads((tmp_path / "settings.json").read_text(encoding="utf-8")) == {"hologram": True, "top_k": 3}


def test_a_full_disk_is_told_and_nothing_is_lost(tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(tmp_path)
    settings.set("top_k", 3)
    settings.write()

    def refuse(_: int) -> None:
        raise OSError(28, "No space left on device")

    settings.set("top_k", 4)
    with monkeypatch.context() as disk:
        disk.setattr("os.fsync", refuse)
        with qtbot.waitSignal(settings.problem) as told:
            settings.write()
    assert "No space left" in told.args[0]
    assert Settings(tmp_path).get("top_k") == 3
    settings.write()
    assert Settings(tmp_path).get("top_k") == 4


def test_many_changes_are_one_write(tmp_path: Path, qtbot: QtBot) -> None:
    settings = Settings(tmp_path)
    for value in range(100):
        settings.set("top_k", value)
    assert not settings.path.exists()
    qtbot.waitUntil(settings.path.exists)
    assert Settings(tmp_path).get("top_k") == 99


# The page


@pytest.fixture
def page(tmp_path: Path, qtbot: QtBot) -> SettingsPage:
    made = SettingsPage(Settings(tmp_path))
    qtbot.addWidget(made)
    made.show()
    return made


def test_every_declaration_that_is_shown_has_its_editor(page: SettingsPage) -> None:
    assert set(page.editors) == {setting.key for setting in DECLARATIONS if setting.group}


@pytest.mark.parametrize("setting", [s for s in DECLARATIONS if s.group], ids=lambda setting: setting.key)
def test_an_editor_changes_its_setting_and_resets_it(setting: Setting, page: SettingsPage, qtbot: QtBot) -> None:
    editor, settings = page.editors[setting.key], page.settings
    value = another(setting)
    assert not editor.reset.isEnabled()
    if isinstance(editor, NumberEditor):
        editor.field.setValue(value)
    elif isinstance(editor, ChoiceEditor):
        part = editor.segment.part([name for name, _ in setting.choices].index(value))
        qtbot.mouseClick(part, Qt.MouseButton.LeftButton)
    elif isinstance(editor, SwitchEditor):
        qtbot.mouseClick(editor.switch, Qt.MouseButton.LeftButton)
    elif isinstance(editor, PathsEditor):
        editor.list.changed.emit(value)
        assert editor.list.findChildren(Elided)[0].text() == value[0]
    elif isinstance(editor, LineEditor):
        editor.field.setText(value)
    elif isinstance(editor, PageEditor):
        editor.field.setPlainText(value)
    assert settings.get(setting.key) == value
    if isinstance(editor, NumberEditor) and editor.slider is not None:
        assert editor.slider.value() == round((value - setting.low) / setting.step)
        editor.slider.setValue(editor.slider.maximum() // 2)
        assert editor.field.value() == pytest.approx(settings.get(setting.key))
    qtbot.mouseClick(editor.reset, Qt.MouseButton.LeftButton)
    assert settings.get(setting.key) == setting.default
    assert not editor.reset.isEnabled()


def test_settings_are_searched_by_all_that_is_written_on_them(page: SettingsPage) -> None:
    shown = lambda: {key for key, editor in page.editors.items() if not editor.isHidden()}  # noqa: E731
    everything = shown()
    page.search.setText("LIKELIEST considered")
    assert shown() == {"top_p", "top_k"}
    assert [not card.isHidden() for card in page.cards] == [True] + [False] * (len(page.cards) - 1)
    assert not page.groups.button(1).isEnabled()
    page.search.setText("look")
    assert shown() == {setting.key for setting in DECLARATIONS if setting.group == "Look"}, "a group by its name"
    for asked, found in {"gpu": "device", "max tokens": "max_reply", "dark mode": "theme", "top_p": "top_p"}.items():
        page.search.setText(asked)
        assert shown() == {found}, "by what others call it"
    page.search.setText("inner learning rate")
    assert shown() == {"waking_rate", "sleep_rate"}
    page.search.setText("zeppelin")
    assert not page.nothing.isHidden()
    page.search.clear()
    assert shown() == everything
    assert page.nothing.isHidden()


def at_hand(person: Person) -> set[str]:
    """What the menu of the model offers."""
    menu = person.window.header.open_body_menu()
    texts = {action.text() for action in menu.actions()}
    menu.close()
    return texts


def test_folders_are_added_by_a_dialog_and_taken_out(person: Person, tmp_path: Path, models: Path) -> None:
    person.window.show_tab(2)
    editor = person.window.settings_page.editors["model_folders"]
    assert isinstance(editor, PathsEditor)
    assert not {"tiny", "other"} & at_hand(person)
    person.click(editor.list.add)
    person.choose_file(models)
    person.wait(lambda: person.settings.get("model_folders") == [str(models)])
    assert {"tiny", "other", "checkpoint"} <= at_hand(person), "what lies in the folder is"
    removers = [made for made in editor.list.findChildren(QPushButton) if made.text() == "Remove"]
    person.wait(removers[-1].isVisible)
    person.click(removers[-1])
    assert person.settings.get("model_folders") == []


def test_device_and_threads_take_effect_at_the_next_load_and_say_so(host: Person, models: Path) -> None:
    host.settings.set("threads", 3)
    assert host.window.footer.told.text() == "Takes effect when a model is loaded next."
    host.open(models / "other.bitt")
    assert "on 3 threads" in host.session.model.reason
    host.settings.set("device", "cuda" if not torch_has_cuda() else "mps")
    host.window.verbs.open_model(models / "tiny.bitt")
    notice = host.notice()
    assert "cuda" in notice.words.plain.lower() or "mps" in notice.words.plain.lower()
    host.press(notice, "Close")
    assert host.session.model.path == models / "other.bitt", "the model of before is still there"


def torch_has_cuda() -> bool:
    import torch

    return torch.cuda.is_available()


def test_the_last_model_is_left_alone_where_that_is_wanted(
    host: Person, sit_down: Callable[[], Person], models: Path
) -> None:
    host.settings.set("reopen", False)
    again = sit_down()
    app.begin(again.window)
    assert again.window.verbs.opening is None
    assert again.session.model is None
    again.settings.set("reopen", True)
    app.begin(again.window)
    again.wait(lambda: again.session.model is not None)
    assert again.session.model.path == models / "tiny.bitt"
    again.wait_idle()


def test_theme_and_font_size_take_effect_at_once_and_survive(person: Person, sit_down: Callable[[], Person]) -> None:
    person.settings.set("theme", "light")
    assert style.tokens() is LIGHT
    person.settings.set("theme", "dark")
    assert style.tokens() is DARK
    person.settings.set("font_size", 20)
    title = person.window.findChild(QLabel)
    assert title.font().pixelSize() == 20
    again = sit_down()
    assert again.settings.get("font_size") == 20
    assert QApplication.font().pixelSize() == 20


@pytest.mark.parametrize(
    ("key", "size"),
    [(Qt.Key.Key_Plus, 15), (Qt.Key.Key_Equal, 15), (Qt.Key.Key_Minus, 13)],
    ids=["plus", "equal", "minus"],
)
def test_keys_zoom(person: Person, key: Qt.Key, size: int) -> None:
    with person.qtbot.waitActive(person.window):
        person.window.activateWindow()
    person.qtbot.keyClick(person.window, key, Qt.KeyboardModifier.ControlModifier)
    assert person.settings.get("font_size") == size
    person.qtbot.keyClick(person.window, Qt.Key.Key_0, Qt.KeyboardModifier.ControlModifier)
    assert person.settings.get("font_size") == 14


def test_zoom_ends_at_the_bounds(person: Person) -> None:
    person.settings.set("font_size", 24)
    person.window.zoom(1)
    assert person.settings.get("font_size") == 24


def test_the_wheel_scrolls_the_page_and_changes_nothing(person: Person) -> None:
    person.window.show_tab(2)
    editor = person.window.settings_page.editors["temperature"]
    assert isinstance(editor, NumberEditor)
    assert editor.slider is not None
    for control in (editor.slider, editor.field):
        control.clearFocus()
        wheel = QWheelEvent(
            QPointF(5, 5), QPointF(5, 5), QPoint(0, -120), QPoint(0, -120), Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(control, wheel)
    assert person.settings.is_default("temperature")


def test_the_groups_lead_to_their_cards(person: Person) -> None:
    person.window.show_tab(2)
    page = person.window.settings_page
    person.click(page.groups.button(2))
    assert page.area.verticalScrollBar().value() > 0
    card = page.cards[2]
    top = card.mapTo(page.area.viewport(), QPoint(0, 0)).y()
    assert 0 <= top < page.area.viewport().height()


def test_the_settings_in_force_are_those_of_the_next_reply(host: Person) -> None:
    host.settings.set("seed", 7)
    host.settings.set("temperature", 0.0)
    host.say("Hello")
    first = host.chat.model.message(-1).text
    # Another soul would answer otherwise: the fresh one is the one that answered first.
    host.window.verbs.start(host.session.call(ResetSoul()))
    host.wait(lambda: host.session.soul.level == 0)
    host.wait_idle()
    host.chat.new_chat()
    host.settings.set("system_prompt", "")
    host.say("Hello")
    assert host.chat.model.message(-1).text == first
    lived = host.session.soul.level
    host.settings.set("system_prompt", "You are kind and speak in long words.")
    host.chat.new_chat()
    host.say("Hello")
    assert host.session.soul.level - lived > lived, "the system prompt was read too"
    host.settings.set("max_reply", 3)
    host.say("Hello")
    assert host.chat.model.message(-1).ending == "length"
