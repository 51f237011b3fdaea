"""The timeline in the Model Lab: a picture of what was kept, and everything that can be done with it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from studio_person import Person

from engine.io.soul import load_soul
from engine.session.blend import blend
from engine.session.timeline import digest
from studio.lab.blend_dialog import BlendDialog
from studio.lab.timeline_layout import NOW
from studio.protocol import DescribeEntry, KeepSoul, ResetSoul, RestoreEntry, TimelineEntry, WakeSoul
from studio.session import Busy
from studio.widgets.dialogs import AskWords


@pytest.fixture
def lab(host: Person) -> Person:
    """Someone before the soul's page, whose soul was told something and kept."""
    host.say("My dog is called Bramble.")
    host.window.show_tab(0)
    host.lab.show_view(1)
    QApplication.processEvents()
    keep(host, "before the holidays")
    return host


def asked(person: Person) -> AskWords:
    notice = person.notice()
    assert isinstance(notice, AskWords)
    return notice


def answer(person: Person, words: str, verb: str) -> None:
    """Write into the dialog that asks for words and press a button; what it starts is waited for."""
    notice = asked(person)
    notice.field.setText(words)
    person.through(lambda: person.press(notice, verb), Busy.SOUL)


def keep(person: Person, note: str) -> None:
    person.click(person.lab.soul.keep_button)
    answer(person, note, "Keep")


def choose(person: Person, moment: TimelineEntry) -> None:
    view = person.lab.soul.view
    person.qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=view.place(moment.id))
    assert view.selected == moment.id


def moments(person: Person) -> tuple[TimelineEntry, ...]:
    return person.session.timeline.moments


def entry_menu(person: Person, verb: str) -> None:
    menu = person.lab.soul.open_entry()
    next(action for action in menu.actions() if action.text() == verb).trigger()
    menu.close()


def soul_file(workspace: Path, name: str = "main") -> Path:
    return next(workspace.glob(f"souls/*/{name}.soul"))


def test_a_kept_moment_is_a_point_and_says_what_it_is(lab: Person) -> None:
    (kept,) = moments(lab)
    assert kept.why == "before the holidays"
    node = lab.lab.soul.view.nodes[-1]
    assert (node.id, node.is_now) == (kept.id, True), "nothing was lived since"
    assert not lab.lab.soul.restore_button.isEnabled()
    assert "as it lives" in lab.lab.soul.restore_button.toolTip()
    assert "before the holidays" in lab.lab.soul.chosen_note.text()
    lab.say("More.")
    assert [node.id for node in lab.lab.soul.view.nodes] == [kept.id, NOW]
    assert lab.lab.soul.chosen is None, "the choice goes on with the soul"
    assert "since it was kept last" in lab.lab.soul.chosen_facts.text()
    before = lab.lab.soul.view.grab().toImage()
    choose(lab, kept)
    assert lab.lab.soul.view.grab().toImage() != before
    assert f"{kept.level} tokens lived" in lab.lab.soul.chosen_facts.text()
    assert "Kept" in lab.lab.soul.view.accessibleDescription()


def test_going_back_is_exact_and_leaves_a_branch(lab: Person, workspace: Path) -> None:
    (kept,) = moments(lab)
    then = digest(load_soul(soul_file(workspace)))
    lab.say("I moved to Oslo.")
    assert digest(load_soul(soul_file(workspace))) != then
    choose(lab, kept)
    lab.click(lab.lab.soul.restore_button)
    lab.through(lambda: lab.press(lab.notice(), "Go back"), Busy.SOUL)
    assert digest(load_soul(soul_file(workspace))) == then
    assert lab.session.soul.level == kept.level
    assert lab.chat.model.rowCount() == 0
    left = [node for node in lab.lab.soul.view.nodes if node.lane]
    assert [node.moment.event for node in left] == ["autosave"]
    assert left[0].parent == kept.id


def test_undo_goes_back_and_a_second_time_takes_that_back(lab: Person, workspace: Path) -> None:
    assert not lab.lab.soul.undo_button.isEnabled()
    level = lab.session.soul.level
    lab.through(lambda: lab.window.verbs.start(lab.session.call(ResetSoul())), Busy.SOUL)
    assert lab.session.soul.level == 0
    assert "Newborn" in lab.lab.soul.undo_button.toolTip()
    lab.through(lambda: lab.click(lab.lab.soul.undo_button), Busy.SOUL)
    assert lab.session.soul.level == level
    lab.through(lambda: lab.click(lab.lab.soul.undo_button), Busy.SOUL)
    assert lab.session.soul.level == 0


@pytest.mark.parametrize("where", ["entry", "now"])
def test_a_branch_begins_and_wakes(where: str, lab: Person, workspace: Path) -> None:
    (kept,) = moments(lab)
    lab.say("I moved to Oslo.")
    if where == "entry":
        choose(lab, kept)
    level = kept.level if where == "entry" else lab.session.soul.level
    lab.click(lab.lab.soul.branch_button)
    answer(lab, "Luna", "Begin it")
    assert lab.session.soul_words == "The soul"
    assert load_soul(soul_file(workspace, "Luna")).meta.level == level
    menu = lab.lab.soul.open_souls()
    assert [(action.text(), action.isChecked()) for action in menu.actions()[:2]] == [
        ("Luna", False),
        ("The soul", True),
    ]
    lab.through(menu.actions()[0].trigger, Busy.SOUL)
    menu.close()
    lab.wait(lambda: lab.session.soul.name == "Luna")
    assert lab.lab.soul.picker.text() == "Luna"
    assert lab.window.header.soul.shown[0] == "Luna"
    assert lab.session.soul.level == level
    choose(lab, kept)
    assert "The soul" in lab.lab.soul.restore_button.toolTip(), "an entry of another soul says whose it is"
    assert not lab.lab.soul.restore_button.isEnabled()


def test_a_branch_can_wake_at_once_and_wakes_after_a_restart(
    lab: Person, sit_down: Callable[[], Person], models: Path
) -> None:
    lab.click(lab.lab.soul.branch_button)
    notice = asked(lab)
    notice.field.setText("Luna")
    lab.press(notice, "Begin it and wake it")
    lab.wait(lambda: lab.session.soul.name == "Luna")
    lab.wait_idle()
    assert lab.chat.model.rowCount() == 0
    lab.say("I am talking to Luna.")
    again = sit_down()
    again.open(models / "tiny.bitt")
    assert again.session.soul.name == "Luna"


def blending(person: Person) -> BlendDialog:
    person.click(person.lab.soul.blend_button)
    notice = person.notice("Blend")
    assert isinstance(notice, BlendDialog)
    return notice


def blended(person: Person, share: int) -> None:
    """Blend what the dialog stands at into the soul of now, by so many percent."""
    dialog = blending(person)
    dialog.share.setValue(share)
    assert f"{100 - share} % of what it is now and {share} %" in dialog.words.plain
    person.through(lambda: person.press(dialog, "Blend"), Busy.SOUL)


def test_two_souls_are_blended_and_undo_takes_it_back(lab: Person, workspace: Path) -> None:
    (kept,) = moments(lab)
    assert not lab.lab.soul.blend_button.isEnabled()
    assert "nothing to blend" in lab.lab.soul.blend_button.toolTip()
    lab.say("I moved to Oslo.")
    choose(lab, kept)
    first = load_soul(soul_file(workspace))
    second = load_soul(next(workspace.glob("souls/*/main.history/*-save-*.soul")))
    blended(lab, 30)
    assert digest(load_soul(soul_file(workspace))) == digest(blend(first, second, 0.3))
    assert "Undo" in lab.window.footer.told.text()
    assert lab.chat.model.rowCount() == 0
    entry = moments(lab)[-1]
    assert (entry.event, entry.second.id, entry.second.share) == ("blend", kept.id, 0.3)
    choose(lab, entry)
    assert lab.lab.soul.chosen_title.text() == "Blend"
    assert lab.lab.soul.chosen_note.text().startswith("30 % of “Kept · Today")
    (node,) = [node for node in lab.lab.soul.view.nodes if node.second]
    assert (node.is_now, node.second) == (True, kept.id)
    lab.through(lambda: lab.click(lab.lab.soul.undo_button), Busy.SOUL)
    assert digest(load_soul(soul_file(workspace))) == digest(first)


def test_another_soul_is_blended_in_as_it_is_now(lab: Person, workspace: Path) -> None:
    lab.click(lab.lab.soul.branch_button)
    answer(lab, "Luna", "Begin it")
    lab.through(lambda: lab.window.verbs.start(lab.session.call(WakeSoul(name="Luna"))), Busy.SOUL)
    lab.say("I am talking to Luna.")
    lab.through(lambda: lab.window.verbs.start(lab.session.call(WakeSoul(name="main"))), Busy.SOUL)
    first, second = load_soul(soul_file(workspace)), load_soul(soul_file(workspace, "Luna"))
    dialog = blending(lab)
    assert dialog.second.itemText(0) == "Luna, as it is now"
    dialog.second.setCurrentIndex(0)
    assert "50 % of “Luna”" in dialog.words.plain
    before = dialog.mine.text()
    lab.qtbot.keyClick(dialog.share, Qt.Key.Key_Right)
    assert (before, dialog.mine.text(), dialog.other.text()) == ("50 % now", "49 % now", "51 % of it")
    lab.press(dialog, "Cancel")
    assert digest(load_soul(soul_file(workspace))) == digest(first)
    blended(lab, 50)
    assert digest(load_soul(soul_file(workspace))) == digest(blend(first, second, 0.5))
    assert digest(load_soul(soul_file(workspace, "Luna"))) == digest(second)


def test_what_a_blend_had_lived_before_is_not_forgotten_in_it(lab: Person) -> None:
    lab.say("I moved to Oslo.")
    blended(lab, 50)
    lab.window.show_tab(0)
    lab.lab.show_view(2)
    (first, *_) = lab.lab.learned.items()
    lab.lab.learned.tick([first.data(0, Qt.ItemDataRole.UserRole)])
    dialog = lab.lab.learned.forget()
    lab.wait(lambda: "blended from two souls" in dialog.words.plain)
    lab.wait_idle()
    assert not dialog.forget_button.isEnabled()
    lab.press(dialog, "Cancel")


def test_a_name_that_is_taken_is_refused_in_words(lab: Person) -> None:
    lab.click(lab.lab.soul.branch_button)
    answer(lab, "main", "Begin it")
    notice = lab.notice("did not work")
    assert "main" in notice.words.plain
    lab.press(notice, "Close")
    assert len(lab.session.timeline.souls) == 1


def test_the_soul_is_called_otherwise(lab: Person) -> None:
    menu = lab.lab.soul.open_more()
    menu.actions()[0].trigger()
    menu.close()
    answer(lab, "Selene", "Call it so")
    assert lab.lab.soul.picker.text() == "Selene"
    assert lab.session.soul_words == "Selene"


def test_an_entry_is_named_noted_and_pinned(lab: Person) -> None:
    (kept,) = moments(lab)
    choose(lab, kept)
    entry_menu(lab, "Name…")
    answer(lab, "holidays", "Name it")
    assert lab.lab.soul.chosen_title.text() == "holidays"
    entry_menu(lab, "Note…")
    answer(lab, "It rained.", "Write it down")
    assert "It rained." in lab.lab.soul.chosen_note.text()
    lab.through(lambda: lab.click(lab.lab.soul.pin_button), Busy.SOUL)
    assert lab.lab.soul.pin_button.text() == "Unpin"
    assert "pinned" in lab.lab.soul.chosen_facts.text()
    menu = lab.lab.soul.open_entry()
    assert not menu.actions()[-1].isEnabled()
    assert "pinned" in menu.actions()[-1].toolTip()
    menu.close()
    lab.through(lambda: lab.click(lab.lab.soul.pin_button), Busy.SOUL)
    entry_menu(lab, "Name…")
    answer(lab, "", "Name it")
    (kept,) = moments(lab)
    assert (kept.label, kept.note, kept.pinned) == ("", "It rained.", False)


def test_an_entry_is_deleted_and_the_soul_stays(lab: Person, workspace: Path) -> None:
    level = lab.session.soul.level
    choose(lab, moments(lab)[0])
    entry_menu(lab, "Delete…")
    notice = lab.notice("Delete")
    assert "not forgotten" in notice.words.plain
    lab.through(lambda: lab.press(notice, "Delete"), Busy.SOUL)
    assert moments(lab) == ()
    assert lab.session.soul.level == level
    assert not list(workspace.glob("souls/*/main.history/*.soul"))


def test_an_entry_is_written_to_a_file(lab: Person, tmp_path: Path) -> None:
    (kept,) = moments(lab)
    lab.say("More.")
    choose(lab, kept)
    entry_menu(lab, "Save a copy…")
    lab.through(lambda: lab.choose_file(tmp_path / "then.soul"), Busy.SOUL)
    assert load_soul(tmp_path / "then.soul").meta.level == kept.level
    assert "then.soul" in lab.window.footer.told.text()


def test_the_arrow_keys_walk_through_the_picture(lab: Person) -> None:
    (first,) = moments(lab)
    lab.say("More.")
    keep(lab, "")
    lab.through(lambda: lab.window.verbs.start(lab.session.call(RestoreEntry(moment=first.id))), Busy.SOUL)
    view = lab.lab.soul.view
    key = lab.qtbot.keyClick
    start = view.selected
    assert next(node for node in view.nodes if node.id == start).is_now
    key(view, Qt.Key.Key_Left)
    assert view.selected == first.id
    key(view, Qt.Key.Key_Down)
    assert next(node for node in view.nodes if node.id == view.selected).lane == 1
    key(view, Qt.Key.Key_Up)
    key(view, Qt.Key.Key_Right)
    assert next(node for node in view.nodes if node.id == view.selected).lane == 0


def test_a_long_life_scrolls_to_the_present(lab: Person) -> None:
    for number in range(24):
        lab.through(
            lambda number=number: lab.window.verbs.start(lab.session.call(KeepSoul(note=str(number)))), Busy.SOUL
        )
    area = lab.lab.soul.area
    QApplication.processEvents()
    assert area.view.width() > area.viewport().width()
    assert area.horizontalScrollBar().value() > 0
    assert len({area.view.place(node.id).x() for node in area.view.nodes}) == len(area.view.nodes)


def test_words_are_needed_where_a_name_is(lab: Person) -> None:
    lab.click(lab.lab.soul.branch_button)
    notice = asked(lab)
    (begin,) = [b for b in notice._buttons if b.text() == "Begin it"]
    assert not begin.isEnabled()
    assert begin.toolTip()
    notice.field.setText("Luna")
    assert begin.isEnabled()
    lab.press(notice, "Cancel")
    assert len(lab.session.timeline.souls) == 1


def test_damaged_labels_are_told_and_do_no_harm(
    lab: Person, workspace: Path, sit_down: Callable[[], Person], models: Path
) -> None:
    lab.through(
        lambda: lab.window.verbs.start(lab.session.call(DescribeEntry(moment=moments(lab)[0].id, label="x"))), Busy.SOUL
    )
    next(workspace.glob("souls/*/main.history/labels.json")).write_text("{", encoding="utf-8")
    again = sit_down()
    again.open(models / "tiny.bitt")
    assert any("labels.json" in notice.words.plain for notice in again.notices())
    again.say("Still there?")
    assert again.chat.model.message(-1).text
