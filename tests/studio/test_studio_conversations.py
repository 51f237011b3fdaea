"""The list of conversations: found, renamed, pinned, thrown away and back, out to files and in again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu
from studio_person import Person

from studio.chat.history import ChatHistory, find
from studio.chat.transfer import FORMATS, read
from studio.protocol import LogLine


@pytest.fixture
def full(remember: Callable[[int, int], None], sit_down: Callable[[], Person], models: Path) -> Person:
    """Someone with six conversations of before."""
    remember(6, 40)
    person = sit_down()
    person.open(models / "tiny.bitt")
    person.settings.set("max_reply", 8)
    return person


def menu_of(person: Person, conversation: str) -> QMenu:
    return person.chat.conversations.open_menu(conversation, QPoint(50, 50))


def pick(menu: QMenu, text: str) -> None:
    action = next(action for action in menu.actions() if text in action.text())
    assert isinstance(action, QAction)
    assert action.isEnabled()
    menu.close()
    action.trigger()


def test_words_are_found_in_everything_that_was_said(full: Person) -> None:
    side = full.chat.conversations
    full.qtbot.keyClicks(side.search, "STORY 3 once")
    full.wait(lambda: len(side.titles()) == 1)
    assert side.titles()[0].startswith("Story 3.")
    item = side.list.item_of("c3")
    place = side.list.visualItemRect(item).center()
    full.qtbot.mouseClick(side.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert full.chat.conversation == "c3"
    full.qtbot.keyClicks(side.search, " unheard of")
    full.wait(lambda: not side.titles())
    assert "Nothing was said" in side.empty.text()
    side.search.clear()
    full.wait(lambda: len(side.titles()) == 6)


@pytest.mark.parametrize("modifier", [Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier])
def test_a_key_begins_the_search(modifier: Qt.KeyboardModifier, full: Person) -> None:
    full.window.show_tab(0)
    with full.qtbot.waitActive(full.window):
        full.window.activateWindow()
    full.qtbot.keyClick(full.window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier | modifier)
    assert full.window.pages.currentWidget() is full.chat
    assert full.window.focusWidget() is full.chat.conversations.search


def test_a_find_says_where_and_what(qapp: QApplication) -> None:
    long = "word " * 30 + "the Halcyon sails " + "on " * 60
    history = ChatHistory(
        [LogLine("user", "Hello", "1", "a"), LogLine("assistant", long, "2", "a"), LogLine("user", "Oslo", "3", "b")]
    )
    titled = [(c, f"About {c.id}") for c in history.newest_first()]
    (hit,) = find(titled, "halCYON")
    assert (hit.conversation, hit.row) == ("a", 1)
    assert "the Halcyon sails" in hit.excerpt
    assert hit.excerpt.startswith("…")
    assert len(hit.excerpt) < 130
    assert [h.conversation for h in find(titled, "about")] == ["b", "a"]
    assert find(titled, "about")[0].row == -1
    assert [h.conversation for h in find(titled, "hello halcyon about")] == ["a"], "each word anywhere"
    assert find(titled, "hello oslo") == []
    assert find(titled, "  ") == []


def test_a_find_leads_to_its_message(full: Person) -> None:
    for n in range(12):
        full.chat._chat.history.add([LogLine("user", f"Line {n} " + "far " * 60, f"3000-01-0{n % 9 + 1}", "c2")])
    full.chat.conversations.search.setText("line 5")
    full.wait(lambda: len(full.chat.conversations.titles()) == 1)
    side = full.chat.conversations
    side.list.setCurrentItem(side.list.item_of("c2"))
    row = full.chat.transcript.row_widget(7)
    assert row is not None
    assert 0 <= row.y() < 60
    assert not full.chat.transcript.follows


@pytest.mark.parametrize("how", ["menu", "key"])
def test_a_title_is_written_in_its_row(how: str, full: Person, sit_down: Callable[[], Person], models: Path) -> None:
    side = full.chat.conversations
    with full.qtbot.waitActive(full.window):
        full.window.activateWindow()
    if how == "menu":
        pick(menu_of(full, "c2"), "Rename")
    else:
        side.list.setCurrentItem(side.list.item_of("c2"))
        full.qtbot.keyClick(side.list, Qt.Key.Key_F2)
    full.wait(lambda: side.list.findChild(QLineEdit, "title"))
    field = side.list.findChild(QLineEdit, "title")
    assert field.text().startswith("Story 2.")
    field.setText("My boat")
    full.qtbot.keyClick(field, Qt.Key.Key_Return)
    full.wait(lambda: "My boat" in side.titles())
    again = sit_down()
    again.open(models / "tiny.bitt")
    assert "My boat" in again.chat.conversations.titles()
    assert again.chat._chat.title("c2") == "My boat"


def test_pinned_ones_stand_above(full: Person) -> None:
    side = full.chat.conversations
    first = side.titles()[0]
    pick(menu_of(full, "c0"), "Pin")
    assert side.titles()[0].startswith("Story 0.")
    assert side.list.item(0).text() == "Pinned"
    pick(menu_of(full, "c0"), "Unpin")
    assert side.titles()[0] == first


@pytest.mark.parametrize("how", ["toast", "trash"])
def test_what_was_thrown_away_comes_back(how: str, full: Person, workspace: Path) -> None:
    log = sorted((workspace / "memories").glob("*.jsonl"))[0].read_bytes()
    side, chat = full.chat.conversations, full.chat
    chat.show_conversation("c4")
    pick(menu_of(full, "c4"), "trash")
    assert len(side.titles()) == 5
    assert chat.conversation != "c4"
    assert "Story 4." in chat.toast.words.text()
    if how == "toast":
        full.click(chat.toast.undo)
        assert chat.conversation == "c4"
        assert not chat.toast.isVisible()
    else:
        pick(side.open_more(), "Put back “Story 4.")
    assert len(side.titles()) == 6
    assert any(title.startswith("Story 4.") for title in side.titles())
    menu = side.open_more()
    assert "The trash is empty" in [action.text() for action in menu.actions()]
    menu.close()
    assert sorted((workspace / "memories").glob("*.jsonl"))[0].read_bytes() == log


@pytest.mark.parametrize("key", [Qt.Key.Key_Delete, Qt.Key.Key_Backspace])
def test_no_single_key_throws_anything_away(key: Qt.Key, full: Person) -> None:
    side = full.chat.conversations
    side.list.setCurrentItem(side.list.item_of("c1"))
    full.qtbot.keyClick(side.list, key)
    assert len(side.titles()) == 6


def test_the_dots_of_a_row_open_its_menu(full: Person) -> None:
    side = full.chat.conversations
    rect = side.list.visualItemRect(side.list.item_of("c1"))
    full.qtbot.mouseClick(
        side.list.viewport(), Qt.MouseButton.LeftButton, pos=rect.center() + QPoint(rect.width() // 2 - 12, 0)
    )
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert "Rename" in [action.text() for action in menu.actions()]
    menu.close()


@pytest.mark.parametrize("suffix", FORMATS)
def test_out_to_a_file_and_in_again(suffix: str, full: Person, tmp_path: Path) -> None:
    path = tmp_path / f"all{suffix}"
    pick(full.chat.conversations.open_more(), "Export all")
    full.choose_file(path)
    full.wait(path.exists)
    assert len(read(path)) == 6
    waiting = len(full.session.soul.waiting)
    level = full.session.soul.level
    path.write_text(path.read_text(encoding="utf-8").replace("Story", "Tale"), encoding="utf-8")
    for told in ("Imported", "already"):  # the second time all of it is there
        full.drop(path)
        full.press(full.notice("Import 6 conversations?"), "Import")
        full.wait(lambda told=told: told in full.window.footer.told.text())  # type: ignore[misc]
        full.wait_idle()
        assert len(full.chat.conversations.titles()) == 12
    assert len(full.session.soul.waiting) == waiting + 6, "they are learned in the next sleep"
    assert full.session.soul.level == level, "and not before"


def test_one_conversation_out(full: Person, tmp_path: Path) -> None:
    full.chat._chat.meta.rename("c5", 'A "title": with / signs')
    pick(menu_of(full, "c5"), "Export")
    full.choose_file(tmp_path / "one.md")
    full.wait((tmp_path / "one.md").exists)
    (chat,) = read(tmp_path / "one.md")
    assert chat.title == 'A "title": with / signs'
    assert chat.lines[0].text.startswith("Story 5.")
    assert "one.md" in full.window.footer.told.text()


def test_a_file_that_is_no_export_is_told(full: Person, tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text("{")
    full.drop(tmp_path / "bad.json")
    notice = full.notice()
    assert "bad.json" in notice.words.plain
    full.press(notice, "Close")
    assert len(full.chat.conversations.titles()) == 6
