"""Chat: streaming, Stop, conversations."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QScrollArea
from studio_person import Person

from engine.text.sampling import CHAT_BEAMS
from studio.chat.reply_row import ReplyRow
from studio.session import Busy
from studio.widgets.painted import Logo


def log_of(workspace: Path) -> str:
    return "".join(path.read_text(encoding="utf-8") for path in sorted((workspace / "memories").glob("*.jsonl")))


def test_a_reply_streams_in_and_is_learned(host: Person, workspace: Path) -> None:
    seen: list[str] = []
    host.session.text_arrived.connect(lambda text, _: seen.append(text))
    host.say("My dog is called Bramble.")
    message = host.chat.model.message(-1)
    assert message.text
    assert "".join(seen).strip() == message.text.strip()
    assert message.learned == host.session.soul.level > 12
    row = host.chat.transcript.row_widget(1)
    assert isinstance(row, ReplyRow)
    assert row.learned.text() == f"+{message.learned} tokens learned"
    assert "My dog is called Bramble." in log_of(workspace)
    assert f"{message.learned} tokens" in host.window.header.soul.shown[1]
    assert host.session.surprise.count > 0
    assert "Saved" in host.window.footer.saved.text()
    assert host.chat.conversations.titles() == ["My dog is called Bramble."]
    assert "1 chat waits" in host.chat.conversations.waiting.text()


def test_ways_to_go_on_are_weighed_as_the_setting_says(host: Person) -> None:
    assert host.settings.get("beams") == CHAT_BEAMS
    host.settings.set("temperature", 0.0)
    host.settings.set("max_reply", 24)
    host.settings.set("top_p", 1.0)
    host.say("Hello")
    row = host.chat.transcript.row_widget(1)
    assert isinstance(row, ReplyRow)
    host.settings.set("beams", 1)
    host.through(lambda: host.click(row.compare), Busy.WITHOUT_SOUL)  # a newborn, as the one who answered was
    message = host.chat.model.message(1)
    assert message.without_soul
    assert message.without_soul != message.text


@pytest.mark.parametrize("how", ["button", "escape"])
def test_stop_acts_within_a_token(how: str, host: Person) -> None:
    host.settings.set("max_reply", 4096)
    host.begin_reply("Tell me everything.")
    assert host.window.footer.state.text() == "learning"
    assert host.chat.composer.stop_button.isVisible()
    if how == "button":
        host.click(host.chat.composer.stop_button)
    else:
        host.window.activateWindow()
        host.qtbot.keyClick(host.chat.composer.draft, Qt.Key.Key_Escape)
    host.wait_idle()
    message = host.chat.model.message(-1)
    assert message.ending == "callback"
    assert message.learned < 4000
    assert "stopped by you" in host.chat.transcript.row_widget(1).note.text()
    host.settings.set("max_reply", 5)
    host.say("And now?")
    assert host.chat.model.message(-1).text


def test_stop_before_the_first_word_is_not_lost(host: Person) -> None:
    host.settings.set("max_reply", 4096)
    host.type("Tell me everything.")
    host.enter()
    host.wait(lambda: host.session.busy is Busy.REPLYING)
    host.session.stop()
    host.wait_idle()
    message = host.chat.model.message(-1)
    assert message.ending == "callback"
    assert message.learned < 1500, "not the 4096 that it may write"


def test_one_can_type_but_not_send_while_a_reply_comes(host: Person) -> None:
    host.settings.set("max_reply", 4096)
    host.type("First")
    host.enter()
    host.wait(lambda: host.session.busy is Busy.REPLYING)
    host.type("Second")
    host.enter()
    assert host.chat.composer.draft.toPlainText() == "Second"
    assert "being written" in host.chat.composer.sleep_button.toolTip()
    host.session.stop()
    host.wait_idle()
    assert host.chat.model.rowCount() == 2


def test_in_a_low_window_the_logo_makes_room_for_what_can_be_tried(host: Person) -> None:
    logo = host.chat.welcome.findChild(Logo)
    host.window.resize(1280, 800)
    host.wait(logo.isVisible)
    host.window.resize(900, 600)
    host.wait(lambda: not logo.isVisible())
    bar = host.chat.welcome.findChild(QScrollArea).verticalScrollBar()
    host.wait(lambda: bar.maximum() == 0)  # all of it is seen


def test_three_things_are_to_be_tried_and_have_their_ticks(host: Person) -> None:
    tell, ask, sleep = steps = host.chat.welcome.steps

    def done() -> list[bool]:
        assert all(step.isVisible() for step in steps)
        return [step.done for step in steps]

    assert done() == [False, False, False]
    assert not sleep.isEnabled()
    assert "Nothing new waits" in sleep.toolTip()
    host.through(lambda: host.click(tell), Busy.REPLYING)
    assert host.chat.model.message(0).text == "My dog is called Bramble."
    host.chat.new_chat()
    assert done() == [True, False, False]
    host.through(lambda: host.click(ask), Busy.REPLYING)
    assert host.chat.model.message(0).text == "What is my dog called?"
    host.chat.new_chat()
    assert done() == [True, True, False]
    host.through(lambda: host.click(sleep), Busy.DREAMING)
    assert host.session.soul.slept_at
    assert not any(step.isVisible() for step in steps)
    suggestion = host.chat.welcome.suggestions[0]
    host.through(lambda: host.click(suggestion), Busy.REPLYING)
    assert host.chat.model.message(0).text == suggestion.text()


def test_one_can_type_after_a_click_wherever_it_went(host: Person) -> None:
    with host.qtbot.waitActive(host.window):
        host.window.activateWindow()
    host.through(lambda: host.click(host.chat.welcome.steps[0]), Busy.REPLYING)
    assert host.chat.composer.draft.hasFocus()
    reply = host.chat.transcript.row_widget(1)
    host.qtbot.mouseClick(reply.text.viewport(), Qt.MouseButton.LeftButton)
    assert not host.chat.composer.draft.hasFocus()
    host.qtbot.keyClicks(reply.text, "A")
    host.qtbot.keyClicks(host.window.focusWidget(), "nd on")
    assert host.chat.composer.draft.toPlainText() == "And on"
    assert host.chat.composer.draft.hasFocus()


@pytest.mark.parametrize(("dial", "said"), [(1, "keeps nothing of it"), (2, "without the soul")])
def test_an_empty_chat_says_what_it_leaves(dial: int, said: str, host: Person) -> None:
    host.say("My dog is called Bramble.")
    host.chat.new_chat()
    assert "is awake" in host.chat.welcome.heading.text()
    host.click(host.chat.composer.dial.part(dial))
    assert said in host.chat.welcome.words.plain
    assert "is awake" not in host.chat.welcome.heading.text()
    assert not any(step.isVisible() for step in host.chat.welcome.steps)
    assert host.chat.welcome.suggestions[0].isVisible()


@pytest.mark.parametrize("how", ["key", "button"])
def test_sleep_and_wake_have_a_key(how: str, host: Person) -> None:
    host.say("My dog is called Bramble.")
    with host.qtbot.waitActive(host.window):
        host.window.activateWindow()
    shift = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    host.qtbot.keyClick(host.window, Qt.Key.Key_S, shift)
    host.wait(lambda: host.session.is_dreaming)
    if how == "key":
        host.qtbot.keyClick(host.window, Qt.Key.Key_S, shift)
    else:
        host.click(host.chat.dream.wake_button)
    host.wait_idle()
    assert host.session.last_sleep.woken


@pytest.mark.parametrize("how", ["button", "key"])
def test_a_new_chat_is_empty_and_ready_to_type(how: str, host: Person) -> None:
    host.say("One")
    first = host.chat.conversation
    if how == "button":
        host.click(host.chat.conversations.new_button)
    else:
        host.window.show_tab(0)
        host.window.activateWindow()
        host.qtbot.keyClick(host.window, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    assert host.chat.conversation != first
    assert host.chat.model.rowCount() == 0
    assert host.window.pages.currentWidget() is host.chat
    assert host.window.focusWidget() is host.chat.composer.draft
    host.say("Two")
    assert host.chat.conversations.titles() == ["Two", "One"]


def test_a_conversation_of_before_can_be_read_and_continued(host: Person, sit_down: Callable[[], Person]) -> None:
    host.say("The first thing")
    host.chat.new_chat()
    host.say("The second thing")
    again = sit_down()
    again.open(Path(again.settings.get("last_model")))
    assert again.chat.conversations.titles() == ["The second thing", "The first thing"]
    assert again.chat.model.rowCount() == 0
    items = again.chat.conversations.list
    row = next(r for r in range(items.count()) if items.item(r).text() == "The first thing")
    place = items.visualItemRect(items.item(row)).center()
    again.qtbot.mouseClick(items.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert [again.chat.model.message(i).text for i in range(1)] == ["The first thing"]
    assert again.chat.model.rowCount() == 2
    again.settings.set("max_reply", 5)
    again.say("More of it")
    assert again.chat.model.rowCount() == 4
    assert again.chat.conversations.titles() == ["The first thing", "The second thing"]


def test_reading_elsewhere_while_a_reply_comes(host: Person) -> None:
    host.say("The first thing")
    first = host.chat.conversation
    host.chat.new_chat()
    host.settings.set("max_reply", 4096)
    host.begin_reply("The second thing")
    second = host.chat.conversation
    host.chat.show_conversation(first)
    assert host.chat.model.message(0).text == "The first thing"
    host.qtbot.wait(50)
    assert host.chat.model.rowCount() == 2
    host.chat.show_conversation(second)
    assert host.chat.model.message(0).text == "The second thing"
    host.session.stop()
    host.wait_idle()
    assert host.chat.model.message(-1).ending == "callback"


def test_a_message_that_cannot_be_kept_comes_back(host: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr("os.fsync", refuse)
        host.type("Remember this.")
        host.enter()
        notice = host.notice()
        host.wait_idle()
    assert "No space left" in notice.words.plain
    assert host.chat.composer.draft.toPlainText() == "Remember this."
    host.press(notice, "Close")
    host.enter()
    host.wait(lambda: host.chat.model.rowCount() == 4 and host.session.busy is Busy.NOTHING)
    assert host.chat.model.message(-1).ending == "length"
