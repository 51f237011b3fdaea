"""Folders in the list of conversations: made, filled by mouse and by menu, closed, renamed, deleted, searched."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDrag, QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu
from studio_person import Person

from studio.chat.conversation_rows import FOLDER, INSIDE, TARGET
from studio.chat.conversation_view import MIME
from studio.chat.transfer import read
from studio.protocol import LogLine

LEFT, NO_KEY = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def full(person: Person) -> Person:
    """Someone with four conversations; no model is needed to put them in order."""
    lines = [LogLine("user", f"Story {n}", f"2026-01-0{n + 1}T10:00:00+00:00", f"c{n}") for n in range(4)]
    person.chat._chat.history.add(lines)
    person.chat._chat.listed_changed.emit()
    with person.qtbot.waitActive(person.window):
        person.window.activateWindow()
    return person


def listed(person: Person) -> list[str]:
    """What the list shows, headings left out; what lies in a folder stands in."""
    return [("  " if item.data(INSIDE) else "") + item.text() for item in person.chat.conversations.list.rows()]


def pick(menu: QMenu, *path: str) -> None:
    for text in path[:-1]:
        menu = next(action.menu() for action in menu.actions() if action.text() == text)
    action = next(action for action in menu.actions() if action.text() == path[-1])
    assert action.isEnabled()
    action.trigger()


def move(person: Person, conversation: str, *where: str) -> None:
    menu = person.chat.conversations.open_menu(conversation, QPoint(50, 50))
    pick(menu, "Move to", *where)
    menu.close()


def folder_menu(person: Person, folder: str) -> QMenu:
    return person.chat.conversations.open_folder_menu(folder, QPoint(50, 50))


def name(person: Person, words: str) -> None:
    """Write the name of the folder that was just made, or is being renamed."""
    rows = person.chat.conversations.list
    person.wait(lambda: rows.findChild(QLineEdit, "title"))
    field = rows.findChild(QLineEdit, "title")
    assert field.accessibleName() == "Name of the folder"
    field.setText(words)
    person.qtbot.keyClick(field, Qt.Key.Key_Return)
    person.wait(lambda: not rows.is_editing)
    person.wait(lambda: any(item.text() == words for item in rows.rows()))


def made(person: Person, words: str = "Boats") -> str:
    """A folder; returns its id."""
    return person.chat._chat.meta.make_folder(words).id


def middle(person: Person, item: object) -> QPoint:
    return person.chat.conversations.list.visualItemRect(item).center()  # type: ignore[arg-type]


@pytest.mark.parametrize("how", ["key", "menu"])
def test_a_folder_is_made_and_named_in_its_row(how: str, full: Person, sit_down: Callable[[], Person]) -> None:
    if how == "key":
        full.window.show_tab(0)
        full.qtbot.keyClick(
            full.window, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
        )
        assert full.window.pages.currentWidget() is full.chat
    else:
        menu = full.chat.conversations.open_more()
        pick(menu, "New folder")
        menu.close()
    name(full, "Boats")
    assert listed(full) == ["Boats", "Story 3", "Story 2", "Story 1", "Story 0"]
    assert listed(sit_down()) == ["Boats"]


def test_a_menu_moves_a_conversation_in_and_out(full: Person) -> None:
    made(full)
    move(full, "c1", "Boats")
    assert listed(full) == ["Boats", "  Story 1", "Story 3", "Story 2", "Story 0"]
    assert full.chat.conversations.list.rows()[0].data(Qt.ItemDataRole.AccessibleTextRole) == (
        "Folder Boats, open, 1 conversation"
    )
    move(full, "c3", "New folder")
    name(full, "At home")
    assert listed(full) == ["At home", "  Story 3", "Boats", "  Story 1", "Story 2", "Story 0"]
    move(full, "c1", "Out of the folder")
    assert listed(full) == ["At home", "  Story 3", "Boats", "Story 2", "Story 1", "Story 0"]
    move(full, "c0", "At home")
    full.chat._chat.meta.pin("c0", True)
    assert listed(full)[:3] == ["At home", "  Story 0", "  Story 3"], "what is pinned comes first in its folder"


def test_a_click_and_the_keys_close_and_open_it_and_that_survives(full: Person, sit_down: Callable[[], Person]) -> None:
    boats = made(full)
    full.chat._chat.meta.move("c1", boats)
    full.chat.show_conversation("c1")
    rows = full.chat.conversations.list
    open_, closed = ["Boats", "  Story 1", "Story 3", "Story 2", "Story 0"], ["Boats", "Story 3", "Story 2", "Story 0"]
    full.qtbot.mouseClick(rows.viewport(), LEFT, pos=middle(full, rows.rows()[0]))
    full.wait(lambda: listed(full) == closed)
    assert full.chat.conversation == "c1", "what is shown stays shown"
    assert rows.row_of("c1") is rows.folder_item(boats)
    rows.setFocus()
    rows.go_to(rows.folder_item(boats))
    for key, shown in (
        (Qt.Key.Key_Right, open_),
        (Qt.Key.Key_Left, closed),
        (Qt.Key.Key_Return, open_),
        (Qt.Key.Key_Space, closed),
    ):
        full.qtbot.keyClick(rows, key)
        full.wait(lambda shown=shown: listed(full) == shown)
        assert rows.currentItem().data(FOLDER) == boats, "the keyboard stays where it is"
    full.qtbot.keyClick(rows, Qt.Key.Key_Left)
    full.qtbot.keyClick(rows, Qt.Key.Key_Delete)
    assert listed(full) == closed
    again = sit_down()
    assert [folder.closed for folder in again.chat._chat.meta.folders()] == [True]


def test_it_is_renamed_in_its_row(full: Person) -> None:
    boats = made(full)
    menu = folder_menu(full, boats)
    pick(menu, "Rename")
    menu.close()
    name(full, "Yachts")
    rows = full.chat.conversations.list
    rows.setFocus()
    rows.go_to(rows.folder_item(boats))
    full.qtbot.keyClick(rows, Qt.Key.Key_F2)
    name(full, "Dinghies")
    assert listed(full)[0] == "Dinghies"


def test_it_is_deleted_without_its_conversations_and_comes_back_with_them(full: Person) -> None:
    boats = made(full, "Boats & more")
    full.chat._chat.meta.move("c1", boats)
    before = listed(full)
    menu = folder_menu(full, boats)
    pick(menu, "Delete the folder")
    menu.close()
    assert listed(full) == ["Story 3", "Story 2", "Story 1", "Story 0"]
    assert "Boats & more" in full.chat.toast.words.text()
    full.click(full.chat.toast.undo)
    assert listed(full) == before


def test_its_conversations_are_exported_together(full: Person, tmp_path: Path) -> None:
    boats = made(full)
    menu = folder_menu(full, boats)
    assert not next(action for action in menu.actions() if action.text() == "Export…").isEnabled(), "nothing is in it"
    menu.close()
    for conversation in ("c0", "c2"):
        full.chat._chat.meta.move(conversation, boats)
    menu = folder_menu(full, boats)
    pick(menu, "Export…")
    menu.close()
    full.choose_file(tmp_path / "boats.json")
    full.wait((tmp_path / "boats.json").exists)
    assert {chat.title for chat in read(tmp_path / "boats.json")} == {"Story 0", "Story 2"}


def test_the_search_finds_in_closed_folders_too(full: Person) -> None:
    boats = made(full)
    full.chat._chat.meta.move("c1", boats)
    full.chat._chat.meta.close_folder(boats, True)
    full.qtbot.keyClicks(full.chat.conversations.search, "story 1")
    full.wait(lambda: listed(full) == ["Story 1"])
    full.chat.conversations.new_folder()
    name(full, "Another")
    assert listed(full) == ["Another", "Boats", "Story 3", "Story 2", "Story 0"], "a new folder is seen at once"


def test_a_name_being_written_is_not_lost_when_the_list_changes(full: Person) -> None:
    rows = full.chat.conversations.list
    full.chat.conversations.new_folder()
    full.wait(lambda: rows.findChild(QLineEdit, "title"))
    field = rows.findChild(QLineEdit, "title")
    field.setText("Half a na")
    full.chat._chat.history.add([LogLine("user", "Story 9", "2026-01-09T10:00:00+00:00", "c9")])
    full.chat._chat.listed_changed.emit()
    assert rows.findChild(QLineEdit, "title") is field
    name(full, "Half a name")
    full.wait(lambda: "Story 9" in listed(full))


def drag(person: Person, what: str, to: QPoint, let_go: bool = True) -> bool:
    """Hold a conversation over a place of the list, and let it go there; returns whether it was taken."""
    view, mime = person.chat.conversations.list.viewport(), QMimeData()
    mime.setData(MIME, what.encode())
    action = Qt.DropAction.MoveAction
    with warnings.catch_warnings():  # PySide6 6.12 wants a QPointF there, those before it know only QPoint
        warnings.simplefilter("ignore", DeprecationWarning)
        QApplication.sendEvent(view, QDragEnterEvent(to, action, mime, LEFT, NO_KEY))
        held = QDragMoveEvent(to, action, mime, LEFT, NO_KEY)
    QApplication.sendEvent(view, held)
    if let_go:
        QApplication.sendEvent(view, QDropEvent(QPointF(to), action, mime, LEFT, NO_KEY))
        QApplication.processEvents()
    return held.isAccepted()


def test_a_conversation_is_dragged_into_a_folder_and_out(full: Person) -> None:
    boats = made(full)
    rows = full.chat.conversations.list
    assert drag(full, "c1", middle(full, rows.folder_item(boats)), let_go=False)
    assert rows.folder_item(boats).data(TARGET), "the folder shows that it is meant"
    assert drag(full, "c1", middle(full, rows.folder_item(boats)))
    assert listed(full) == ["Boats", "  Story 1", "Story 3", "Story 2", "Story 0"]
    assert not rows.folder_item(boats).data(TARGET)
    assert drag(full, "c3", middle(full, rows.item_of("c1"))), "what lies in it stands for it"
    assert listed(full) == ["Boats", "  Story 3", "  Story 1", "Story 2", "Story 0"]
    assert not drag(full, "c3", middle(full, rows.folder_item(boats))), "it is there already"
    assert drag(full, "c3", middle(full, rows.item_of("c0")))
    assert listed(full) == ["Boats", "  Story 1", "Story 3", "Story 2", "Story 0"]
    assert drag(full, "c1", QPoint(20, rows.viewport().height() - 5)), "the empty space below is no folder"
    assert listed(full) == ["Boats", "Story 3", "Story 2", "Story 1", "Story 0"]
    assert not drag(full, "stranger", middle(full, rows.folder_item(boats)))


def test_a_file_over_the_list_is_left_to_the_window(full: Person) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile("/somewhere/model.bitt")])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        enter = QDragEnterEvent(QPoint(20, 20), Qt.DropAction.CopyAction, mime, LEFT, NO_KEY)
    QApplication.sendEvent(full.chat.conversations.list.viewport(), enter)
    assert full.window.veil.isVisible()
    QApplication.sendEvent(full.window, QDragLeaveEvent())
    assert not full.window.veil.isVisible()


def test_the_mouse_picks_up_a_conversation_and_no_folder(full: Person) -> None:
    """Where it is carried then is the display's business, and the tests' screen carries nothing."""
    boats, rows = made(full), full.chat.conversations.list
    far = QPoint(0, QApplication.startDragDistance())

    def point(kind: QEvent.Type, place: QPoint, button: Qt.MouseButton) -> None:
        there = QPointF(rows.viewport().mapTo(full.window, place))
        event = QMouseEvent(kind, there, full.window.mapToGlobal(there), button, LEFT, NO_KEY)
        QApplication.sendEvent(full.window.windowHandle(), event)

    picked = []
    for item in (rows.folder_item(boats), rows.item_of("c2")):
        start = middle(full, item)
        point(QEvent.Type.MouseButtonPress, start, LEFT)
        for steps in (1, 2, 3):
            point(QEvent.Type.MouseMove, start + steps * far, Qt.MouseButton.NoButton)
        picked.append([bytes(drag.mimeData().data(MIME).data()).decode() for drag in rows.findChildren(QDrag)][:1])
        point(QEvent.Type.MouseButtonRelease, start + 3 * far, LEFT)
    assert picked == [[], ["c2"]]
