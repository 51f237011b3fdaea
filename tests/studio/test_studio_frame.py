"""The frame of the window: tabs, keys, names, narrow windows."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QScrollBar,
    QTextEdit,
    QWidget,
)
from studio_person import Person

from studio.protocol import EngineFailure


@pytest.mark.parametrize("number", [0, 1, 2])
def test_tabs_by_click_and_by_key(number: int, person: Person) -> None:
    pages = (person.lab, person.chat, person.window.settings_page)
    person.window.show_tab((number + 1) % 3)
    person.click(person.window.header.tabs.part(number))
    assert pages[number].isVisible()
    person.window.show_tab((number + 1) % 3)
    person.window.activateWindow()
    person.qtbot.keyClick(person.window, Qt.Key.Key_1 + number, Qt.KeyboardModifier.ControlModifier)
    assert pages[number].isVisible()


def test_the_inspector_leads_to_the_settings_and_shows_them(host: Person) -> None:
    host.settings.set("temperature", 1.25)
    host.settings.set("system_prompt", "Be kind.")
    assert "Temperature 1.25" in host.chat.inspector.sampling.plain
    assert "Be kind." in host.chat.inspector.sampling.plain
    host.click(host.chat.inspector.change)
    assert host.window.settings_page.isVisible()
    host.window.show_tab(1)
    host.window.activateWindow()
    host.qtbot.keyClick(host.window, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    assert host.window.settings_page.isVisible()


def test_the_inspector_folds_away_in_a_narrow_window(person: Person) -> None:
    person.window.resize(1280, 800)
    QApplication.processEvents()
    assert person.chat.inspector.isVisible()
    person.window.resize(900, 600)
    QApplication.processEvents()
    assert (person.window.width(), person.window.height()) == (900, 600)
    assert not person.chat.inspector.isVisible()


def test_the_workspace_folder_opens(person: Person, workspace: Path, opened: list[Path]) -> None:
    person.click(person.window.footer.workspace)
    assert opened == [workspace]


CONTROLS = (QAbstractButton, QAbstractItemView, QAbstractSlider, QAbstractSpinBox, QLineEdit, QPlainTextEdit, QTextEdit)


def nameless(root: QWidget) -> list[QWidget]:
    """Controls that a screen reader could not name; scroll bars belong to what they scroll."""
    return [
        control
        for control in root.findChildren(QWidget)
        if isinstance(control, CONTROLS)
        and not isinstance(control, QScrollBar)
        and not isinstance(control.parent(), QAbstractSpinBox)
        and not (control.accessibleName() or getattr(control, "text", str)())
    ]


def test_every_control_has_a_name_and_can_be_reached(host: Person) -> None:
    host.say("Hello")
    assert nameless(host.window) == []
    for control in host.window.findChildren(QPushButton):
        assert control.focusPolicy() & Qt.FocusPolicy.TabFocus, control.text()
    host.window.show_keys()
    host.window.verbs.fail(EngineFailure("It is damaged.", "Traceback"))
    host.window.verbs.reset_soul()
    for notice in host.notices():
        assert nameless(notice) == []
        assert notice.windowTitle()


def test_what_has_the_focus_can_be_seen(host: Person) -> None:
    host.window.show_tab(1)
    with host.qtbot.waitActive(host.window):
        host.window.activateWindow()
    host.say("Hello")
    for control in host.window.centralWidget().findChildren(QPushButton):
        if control.isVisible() and control.isEnabled() and control.width() > 10:
            host.window.centralWidget().setFocus()
            QApplication.processEvents()
            before = control.grab().toImage()
            control.setFocus(Qt.FocusReason.TabFocusReason)
            QApplication.processEvents()
            assert control.hasFocus(), control.accessibleName()
            assert control.grab().toImage() != before, control.accessibleName()


@pytest.mark.parametrize("how", ["key", "button"])
def test_the_keys_are_listed(how: str, person: Person) -> None:
    if how == "key":
        with person.qtbot.waitActive(person.window):
            person.window.activateWindow()
        person.qtbot.keyClick(person.window, Qt.Key.Key_F1)
    else:
        person.click(person.window.footer.keys)
    notice = person.notice("Keys")
    texts = [label.text() for label in notice.findChildren(QLabel)]
    for keys in ("Ctrl + N", "Ctrl + +", "Ctrl + F", "Esc", "Shift + Enter"):
        assert keys in texts
    person.press(notice, "Close")


def test_the_tab_key_walks_through_the_chat(host: Person) -> None:
    host.window.activateWindow()
    host.window.show_tab(1)
    host.type("A draft")
    met: list[str] = []
    for _ in range(14):
        focus = host.window.focusWidget()
        met.append(focus.accessibleName() if focus else "")
        host.qtbot.keyClick(focus, Qt.Key.Key_Tab)
    for name in ("Message", "Send", "New chat", "Model: tiny 1.58-bit"):
        assert name in met
