"""The box that says what this program is and what it is made of."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QPlainTextEdit
from studio_person import Person

from engine import resources
from engine.version import __version__
from studio import licences


def test_about_names_the_version_and_every_licence(person: Person) -> None:
    person.window.show_tab(2)
    person.click(person.window.settings_page.about)
    notice = person.notice("About")
    assert __version__ in notice.words.text()
    shown = notice.findChild(QPlainTextEdit, "details")
    assert shown is not None
    assert "Apache License" in shown.toPlainText()
    assert "tokenizers" in shown.toPlainText()
    person.press(notice, "Close")


def test_a_bundle_shows_the_list_that_it_was_built_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "resources").mkdir()
    (tmp_path / "resources" / licences.BUNDLED).write_text("the list of the bundle", encoding="utf-8")
    monkeypatch.setattr("sys._MEIPASS", str(tmp_path), raising=False)
    assert resources.resource_root() == tmp_path / "resources"
    assert licences.text() == "the list of the bundle"
