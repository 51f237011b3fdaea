"""Sleep, and what is done with souls."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from studio_person import Person

from engine.io.soul import load_soul
from studio.protocol import RenameSoul, SleepFigures, Slept
from studio.session import Busy


def lab_menu(person: Person, verb: str) -> None:
    """Take one verb of the soul's menu in the Model Lab."""
    menu = person.lab.soul.open_more()
    next(action for action in menu.actions() if action.text() == verb).trigger()
    menu.close()


@pytest.mark.parametrize("where", ["chat", "lab"])
def test_sleep_replays_what_waits_and_reports(where: str, host: Person) -> None:
    assert "Nothing new" in host.chat.composer.sleep_button.toolTip()
    host.say("My dog is called Bramble.")
    assert host.lab.night.lines == ["My dog is called Bramble."]
    before = host.session.soul.level
    if where == "lab":
        host.window.show_tab(0)
        host.lab.show_view(1)
        host.click(host.lab.sleep.sleep_button)
    else:
        host.click(host.chat.composer.sleep_button)
    host.wait(lambda: host.session.last_sleep is not None)
    host.wait_idle()
    assert host.session.soul.level > before
    assert host.session.last_sleep.figures.rate == host.settings.get("sleep_rate")
    assert host.lab.night.title.text() == "Sleep report"
    assert host.session.last_sleep.messages == ("My dog is called Bramble.",)
    assert "1 message of 1 conversation" in host.lab.night.report.words.plain
    assert "before" in host.lab.night.note.plain
    assert "last slept" in host.lab.sleep.view.left.text()
    assert not host.chat.composer.sleep_button.isEnabled()
    assert host.chat.conversations.waiting.text() == ""


def test_the_sleep_rate_takes_effect(host: Person) -> None:
    host.settings.set("sleep_rate", 1.5)
    host.say("Hello")
    host.click(host.chat.composer.sleep_button)
    host.wait(lambda: host.session.last_sleep is not None)
    assert host.session.last_sleep.figures.rate == 1.5
    assert host.lab.sleep.fields.fields["sleep_rate"].value() == 1.5


def test_waking_from_the_lab_ends_the_sleep(
    remember: Callable[[int, int], None], models: Path, sit_down: Callable[[], Person]
) -> None:
    remember(60, 4000)
    person = sit_down()
    person.open(models / "tiny.bitt")
    person.window.show_tab(0)
    person.lab.show_view(1)
    assert "And 52 more." in person.lab.night.note.plain
    person.click(person.lab.sleep.sleep_button)
    person.wait(lambda: person.lab.sleep.view.ring.fraction > 0)
    person.wait(lambda: "Story" in person.lab.sleep.view.line.text())
    person.click(person.lab.sleep.wake_button)
    person.wait(lambda: not person.session.is_dreaming)
    assert person.session.last_sleep.woken
    assert person.session.soul.waiting, "what was not finished still waits"


def test_the_soul_comes_back_after_a_restart(host: Person, sit_down: Callable[[], Person]) -> None:
    host.say("My dog is called Bramble.")
    level, model = host.session.soul.level, host.session.model.path
    again = sit_down()
    again.open(model)
    assert again.session.soul.level == level


@pytest.mark.parametrize("where", ["lab", "menu"])
def test_a_copy_of_the_soul_is_saved_and_loaded(where: str, host: Person, tmp_path: Path) -> None:
    host.say("My dog is called Bramble.")
    level, copy = host.session.soul.level, tmp_path / "copy.soul"
    if where == "lab":
        host.window.show_tab(0)
        host.lab.show_view(1)
        lab_menu(host, "Save a copy…")
    else:
        host.window.header.open_soul_menu().actions()[0].trigger()
    host.choose_file(copy)
    host.wait(copy.exists)
    host.wait_idle()
    assert load_soul(copy).meta.level == level
    assert "copy.soul" in host.window.footer.told.text()
    host.say("More.")
    assert host.session.soul.level > level
    if where == "lab":
        lab_menu(host, "Load a soul…")
    else:
        host.window.header.open_soul_menu().actions()[1].trigger()
    host.choose_file(copy)
    host.wait(lambda: host.session.soul.level == level)
    host.wait_idle()
    assert host.chat.model.rowCount() == 0, "another soul begins a chat of its own"


def test_a_soul_is_dropped_on_the_window(host: Person, tmp_path: Path) -> None:
    host.say("Hello")
    level, copy = host.session.soul.level, tmp_path / "copy.soul"
    host.window.verbs.save_soul(copy)
    host.wait(copy.exists)
    host.wait_idle()
    host.say("More.")
    host.drop(copy)
    host.wait(lambda: host.session.soul.level == level)
    host.wait_idle()


def test_a_soul_of_another_body_is_refused_in_words(host: Person, models: Path, tmp_path: Path) -> None:
    host.say("Hello")
    copy = tmp_path / "copy.soul"
    host.window.verbs.save_soul(copy)
    host.wait(copy.exists)
    host.wait_idle()
    host.open(models / "other.bitt")
    host.window.verbs.load_soul(copy)
    notice = host.notice()
    assert "copy.soul" in notice.words.plain or "model" in notice.words.plain
    host.press(notice, "Close")
    host.wait_idle()
    assert host.session.soul.level == 0


@pytest.mark.parametrize("answer", ["Begin afresh", "Cancel"])
def test_a_fresh_soul_is_asked_for_twice(answer: str, host: Person) -> None:
    host.say("Hello")
    level = host.session.soul.level
    host.window.show_tab(0)
    host.lab.show_view(1)
    lab_menu(host, "Begin afresh…")
    notice = host.notice()
    assert f"{level} tokens" in notice.words.plain
    host.press(notice, answer)
    if answer == "Cancel":
        host.qtbot.wait(50)
        assert host.session.soul.level == level
    else:
        host.wait(lambda: host.session.soul.level == 0)
        host.wait_idle()
        assert "0 tokens" in host.lab.soul.detail.text()


def test_two_models_keep_two_souls(host: Person, models: Path) -> None:
    host.say("Hello")
    level = host.session.soul.level
    host.open(models / "other.bitt")
    assert host.session.soul.level == 0
    assert host.chat.conversations.titles() == []
    host.open(models / "tiny.bitt")
    assert host.session.soul.level == level
    assert host.chat.conversations.titles() == ["Hello"]


def test_the_soul_is_called_what_the_engine_calls_it(host: Person, workspace: Path) -> None:
    name = host.session.soul.name
    host.say("Hello")
    assert list((workspace / "souls").glob(f"*/{name}.soul")), "its file has that name"
    assert host.window.header.soul.shown[0] == host.lab.soul.picker.text() == "The soul", "nobody named it"
    host.through(lambda: host.window.verbs.start(host.session.call(RenameSoul(name="Luna"))), Busy.SOUL)
    assert host.window.header.soul.shown[0] == host.lab.soul.picker.text() == "Luna"
    assert "1 message waits for sleep" in host.chat.inspector.soul.plain
    host.say("And more")
    assert "2 messages wait for sleep" in host.chat.inspector.soul.plain


def test_a_night_that_was_refused_says_so(host: Person) -> None:
    host.say("My dog is called Bramble.")
    level = host.session.soul.level
    refuse = Slept(host.session.soul, 0, (), SleepFigures(0, 10, 1.0, 0.1), 1.0, False, False, "It drifted too far.")
    host.session.last_sleep = refuse
    host.session.changed.emit()
    assert "was refused" in host.lab.night.note.plain
    assert "drifted too far" in host.lab.night.note.plain
    assert host.session.soul.level == level
