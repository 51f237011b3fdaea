"""Answering again, saying it otherwise, and going between versions: the soul follows, the log says what was."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QEnterEvent, QGuiApplication
from PySide6.QtWidgets import QApplication
from studio_person import Person

from engine.io.soul import load_soul
from studio.chat.message_rows import UserRow
from studio.chat.reply_row import ReplyRow
from studio.protocol import ResetSoul
from studio.session import Busy


def soul_of(workspace: Path) -> np.ndarray:
    """The fast weights on the disk."""
    return np.stack(load_soul(next(workspace.glob("souls/*/main.soul"))).layers)


def log_of(workspace: Path) -> list[dict[str, object]]:
    files = sorted((workspace / "memories").glob("*.jsonl"))
    return [json.loads(line) for path in files for line in path.read_text(encoding="utf-8").splitlines()]


def reply(person: Person, row: int = -1) -> ReplyRow:
    found = person.chat.transcript.row_widget(row % person.chat.model.rowCount())
    assert isinstance(found, ReplyRow)
    return found


def bubble(person: Person, row: int) -> UserRow:
    found = person.chat.transcript.row_widget(row)
    assert isinstance(found, UserRow)
    return found


def press(person: Person, control: object) -> None:
    """Press something that makes the soul move, and wait for it."""
    person.through(lambda: person.click(control))


def texts(person: Person) -> list[str]:
    model = person.chat.model
    return [model.message(row).text for row in range(model.rowCount())]


@pytest.fixture
def greedy(host: Person) -> Person:
    """Whoever is answered in the same way by the same soul every time."""
    host.settings.set("temperature", 0.0)
    return host


def test_an_answer_again_begins_with_the_soul_of_before(greedy: Person, workspace: Path) -> None:
    greedy.say("First")
    greedy.say("Second")
    words, soul = texts(greedy), soul_of(workspace)
    press(greedy, reply(greedy).again)
    assert texts(greedy) == words
    assert (soul_of(workspace) == soul).all(), "the same soul gives the same answer and learns the same"
    assert reply(greedy).version.text() == "2/2"
    assert greedy.chat._chat.learned == greedy.session.soul.level, "what was taken back does not count"
    lines = log_of(workspace)
    assert [line["text"] for line in lines if line["role"] == "user"] == ["First", "Second", "Second"]
    assert [line.get("replaced", False) for line in lines] == [False, False, True, True, False, False]
    assert greedy.session.soul.waiting == ("First", "Second"), "no night draws on what was replaced"


def test_saying_it_otherwise_leads_where_it_would_have_led(greedy: Person, workspace: Path) -> None:
    greedy.say("First")
    greedy.say("Second")
    greedy.say("Third")
    greedy.click(bubble(greedy, 2).edit)
    draft = greedy.chat.composer.draft
    assert draft.toPlainText() == "Second"
    assert greedy.chat.composer.edit_note.isVisible()
    draft.setPlainText("Otherwise")
    greedy.through(greedy.enter, Busy.REPLYING)
    assert texts(greedy)[0] == "First"
    assert texts(greedy)[2] == "Otherwise"
    assert greedy.chat.model.rowCount() == 4
    assert not greedy.chat.composer.edit_note.isVisible()
    words, soul = texts(greedy), soul_of(workspace)
    greedy.window.verbs.start(greedy.session.call(ResetSoul()))
    greedy.wait(lambda: greedy.session.soul.level == 0)
    greedy.wait_idle()
    greedy.chat.new_chat()
    greedy.say("First")
    greedy.say("Otherwise")
    assert texts(greedy) == words
    assert (soul_of(workspace) == soul).all()


def test_the_soul_goes_from_version_to_version(greedy: Person, workspace: Path) -> None:
    greedy.say("First")
    first, one = soul_of(workspace), texts(greedy)
    greedy.click(bubble(greedy, 0).edit)
    greedy.chat.composer.draft.setPlainText("Otherwise")
    greedy.through(greedy.enter, Busy.REPLYING)
    greedy.say("And on")
    second, other = soul_of(workspace), texts(greedy)
    assert reply(greedy, 1).version.text() == "2/2"
    assert not reply(greedy, 1).later.isEnabled()
    press(greedy, reply(greedy, 1).former)
    assert texts(greedy) == one
    assert (soul_of(workspace) == first).all()
    assert greedy.session.soul.waiting == ("First",)
    assert reply(greedy, 1).learned.isVisible(), "what came of it is still told"
    press(greedy, reply(greedy, 1).later)
    assert texts(greedy) == other
    assert (soul_of(workspace) == second).all()
    assert greedy.session.soul.waiting == ("Otherwise", "And on")


def test_what_was_replaced_does_not_come_back_after_a_restart(
    greedy: Person, sit_down: Callable[[], Person], models: Path
) -> None:
    greedy.say("First")
    greedy.click(bubble(greedy, 0).edit)
    greedy.chat.composer.draft.setPlainText("Otherwise")
    greedy.through(greedy.enter, Busy.REPLYING)
    words = texts(greedy)
    again = sit_down()
    again.open(models / "tiny.bitt")
    assert again.chat.conversations.titles() == ["Otherwise"]
    again.chat.show_conversation(again.chat._chat.listed()[0])
    assert texts(again) == words
    assert not reply(again).again.isVisible(), "the state of before is gone with the program"
    assert not bubble(again, 0).edit.isVisible()


@pytest.mark.parametrize("how", ["button", "escape", "another chat"])
def test_one_can_leave_it_as_it_was(how: str, greedy: Person, workspace: Path) -> None:
    greedy.say("First")
    words, soul = texts(greedy), soul_of(workspace)
    greedy.click(bubble(greedy, 0).edit)
    if how == "button":
        greedy.click(greedy.chat.composer.cancel_button)
    elif how == "escape":
        with greedy.qtbot.waitActive(greedy.window):
            greedy.window.activateWindow()
        greedy.qtbot.keyClick(greedy.chat.composer.draft, Qt.Key.Key_Escape)
    else:
        greedy.chat.new_chat()
        greedy.chat.show_conversation(greedy.chat._chat.listed()[0])
    assert not greedy.chat.composer.is_editing
    assert greedy.chat.composer.draft.toPlainText() == ""
    assert texts(greedy) == words
    assert (soul_of(workspace) == soul).all()


def test_a_stopped_answer_stays_and_can_be_had_again(greedy: Person) -> None:
    greedy.settings.set("max_reply", 4096)
    greedy.begin_reply("Tell me everything.")
    greedy.session.stop()
    greedy.wait_idle()
    stopped = texts(greedy)[1]
    assert stopped
    greedy.settings.set("max_reply", 5)
    press(greedy, reply(greedy).again)
    assert texts(greedy)[1] != stopped
    press(greedy, reply(greedy).former)
    assert texts(greedy)[1] == stopped


def test_talk_elsewhere_and_sleep_end_what_can_be_taken_back(greedy: Person) -> None:
    greedy.say("First")
    first = greedy.chat.conversation
    greedy.chat.new_chat()
    greedy.say("Second")
    greedy.chat.show_conversation(first)
    assert not reply(greedy).again.isVisible(), "the other chat was learned after it"
    greedy.chat.new_chat()
    greedy.say("Third")
    assert reply(greedy).again.isVisible()
    greedy.click(greedy.chat.composer.sleep_button)
    greedy.wait(lambda: greedy.session.last_sleep is not None)
    greedy.wait_idle()
    assert not reply(greedy).again.isVisible()


def test_an_error_on_the_way_leaves_what_was(greedy: Person, monkeypatch: pytest.MonkeyPatch, workspace: Path) -> None:
    greedy.say("First")
    words, soul = texts(greedy), soul_of(workspace)

    def fail(*_: object, **__: object) -> None:
        raise MemoryError("no memory")

    with monkeypatch.context() as broken:
        broken.setattr("engine.llama.Llama.stream_chat", fail)
        greedy.click(reply(greedy).again)
        notice = greedy.notice()
        greedy.wait_idle()
    assert "no memory" in notice.words.plain
    greedy.press(notice, "Close")
    assert texts(greedy) == words
    assert (soul_of(workspace) == soul).all()
    press(greedy, reply(greedy).again)
    assert texts(greedy) == words


def test_what_was_said_can_be_copied(greedy: Person) -> None:
    greedy.say("First **words**")
    row = bubble(greedy, 0)
    assert row.copy.icon().isNull()
    QApplication.sendEvent(row, QEnterEvent(QPointF(5, 5), QPointF(5, 5), QPointF(5, 5)))
    assert not row.copy.icon().isNull()
    greedy.click(row.copy)
    assert QGuiApplication.clipboard().text() == "First **words**"
    QApplication.sendEvent(row, QEvent(QEvent.Type.Leave))
    assert row.copy.icon().isNull()


def test_all_exchanges_that_can_be_taken_back_no_more_are_told_at_once(greedy: Person) -> None:
    for words in ("One.", "Two.", "Three."):
        greedy.say(words)
    model = greedy.chat.model
    told: list[tuple[int, int]] = []
    model.dataChanged.connect(lambda first, last: told.append((first.row(), last.row())))
    model.show_turns(())
    assert told == [(0, 5)]
    assert not any(model.message(row).turn for row in range(6))
