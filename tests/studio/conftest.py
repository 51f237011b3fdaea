"""A real window over a real worker and a real, tiny model; only the person is played."""

from __future__ import annotations

import asyncio
import gc
import random
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import PySide6
import pytest
import tiny
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QSize, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from qasync import QEventLoop
from studio_person import Person

from engine.io.bitt import save_bitt
from engine.io.checkpoint import save_checkpoint
from engine.io.conversation_log import ConversationLog
from engine.io.model_file import load_weights
from engine.io.weights import ModelWeights
from engine.text.tokenizer import Tokenizer
from studio import translation
from studio.app import build
from studio.training import SIZES, ModelSize

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "packaging"))
import translations


def talkative(seed: int = 0) -> ModelWeights:
    """A tiny model that never ends a reply by itself: with top-k, a token of middling likelihood is never chosen."""
    body = tiny.body(seed=seed)
    head = body.tensors["lm_head.weight"].copy()
    head[list(Tokenizer.from_json(tiny.tokenizer_json()).special_tokens.values())] = 0
    return ModelWeights(body.config, dict(body.tensors) | {"lm_head.weight": head}, body.tokenizer)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Qt's screenless platform remarks on what it lacks (size hints, raising); that says nothing about the window."""
    item.add_marker(pytest.mark.qt_log_ignore("^This plugin does not support", extend=True))


def pytest_sessionfinish() -> None:
    """No window dies after Qt, which can end in a crash: neither one that the traceback of a failed test holds, nor one
    that is still to be deleted."""
    for name in ("last_exc", "last_type", "last_value", "last_traceback"):
        if hasattr(sys, name):
            delattr(sys, name)
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()


@pytest.fixture(scope="session", autouse=True)
def translations_are_compiled() -> None:
    """As the package's build does it; here the sentences may have changed since."""
    if not translations.is_compiled():
        assert translations.compile_all() is None


@pytest.fixture(autouse=True)
def no_other_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """What other programs on this machine have fetched is no matter here."""
    monkeypatch.setattr("studio.lab.model_folders.folders_of_programs", list)


class Sized(QWidget):
    def sizeHint(self) -> QSize:
        return QSize(1, 1)


@pytest.fixture(scope="session", autouse=True)
def qt_takes_no_references_that_are_not_its_own(qapp: QApplication) -> None:
    """PySide6 6.12.0 drops a reference to None at every call of a method that Python overrides. Before Python 3.12,
    where None cannot be freed, the program is aborted after some thousand of them: say so instead."""
    widget, before = Sized(), sys.getrefcount(None)
    for _ in range(500):
        widget.updateGeometry()
    if sys.getrefcount(None) < before - 250:
        pytest.fail(f"PySide6 {PySide6.__version__} gives away references to None; install another version of it.")


@pytest.fixture(autouse=True)
def garbage_is_collected_in_this_thread() -> Iterator[None]:
    """What `studio.garbage` does for the program: no widget of a former test dies in the thread of a worker."""
    gc.disable()
    yield
    gc.enable()
    gc.collect()


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``tiny.bitt``, ``other.bitt`` and the checkpoint folder ``checkpoint``."""
    folder = tmp_path_factory.mktemp("models")
    save_bitt(folder / "tiny.bitt", talkative(), packed=True)
    save_bitt(folder / "other.bitt", talkative(seed=1), packed=True)
    save_checkpoint(folder / "checkpoint", talkative(seed=2))
    return folder


@pytest.fixture(scope="session")
def qasync_loop(qapp: QApplication) -> Iterator[QEventLoop]:
    loop = QEventLoop(qapp, already_running=True)
    asyncio.events._set_running_loop(None)
    yield loop
    loop.stop()  # only at the very end: it also tells Qt to quit
    loop.close()


@pytest.fixture
def loop(qasync_loop: QEventLoop) -> Iterator[QEventLoop]:
    """The window's event loop, running as far as asyncio knows."""
    asyncio.events._set_running_loop(qasync_loop)
    yield qasync_loop
    asyncio.events._set_running_loop(None)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return tmp_path / "workspace"


@pytest.fixture
def sit_down(qtbot: QtBot, loop: QEventLoop, workspace: Path) -> Iterator[Callable[[], Person]]:
    """Opens the Studio on this test's workspace; the one that was open before is closed, as by a restart."""
    people: list[Person] = []

    def begin() -> Person:
        if people:
            end(people.pop())
        window = build(workspace)
        window.show()
        people.append(Person(qtbot, window))
        return people[-1]

    def end(person: Person) -> None:
        for notice in person.notices():
            notice.close()
        if person.window.isVisible():
            person.leave()
        person.window.deleteLater()
        QApplication.processEvents()

    yield begin
    for person in people:
        end(person)


@pytest.fixture
def person(sit_down: Callable[[], Person]) -> Person:
    """Someone before a window without a model."""
    return sit_down()


@pytest.fixture
def host(person: Person, models: Path) -> Person:
    """Someone before a window with a model, which replies shortly."""
    person.open(models / "tiny.bitt")
    person.settings.set("max_reply", 12)
    return person


class Opener(QObject):
    """Takes the place of the system's file manager."""

    def __init__(self) -> None:
        super().__init__()
        self.paths: list[Path] = []

    @Slot(QUrl)
    def take(self, url: QUrl) -> None:
        self.paths.append(Path(url.toLocalFile()))


@pytest.fixture
def opened() -> Iterator[list[Path]]:
    """The folders and files that the system was asked to open; it does not get to see them."""
    opener = Opener()
    QDesktopServices.setUrlHandler("file", opener, "take")
    yield opener.paths
    QDesktopServices.unsetUrlHandler("file")


@pytest.fixture
def remember(workspace: Path, models: Path) -> Callable[[int, int], None]:
    """Puts conversations into the log before the Studio opens: how many, and of how many characters."""

    def fill(conversations: int, characters: int) -> None:

        (workspace / "memories").mkdir(parents=True)
        log = ConversationLog(workspace / "memories")
        key = f"main@{load_weights(models / 'tiny.bitt').fingerprint[:16]}"
        for number in range(conversations):
            log.append("user", f"Story {number}. " + "once upon a time " * (characters // 17), f"c{number}", key)
            log.append("assistant", f"That was story {number}.", f"c{number}", key)

    return fill


@pytest.fixture
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """The smallest size is smaller still."""
    monkeypatch.setitem(SIZES, "tiny", ModelSize(16, 1, 2, 16, 2, 3e-3))


@pytest.fixture
def english_again() -> Iterator[None]:
    yield
    translation.apply("auto")


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A text that can be trained on."""
    words = ["the", "sea", "was", "calm", "and", "boat", "went", "home", "with", "fish", "before", "rain", "came"]
    rng = random.Random(1)
    path = tmp_path / "books" / "sea.txt"
    path.parent.mkdir()
    path.write_text("".join(" ".join(rng.choices(words, k=9)) + ".\n" for _ in range(300)), encoding="utf-8")
    return path


@pytest.fixture
def trainer_page(person: Person) -> Person:
    """Someone who looks at the training."""
    person.window.show_training()
    return person
