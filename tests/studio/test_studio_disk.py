"""The disk's thread: what takes long there never holds the window, and trainings are read there alone."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot
from qasync import QEventLoop
from studio_person import Person

from engine.errors import FileFormatError
from studio.disk import Disk
from studio.protocol import EngineFailure
from studio.training import TrainingRun, runs
from studio.training.runs import TrainingArchive


def test_what_is_done_comes_back_in_the_poll_and_in_order(loop: QEventLoop, qtbot: QtBot) -> None:
    disk, seen = Disk(), []

    async def ask() -> None:
        seen.append(await disk.do(lambda: threading.current_thread().name))
        with pytest.raises(EngineFailure, match=r"^A sentence about a\.txt\.$"):
            await disk.do(refuse, FileFormatError("A sentence about {file}.", file="a.txt"))
        with pytest.raises(ZeroDivisionError):
            await disk.do(refuse, ZeroDivisionError())
        disk.begin(lambda done: seen.append(done.result()), str, 1)
        await disk.close()
        seen.append("closed")

    task = asyncio.ensure_future(ask())
    qtbot.wait(30)
    assert not task.done(), "nothing comes back without the poll"
    while not task.done():
        disk.poll()
        qtbot.wait(1)
    task.result()
    assert seen == ["disk_0", "1", "closed"]


def refuse(error: Exception) -> None:
    raise error


@pytest.fixture
def shelf(workspace: Path) -> Path:
    """A workspace in which something was trained."""
    for name in ("sea", "wood"):
        checkpoints = workspace / "training" / name / "run" / "checkpoints"
        checkpoints.mkdir(parents=True)
        (checkpoints / "latest").write_text("step-0000040\n", encoding="utf-8")
        TrainingRun(workspace / "training" / name, f"{name}.txt", "", "tiny", 100, ()).write()
    return workspace / "training"


def test_deleting_a_run_does_not_hold_the_window(
    shelf: Path, sit_down: Callable[[], Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    person, go = sit_down(), threading.Event()
    runs = person.lab.runs
    delete = TrainingArchive.delete

    def slowly(archive: TrainingArchive, aside: Path) -> None:
        go.wait(60)
        delete(archive, aside)

    monkeypatch.setattr(TrainingArchive, "delete", slowly)
    person.window.show_training()
    person.wait(lambda: runs.picker.count() == 2)
    shown = runs.run.folder
    person.click(runs.delete_button)
    person.press(person.notice(), "Delete it")
    person.wait(lambda: runs.picker.count() == 1)
    assert runs.run.folder != shown
    assert not shown.exists(), "it is out of the list, whatever happens to the program now"
    person.window.show_tab(2)
    assert person.window.settings_page.isVisible()
    go.set()
    person.wait(lambda: [path.name for path in shelf.iterdir()] == [runs.run.name])


def test_what_a_former_end_left_half_deleted_is_gone(shelf: Path, sit_down: Callable[[], Person]) -> None:
    (shelf / "sea").rename(shelf / ".deleted-sea")
    person = sit_down()
    person.wait(person.session.training.known.is_set)
    assert [path.name for path in shelf.iterdir()] == ["wood"]


def test_a_refresh_reads_nothing_and_what_is_read_is_read_in_the_thread(
    shelf: Path, sit_down: Callable[[], Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[str] = []

    def noting(read: Callable[..., Any]) -> Callable[..., Any]:
        def note(*args: Any) -> Any:
            threads.append(threading.current_thread().name)
            return read(*args)

        return note

    for name in ("chosen", "checkpoint"):
        monkeypatch.setattr(runs, name, noting(getattr(runs, name)))
    person = sit_down()
    person.window.show_training()
    person.wait(lambda: person.lab.runs.run)
    assert person.lab.runs.run.step == 40
    assert "40" in person.lab.runs.state.text()
    assert threads == ["disk_0"] * 4, "two runs, of each what was chosen and its checkpoint, once"
    for _ in range(5):
        person.lab.runs.refresh()
        person.session.changed.emit()
    assert len(threads) == 4
