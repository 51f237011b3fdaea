"""Two souls side by side in the Model Lab."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QApplication
from studio_person import Person

from engine.io.soul import load_soul
from engine.session.compare import compare
from engine.session.timeline import digest
from studio.lab.compare_dialog import CompareDialog, LayerMap
from studio.protocol import Compared, KeepSoul
from studio.session import Busy


@pytest.fixture
def lab(host: Person) -> Person:
    """Someone whose soul was kept and has lived on."""
    host.say("My dog is called Bramble.")
    host.through(lambda: host.window.verbs.start(host.session.call(KeepSoul(note="first"))), Busy.SOUL)
    host.say("On Sundays we sail.")
    host.window.show_tab(0)
    host.lab.show_view(1)
    return host


def opened(person: Person) -> CompareDialog:
    person.click(person.lab.soul.compare_button)
    (dialog,) = person.window.findChildren(CompareDialog)
    person.wait(lambda: dialog.map.compared is not None)
    person.wait_idle()
    return dialog


def test_the_map_shows_what_the_engine_measures(lab: Person, workspace: Path) -> None:
    dialog = opened(lab)
    (kept,) = lab.session.timeline.moments
    assert (dialog.first.currentData(), dialog.second.currentData()) == (kept.id, "")
    active = load_soul(next(workspace.glob("souls/*/main.soul")))
    found = compare(load_soul(next(workspace.glob("souls/*/main.history/*.soul"))), active)
    shown = dialog.map.compared
    assert shown.layers == tuple(layer.change for layer in found.layers)
    assert np.array_equal(np.array(shown.heads), found.heads)
    assert f"{found.tokens} tokens more" in dialog.summary.plain
    assert "layer 1" in dialog.map.accessibleDescription()
    dialog.second.setCurrentIndex(dialog.second.findData(kept.id))
    lab.wait(lambda: dialog.map.compared.change == 0.0)
    lab.wait_idle()
    assert "0.0 % changed" in dialog.summary.plain
    lab.click(dialog.close_button)


def test_both_are_asked_and_neither_learns(lab: Person, workspace: Path) -> None:
    dialog = opened(lab)
    file = next(workspace.glob("souls/*/main.soul"))
    before, level = digest(load_soul(file)), lab.session.soul.level
    assert not dialog.ask_button.isEnabled()
    dialog.words.setText("What is my dog called?")
    lab.through(lambda: lab.click(dialog.ask_button), Busy.COMPARING)
    assert all(answer.plain and answer.plain != "…" for answer in dialog.answers)
    assert digest(load_soul(file)) == before
    assert lab.session.soul.level == level
    lab.say("And on.")
    (kept,) = lab.session.timeline.moments
    first = dialog.answers[0].plain
    lab.through(lambda: dialog.second.setCurrentIndex(dialog.second.findData(kept.id)), Busy.SOUL)
    dialog.words.setText("What is my dog called?")
    lab.through(lambda: lab.click(dialog.ask_button), Busy.COMPARING)
    assert [answer.plain for answer in dialog.answers] == [first, first], "the same soul says the same"
    lab.click(dialog.close_button)


def test_asking_can_be_stopped(lab: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studio.lab.compare_dialog._LONGEST_ANSWER", 100_000)
    dialog = opened(lab)
    dialog.words.setText("Tell me everything.")
    lab.click(dialog.ask_button)
    lab.wait(dialog.stop_button.isVisible)
    assert "asked" in lab.chat.composer.draft.toolTip() or not lab.chat.composer.draft.isEnabled()
    lab.click(dialog.stop_button)
    lab.wait_idle()
    assert dialog.ask_button.isVisible()
    lab.click(dialog.close_button)


def test_the_soul_of_now_is_put_beside_what_it_grew_from(lab: Person) -> None:
    lab.through(lambda: lab.window.verbs.start(lab.session.call(KeepSoul(note="second"))), Busy.SOUL)
    first, second = lab.session.timeline.moments
    assert lab.lab.soul.view.selected == second.id
    dialog = opened(lab)
    assert (dialog.first.currentData(), dialog.second.currentData()) == (first.id, "")
    assert dialog.map.compared.change > 0
    lab.click(dialog.close_button)


def test_there_must_be_something_to_compare(host: Person) -> None:
    assert not host.lab.soul.compare_button.isEnabled()
    assert "nothing to compare" in host.lab.soul.compare_button.toolTip()


def test_a_cell_is_the_fuller_the_more_it_changed(person: Person) -> None:
    shown = LayerMap()
    person.qtbot.addWidget(shown)
    shown.show_compared(Compared(0.5, (0.5, 1.0), ((0.0, 1.0), (0.5, 1.0)), 10))
    shown.resize(400, shown.sizeHint().height())
    shown.show()
    QApplication.processEvents()
    picture = shown.grab().toImage()

    def ink(row: int, column: int) -> int:
        place = shown.cell(row, column).center().toPoint()
        return picture.pixelColor(place).blue() - picture.pixelColor(place).red()

    assert ink(0, 0) < ink(1, 0) < ink(0, 1) == ink(1, 1)
    assert "layer 1, head 2: 100.0 %" in shown._told(QPointF(shown.cell(0, 1).center()))
