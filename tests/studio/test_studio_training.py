"""Training in the Model Lab: a text that is checked first, a real run of a tiny model, stopped, resumed, opened."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from studio_person import Person
from studio_trainee import alive, begin, check, rest

from engine.io.model_file import load_weights
from engine.io.strict_json import read_text
from engine.text.tokenizer import Tokenizer
from engine.train.args import TrainArgs
from studio import app
from studio.lab.page import TRAINING
from studio.settings import privacy
from studio.training import SIZES, TrainingRun, TrainingState
from studio.training.runs import checkpoint

ENDLESS = 10_000


pytestmark = pytest.mark.usefixtures("small_steps", "english_again")


def test_a_text_is_checked_trained_on_and_its_model_opened(trainer_page: Person, book: Path) -> None:
    person, trainer = trainer_page, trainer_page.session.training
    train, runs, footer = person.lab.train, person.lab.runs, person.window.footer
    assert runs.empty.isVisible()
    assert not train.start_button.isEnabled()
    assert "checked before" in train.start_button.toolTip()
    person.click(train.file_button)
    person.choose_file(book)
    person.wait(lambda: trainer.state is TrainingState.CHECKING)
    assert train.bar.isVisible()
    assert "being checked" in train.file_button.toolTip()
    rest(person)
    characters = len(book.read_text(encoding="utf-8"))
    assert f"1 text · {characters:,} characters" in train.facts.value("Found")
    assert "held out" in train.facts.value("To learn")
    train.steps.setValue(10_000)
    steps = int(re.search(r"take ([\d,]+) steps", train.facts.value("Pace"))[1].replace(",", ""))
    train.steps.setValue(steps - 1)
    assert "heart" not in train.facts.value("Pace")
    lefts = {field.mapTo(train, field.rect().topLeft()).x() for field in (train.begin, train.name)}
    (left,) = {shown.mapTo(train, shown.rect().topLeft()).x() for shown in train.facts._values.values()}
    assert lefts == {left}, "what was found begins where the fields do"
    assert train.name.text() == "sea"
    train.name.clear()
    person.qtbot.keyClicks(train.name, "My sea")
    seen: list[str] = []
    trainer.changed.connect(lambda: seen.append(runs.state.text()))
    run = begin(person, 60)
    assert trainer.state is TrainingState.TRAINING
    assert "first steps" in " ".join(seen), "something is seen before the first figures"
    assert runs.run.folder == run.folder
    assert "training" in footer.training.text()
    assert "●" in person.lab.views.button(TRAINING).text()
    assert "is being trained" in train.file_button.toolTip()
    assert not runs.on_button.isVisible()
    rest(person)
    assert "Finished · step 60 of 60" in runs.state.text()
    assert runs.percent.text() == "100 %"
    assert runs.bar.value() == 1000
    assert "held out" in runs.graph.description
    (run,) = trainer.runs
    assert run.curve.points[-1].loss < run.curve.points[0].loss
    assert not footer.training.isVisible()
    assert "My sea is trained" in footer.told.text()
    model = person.session.workspace / "training" / "My sea" / "My sea-60.bitt"
    assert model in person.lab.models.catalogue.paths, "it is at hand"
    assert not runs.on_button.isEnabled()
    runs.steps.setValue(70)
    assert runs.on_button.isEnabled(), "a finished run can be trained further"
    person.click(runs.open_button)
    person.wait(lambda: person.session.model is not None and person.session.model.path == model)
    person.wait_idle()
    assert not runs.delete_button.isEnabled()
    assert "Let it go first" in runs.delete_button.toolTip()
    vocabulary = Tokenizer.from_json(read_text(run.folder / "data" / "tokenizer.json"), "").vocab_size
    assert person.session.model.parameters == SIZES["tiny"].weights(vocabulary)
    person.click(runs.copy_button)
    where, command = QGuiApplication.clipboard().text().splitlines()
    assert shlex.split(where) == ["cd", str(run.folder)]
    assert shlex.split(command)[:2] == ["bit-llama", "train"]
    assert "--resume" in command
    person.through(person.lab.body.verbs.unload)
    person.click(runs.delete_button)
    notice = person.notice("Delete My sea?")
    assert str(run.folder) in notice.words.plain
    person.press(notice, "Delete it")
    person.wait(runs.empty.isVisible)
    person.wait(lambda: not list(trainer.folder.iterdir()))
    assert book.exists()
    assert model not in person.lab.models.catalogue.paths


def test_closing_while_it_trains_saves_and_the_next_start_offers_to_go_on(
    sit_down: Callable[[], Person], book: Path, workspace: Path
) -> None:
    person = sit_down()
    person.window.show_training()
    check(person, book)
    run = begin(person, ENDLESS)
    number = person.session.training._child.number
    assert alive(number)
    person.leave()
    assert not alive(number), "no process is left"
    saved = checkpoint(run.folder)
    assert saved >= run.curve.points[0].step
    assert not list(run.folder.rglob("*.tmp"))

    again = sit_down()
    again.settings.set("reopen", False)
    app.begin(again.window)
    notice = again.notice("Go on training sea?")
    assert f"step {saved:,} of {ENDLESS:,}" in notice.words.plain
    again.window.show_training()
    trainer, runs = again.session.training, again.window.lab.runs
    assert f"Stopped · step {saved:,}" in runs.state.text()
    assert runs.graph.description.startswith("Step "), "the curve is there again"
    again.press(notice, "Go on")
    again.wait(lambda: trainer.current is not None and trainer.current.curve.points[-1].step > saved)
    steps = [point.step for point in trainer.current.curve.points]
    assert steps == sorted(set(steps)), "one curve, from before and after"
    again.click(runs.stop_button)
    assert trainer.state is TrainingState.STOPPING
    assert "saves" in runs.state.text()
    assert not runs.stop_button.isEnabled()
    rest(again)
    (stopped,) = trainer.runs
    assert stopped.step > saved
    assert not stopped.going
    assert trainer.left_going is None, "who stopped it is not asked again"
    again.click(runs.open_button)
    again.wait(lambda: trainer.state is TrainingState.EXPORTING)
    number = trainer._child.number
    again.leave()
    assert not alive(number)
    assert not again.notices(), "closing is what was wanted, and nothing went wrong"
    assert [path.name for path in stopped.folder.iterdir() if path.suffix in (".bitt", ".tmp")] == [stopped.model.name]
    assert load_weights(stopped.model).config.num_layers == 1, "closing waits for the model to be whole"

    last = sit_down()
    last.settings.set("reopen", False)
    last.window.show_training()
    last.wait(lambda: last.session.training.runs)
    last.click(last.window.lab.runs.open_button)
    last.wait(lambda: last.session.model is not None)
    last.wait_idle()
    assert last.session.model.path == stopped.model, "it is opened as far as it came"


def test_a_model_at_hand_goes_on(trainer_page: Person, models: Path, book: Path) -> None:
    person, train = trainer_page, trainer_page.lab.train
    person.settings.set("model_folders", [str(models)])
    check(person, book)
    assert "weights" in train.facts.value("Model")
    train.begin.setCurrentIndex(train.begin.findData(str(models / "tiny.bitt")))
    train.begin.activated.emit(train.begin.currentIndex())
    assert person.session.training.draft.checked is None, "its tokens are others"
    person.wait(lambda: person.session.training.draft.checked)
    rest(person)
    assert "begins with" in train.facts.value("Model")
    assert not train.size_choice.isEnabled()
    run = begin(person, 2)
    rest(person)
    assert "tiny.bitt" in person.lab.runs.facts.value("Begun with")
    (run,) = person.session.training.runs
    made, before = load_weights(run.model), load_weights(models / "tiny.bitt")
    assert (made.config.hidden_dim, made.config.num_layers) == (before.config.hidden_dim, before.config.num_layers)
    assert made.fingerprint != before.fingerprint


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_a_run_that_is_killed_says_so_and_can_go_on(trainer_page: Person, book: Path) -> None:
    person, trainer, runs = trainer_page, trainer_page.session.training, trainer_page.lab.runs
    check(person, book)
    train = person.lab.train
    person.click(train.start_button)
    person.wait(lambda: trainer.state is TrainingState.TRAINING and trainer._child and trainer._child.number)
    os.kill(trainer._child.number, signal.SIGKILL)
    notice = person.notice("did not work")
    assert "ended from outside" in notice.words.plain
    person.press(notice, "Close")
    rest(person)
    assert "ended from outside" in runs.problem.text()
    assert runs.on_button.isEnabled()
    assert not runs.open_button.isEnabled()
    assert "not saved yet" in runs.open_button.toolTip()


def test_another_run_is_chosen(trainer_page: Person, sit_down: Callable[[], Person]) -> None:
    folder = trainer_page.session.training.folder
    for name, loss in (("sea", 3.25), ("wood", 1.5)):
        (folder / name / "run").mkdir(parents=True)
        TrainingRun(folder / name, f"{name}.txt", "", "tiny", 100, ()).write()
        measured = {"step": 10, "loss": loss, "val_loss": None, "tokens_per_second": 100.0, "seconds": 1.0}
        (folder / name / "run" / "metrics.jsonl").write_text(json.dumps(measured) + "\n", encoding="utf-8")
    person = sit_down()
    person.window.show_training()
    runs = person.lab.runs
    person.wait(lambda: runs.picker.count() == 2)
    shown = {}
    for key in (Qt.Key.Key_Home, Qt.Key.Key_End):
        person.qtbot.keyClick(runs.picker, key)
        shown[runs.picker.currentText()] = (runs.facts.value("Text"), runs.graph.description)
    assert set(shown) == {"sea", "wood"}
    assert shown["sea"][0] == "sea.txt"
    assert "3.250" in shown["sea"][1]
    assert "1.500" in shown["wood"][1]


def test_the_weights_of_a_size_are_those_of_the_model_that_is_made() -> None:
    size = SIZES["small"]
    args = TrainArgs(dim=size.width, layers=size.layers, heads=size.heads)
    assert size.weights(4096) == args.model_config(4096).num_parameters


def test_what_was_trained_is_counted_and_deleted_with_everything(tmp_path: Path) -> None:
    (tmp_path / "training" / "sea").mkdir(parents=True)
    (tmp_path / "training" / "sea" / "run.json").write_text("{}", encoding="utf-8")
    assert sum(privacy.held(tmp_path, kind)[0] for kind in privacy.KINDS) == 1
    privacy.delete_all(tmp_path)
    assert not (tmp_path / "training").exists()
