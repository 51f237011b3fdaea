"""Setting a training up: what the check of a text says, names, and what stays chosen."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from studio_person import Person
from studio_trainee import alive, check, rest

from studio.training.runs import check_name, free_name

pytestmark = pytest.mark.usefixtures("small_steps", "english_again")


def test_what_is_wrong_and_where_is_said_before_anything_starts(trainer_page: Person, tmp_path: Path) -> None:
    person, train = trainer_page, trainer_page.lab.train
    folder = tmp_path / "talks"
    folder.mkdir()
    good = json.dumps({"messages": [{"role": "user", "text": "Hello"}, {"role": "assistant", "text": "Good day."}]})
    (folder / "talks.jsonl").write_text(f"{good}\n{good}\n" + '{"messages": []}\n', encoding="utf-8")
    person.click(train.folder_button)
    person.choose_file(folder)
    person.wait(lambda: train.problem.isVisible())
    rest(person)
    assert f"Line 3 of {folder / 'talks.jsonl'}" in train.problem.text()
    assert not train.start_button.isEnabled()
    assert not list((person.session.workspace / "training").iterdir()), "nothing is left of it"
    (folder / "talks.jsonl").write_text(
        "".join(good.replace("Hello", f"Hello {n}") + "\n" for n in range(100)), encoding="utf-8"
    )
    person.click(train.again_button)
    person.wait(lambda: train.facts.isVisible())
    rest(person)
    assert not train.problem.isVisible()
    assert "dialogues" in train.facts.value("Found")
    assert train.start_button.isEnabled()


def test_too_little_text_is_told_with_its_numbers(trainer_page: Person, tmp_path: Path) -> None:
    person, train = trainer_page, trainer_page.lab.train
    (tmp_path / "short.txt").write_text("A short text of a few words, too few to learn from.", encoding="utf-8")
    person.drop(tmp_path / "short.txt")
    person.wait(lambda: train.facts.isVisible())
    rest(person)
    assert "too little text" in train.problem.text()
    assert train.start_button.toolTip() == train.problem.text()
    assert not train.start_button.isEnabled()


def test_a_text_that_is_dropped_is_meant_for_what_is_shown(trainer_page: Person, book: Path) -> None:
    person, veil = trainer_page, trainer_page.window.veil
    assert veil.offer(book.parent)
    assert "Train on books" in veil.words.text()
    assert veil.offer(book)
    assert "Train on sea.txt" in veil.words.text()
    person.lab.show_view(0)
    assert not veil.offer(book)
    assert "Train" not in veil.words.text()
    veil.hide()


def test_the_check_can_be_stopped(trainer_page: Person, book: Path) -> None:
    person, train = trainer_page, trainer_page.lab.train
    train.verbs.take(book)
    person.wait(lambda: person.session.training._child and person.session.training._child.number)
    number = person.session.training._child.number
    person.click(train.stop_button)
    rest(person)
    assert not alive(number)
    assert "not checked to its end" in train.state.plain
    assert not train.problem.isVisible()
    assert not list((person.session.workspace / "training").iterdir())


def test_a_stop_that_comes_before_the_process_is_not_lost(trainer_page: Person, book: Path) -> None:
    person, trainer, train = trainer_page, trainer_page.session.training, trainer_page.lab.train
    train.verbs.take(book)
    person.wait(train.stop_button.isVisible)
    assert trainer._child is None
    person.click(train.stop_button)
    rest(person)
    assert "not checked to its end" in train.state.plain
    check(person, book)
    trainer.changed.connect(trainer.stop)  # as soon as it says that it trains
    person.click(train.start_button)
    person.wait(lambda: trainer.runs)
    rest(person)
    (run,) = trainer.runs
    assert run.checkpoint is None, "nothing was trained"
    assert not run.going


def test_a_name_is_one_that_a_folder_can_have(trainer_page: Person, book: Path, tmp_path: Path) -> None:
    person, train = trainer_page, trainer_page.lab.train
    check(person, book)
    train.name.clear()
    train.name.textEdited.emit("")
    assert not train.start_button.isEnabled()
    assert "name" in train.start_button.toolTip()
    person.qtbot.keyClicks(train.name, "a/b")
    person.click(train.start_button)
    notice = person.notice("did not work")
    assert "cannot hold /" in notice.words.plain
    person.press(notice, "Close")
    assert train.facts.isVisible(), "what was checked is still there"
    assert check_name(" A sea ") == "A sea"
    (tmp_path / "sea").mkdir()
    assert free_name(tmp_path, "sea") == "sea-2"
    assert free_name(tmp_path, '..<"a:b>') == "--a-b-"


def test_what_is_chosen_stays(trainer_page: Person, sit_down: Callable[[], Person], book: Path) -> None:
    person, train = trainer_page, trainer_page.lab.train
    person.click(train.size_choice.part(1))
    train.steps.setValue(250)
    check(person, book)
    assert "8 layers, 256 wide" in train.facts.value("Model")
    page = person.window.lab
    person.settings.set("language", "ja")
    person.wait(lambda: person.window.lab is not page)
    person.wait(lambda: person.window.lab.train.facts.isVisible())  # another language loses nothing
    person.settings.set("language", "en")
    person.wait(lambda: person.window.lab.train.title.text() == "Train a model")
    again = sit_down()
    assert again.lab.train.size_choice.current == 1
    assert again.lab.train.steps.value() == 250
