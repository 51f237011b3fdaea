"""Nothing is cut off, nothing lies over another, and every text can be told from its ground: in both themes, both
languages, at the smallest and the usual size, and with the largest text."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication, QHBoxLayout, QWidget
from pytestqt.qtbot import QtBot
from studio_person import Person

from studio import theme, translation
from studio.protocol import EngineFailure
from studio.settings.help import show_about
from studio.training import TrainingRun
from studio.widgets.controls import button, label
from tools import legible

SIZES = (QSize(1280, 800), QSize(*theme.MINIMUM_SIZE))


pytestmark = pytest.mark.usefixtures("english_again")


def settle() -> None:
    for _ in range(3):
        QApplication.processEvents()


def look(person: Person, where: str) -> list[str]:
    """What cannot be read, at both sizes."""
    found = []
    for size in SIZES:
        person.window.resize(size)
        settle()
        if problems := legible.problems(person.window):  # a clock may have moved on just before: look once more
            settle()
            problems = [problem for problem in legible.problems(person.window) if problem in problems]
        found += [f"{where}, {size.width()}: {problem}" for problem in problems]
    return found


def everywhere(person: Person) -> list[str]:
    """What cannot be read in any view."""
    window, found = person.window, []
    shown = window.talk.conversation
    window.show_tab(1)
    found += look(person, "chat")
    window.chat.new_chat()
    for dial in range(3):
        window.chat.composer.dial.choose(dial)
        found += look(person, f"empty chat, dial {dial}")
    window.talk.show_conversation(shown)
    window.show_tab(2)
    for number in range(len(window.settings_page.cards)):
        window.settings_page.show_group(number)
        found += look(person, f"settings {number}")
    window.show_tab(0)
    for view in range(len(window.lab.views.buttons())):
        window.lab.show_view(view)
        found += look(person, f"lab {view}")
    return found


@pytest.fixture
def trained(workspace: Path) -> None:
    """A training that failed late, with a curve that had risen."""
    run = TrainingRun(
        workspace / "training" / "The old man and the sea", "/home/someone/books/The old man and the sea.txt",
        "/models/companion.bitt", "small", 2000, (),
        problem="The loss became nan at step 1801, so the run was stopped. Resume with a lower --lr.",
    )  # fmt: skip
    checkpoints = run.folder / "run" / "checkpoints"
    checkpoints.mkdir(parents=True)
    (checkpoints / "latest").write_text("step-0001800\n", encoding="utf-8")
    run.write()
    lines = [
        {
            "step": step,
            "loss": 9 - step / 300,
            "val_loss": 5 + abs(step - 900) / 500,
            "tokens_per_second": 1e4,
            "seconds": step,
        }
        for step in range(100, 1801, 100)
    ]
    (run.folder / "run" / "metrics.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))


@pytest.mark.usefixtures("trained")
@pytest.mark.parametrize(
    ("colours", "language", "size"), [("dark", "en", 14), ("light", "ja", 14), ("light", "en", 20), ("dark", "ja", 20)]
)
def test_everything_can_be_read(colours: str, language: str, size: int, host: Person) -> None:
    host.say("My dog is called Bramble.")
    host.settings.set("theme", colours)
    host.settings.set("font_size", size)
    if language == "ja":
        page = host.window.settings_page
        host.settings.set("language", "ja")
        host.wait(lambda: host.window.settings_page is not page)
    settle()
    assert everywhere(host) == []
    assert host.window.lab.runs.problem.isVisible()
    assert "900" in host.window.lab.runs.advice.plain, "what the risen curve means"


@pytest.mark.parametrize("language", ["en", "ja"])
def test_dialogs_can_be_read(language: str, host: Person) -> None:
    translation.apply(language)
    host.window.show_keys()
    show_about(host.window)
    host.window.ask_to_delete()
    host.window.verbs.fail(EngineFailure("It is damaged.", "Traceback"))
    host.window.verbs.reset_soul()
    settle()
    assert len(host.notices()) == 5
    for shown in host.notices():
        assert legible.problems(shown) == [], shown.windowTitle()


# What it finds


def test_what_is_cut_off_overlaps_or_is_faint_is_found(qtbot: QtBot) -> None:
    root = QWidget()
    qtbot.addWidget(root)
    root.setStyleSheet("QWidget { background: #ffffff; color: #000000; } QLabel[faint='yes'] { color: #aaaaaa; }")
    root.resize(400, 200)
    cut, over, pale, whole = label("This is much too long"), button("Over it"), label("Pale"), label("Whole")
    pale.setProperty("faint", "yes")
    for number, part in enumerate((cut, over, pale, whole)):
        part.setParent(root)
        part.setGeometry(10, 10 + 50 * number, part.sizeHint().width(), part.sizeHint().height())
    cut.resize(30, cut.height())
    over.move(30, 12)
    root.show()
    settle()
    found = legible.problems(root)
    assert len(found) == 3, found
    assert "“This is much too long” is cut off" in found[0]
    assert found[1] == "“This is much too long” and “Over it” lie over each other."
    assert "“Pale” has a contrast of 2.32" in found[2]


def test_what_is_laid_out_well_is_no_problem(qtbot: QtBot) -> None:
    root = QWidget()
    qtbot.addWidget(root)
    row = QHBoxLayout(root)
    for part in (label("One"), button("Two"), label("Three and more " * 20, wrap=True)):
        row.addWidget(part)
    root.resize(500, 300)
    root.show()
    settle()
    assert legible.cut_off(root) == legible.overlapping(root) == []
