"""Enter and input methods."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QInputMethodEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from studio_person import Person

from studio.chat.composer import Composer
from studio.chat.drafts import Drafts
from studio.session import Busy


@pytest.fixture
def composer(qtbot: QtBot) -> Composer:
    made = Composer()
    qtbot.addWidget(made)
    made.show()
    return made


@pytest.fixture
def sent(composer: Composer) -> list[str]:
    heard: list[str] = []
    composer.send.connect(heard.append)
    return heard


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter])
def test_enter_sends_and_empties(composer: Composer, sent: list[str], qtbot: QtBot, key: Qt.Key) -> None:
    qtbot.keyClicks(composer.draft, "My dog is called Bramble.")
    qtbot.keyClick(composer.draft, key)
    assert sent == ["My dog is called Bramble."]
    assert composer.draft.toPlainText() == ""


def test_shift_enter_begins_a_line(composer: Composer, sent: list[str], qtbot: QtBot) -> None:
    qtbot.keyClicks(composer.draft, "one")
    before = composer.draft.height()
    qtbot.keyClick(composer.draft, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClicks(composer.draft, "two")
    assert not sent
    assert composer.draft.toPlainText() == "one\ntwo"
    assert composer.draft.height() > before
    qtbot.keyClick(composer.draft, Qt.Key.Key_Return)
    assert sent == ["one\ntwo"]


def test_the_key_that_sends_is_chosen(composer: Composer, sent: list[str], qtbot: QtBot) -> None:
    ctrl = Qt.KeyboardModifier.ControlModifier
    qtbot.keyClicks(composer.draft, "one")
    qtbot.keyClick(composer.draft, Qt.Key.Key_Return, ctrl)
    assert (sent, composer.draft.toPlainText()) == ([], "one\n")
    assert "(Enter)" in composer.send_button.toolTip()
    composer.set_send_key("ctrl_enter")
    assert "(Ctrl+Enter)" in composer.send_button.toolTip()
    qtbot.keyClicks(composer.draft, "two")
    qtbot.keyClick(composer.draft, Qt.Key.Key_Return)
    qtbot.keyClicks(composer.draft, "three")
    assert not sent
    qtbot.keyClick(composer.draft, Qt.Key.Key_Return, ctrl)
    assert sent == ["one\ntwo\nthree"]


def test_the_setting_decides_which_key_sends(host: Person) -> None:
    host.settings.set("send_key", "ctrl_enter")
    host.type("Hello")
    host.enter()
    assert host.chat.model.rowCount() == 0
    assert host.chat.composer.draft.toPlainText() == "Hello\n"
    control = Qt.KeyboardModifier.ControlModifier
    host.through(lambda: host.qtbot.keyClick(host.chat.composer.draft, Qt.Key.Key_Return, control), Busy.REPLYING)
    assert host.chat.model.message(0).text == "Hello"


@pytest.mark.parametrize("rule", ["enter", "ctrl_enter"])
@pytest.mark.parametrize("modifier", ["NoModifier", "ControlModifier"])
def test_no_key_sends_a_word_that_is_being_composed(
    rule: str, modifier: str, composer: Composer, sent: list[str], qtbot: QtBot
) -> None:
    composer.set_send_key(rule)
    QApplication.sendEvent(composer.draft, QInputMethodEvent("にほん", []))
    qtbot.keyClick(composer.draft, Qt.Key.Key_Return, Qt.KeyboardModifier[modifier])
    assert not sent
    assert composer.draft.toPlainText() == "", "no line was begun either"


def test_enter_never_sends_while_an_input_method_composes(composer: Composer, sent: list[str], qtbot: QtBot) -> None:
    QApplication.sendEvent(composer.draft, QInputMethodEvent("にほん", []))
    qtbot.keyClick(composer.draft, Qt.Key.Key_Return)
    assert not sent
    commit = QInputMethodEvent("", [])
    commit.setCommitString("日本")
    QApplication.sendEvent(composer.draft, commit)
    assert not sent
    assert composer.draft.toPlainText() == "日本"
    qtbot.keyClick(composer.draft, Qt.Key.Key_Return)
    assert sent == ["日本"]


@pytest.mark.parametrize("text", ["", "   ", "\n\n"])
def test_nothing_is_not_sent(composer: Composer, sent: list[str], qtbot: QtBot, text: str) -> None:
    composer.draft.setPlainText(text)
    qtbot.keyClick(composer.draft, Qt.Key.Key_Return)
    assert not sent
    assert not composer.send_button.isEnabled()
    assert composer.send_button.toolTip()


def test_what_cannot_be_sent_stays(composer: Composer, sent: list[str], qtbot: QtBot) -> None:
    composer.set_state("", "A reply is being written.", replying=True, why_awake="")
    qtbot.keyClicks(composer.draft, "the next thing")
    qtbot.keyClick(composer.draft, Qt.Key.Key_Return)
    assert not sent
    assert composer.draft.toPlainText() == "the next thing"
    assert composer.stop_button.isVisible()
    assert not composer.send_button.isVisible()


def test_a_long_draft_scrolls_inside(composer: Composer) -> None:
    composer.draft.setPlainText("line\n" * 8)
    high = composer.draft.height()
    composer.draft.setPlainText("line\n" * 80)
    assert composer.draft.height() == high


def test_the_send_button_sends(composer: Composer, sent: list[str], qtbot: QtBot) -> None:
    qtbot.keyClicks(composer.draft, "Hello")
    qtbot.mouseClick(composer.send_button, Qt.MouseButton.LeftButton)
    assert sent == ["Hello"]


def test_each_conversation_has_its_own_draft(host: Person) -> None:
    host.say("The first one.")
    first = host.chat.conversation
    host.type("half a thought")
    host.chat.new_chat()
    assert host.chat.composer.draft.toPlainText() == ""
    host.type("for a new one")
    host.chat.show_conversation(first)
    assert host.chat.composer.draft.toPlainText() == "half a thought"
    host.chat.new_chat()
    assert host.chat.composer.draft.toPlainText() == "for a new one"
    host.enter()
    host.wait_idle()
    assert host.chat.composer.draft.toPlainText() == "", "it was sent"


def test_a_draft_is_there_after_a_restart(tmp_path: Path) -> None:
    drafts = Drafts(tmp_path)
    drafts.put("c1", "half a thought")
    drafts.put("c2", "gone")
    drafts.put("c2", "")
    drafts.write()
    again = Drafts(tmp_path)
    assert (again.get("c1"), again.get("c2")) == ("half a thought", "")


def test_what_no_message_takes_is_not_pasted(host: Person) -> None:
    host.type("before ")
    QGuiApplication.clipboard().setText("x" * 1_000_000)
    host.chat.composer.draft.paste()
    assert "1,000,000" in host.notice().words.plain
    host.press(host.notice(), "Close")
    assert host.chat.composer.draft.toPlainText() == "before "
