"""The session: one poll, folded tokens, answers in order, one owner of `is_dreaming`."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from qasync import QEventLoop
from studio_person import Person

from studio.protocol import (
    Done,
    DreamProgress,
    EngineFailure,
    Failed,
    OpenModel,
    ReplyChunk,
    Response,
    Sleep,
    WorkerEvent,
)
from studio.session import POLL_BUDGET_S, Busy, Session, claim_workspace


@pytest.fixture
def session(loop: QEventLoop, tmp_path: Path) -> Iterator[Session]:
    made = Session(claim_workspace(tmp_path / "workspace"))
    yield made
    made.close_now()


def tell(session: Session, event: WorkerEvent, number: int = 1) -> None:
    """What the worker would say."""
    session.responses.put(Response(number, event))


def test_the_tokens_of_one_frame_are_one_signal(session: Session) -> None:
    texts: list[str] = []
    moves: list[int] = []
    session.text_arrived.connect(lambda text, _: texts.append(text))
    session.surprise.moved.connect(lambda: moves.append(session.surprise.count))
    for number in range(50):
        tell(session, ReplyChunk(f"{number} ", number / 10))
    session.poll_inference_events()
    assert texts == ["".join(f"{number} " for number in range(50))]
    assert moves == [50]
    assert session.surprise.usual == pytest.approx(2.45)
    session.poll_inference_events()
    assert len(texts) == 1


def test_folding_keeps_the_order_of_events(session: Session) -> None:
    heard: list[object] = []
    session.text_arrived.connect(lambda text, _: heard.append(text))
    session.dream_moved.connect(lambda dream: heard.append(dream.line))
    for event in (
        ReplyChunk("a", 0),
        ReplyChunk("b", 0),
        DreamProgress(0.5, "dream", 1, 1),
        ReplyChunk("c", 0),
    ):
        tell(session, event)
    session.poll_inference_events()
    assert heard == ["ab", "dream", "c"]


def test_one_poll_leaves_time_for_the_frame(session: Session) -> None:
    heard: list[str] = []
    session.text_arrived.connect(lambda text, _: heard.append(text))
    for _ in range(300_000):
        tell(session, ReplyChunk("x", 0))
    began = time.process_time()
    session.poll_inference_events()
    assert time.process_time() - began < 20 * POLL_BUDGET_S
    assert 0 < len(heard[0]) < 300_000
    while not session.responses.empty():
        session.poll_inference_events()
    assert sum(map(len, heard)) == 300_000


def test_an_answer_for_nobody_is_no_harm(session: Session) -> None:
    tell(session, Done(None), 99)
    tell(session, Failed("x", ""), 98)
    session.poll_inference_events()


def test_nothing_can_be_done_without_a_model(session: Session, qtbot: QtBot) -> None:
    assert "No model" in session.why_silent()
    failures = outcome(session.call(Sleep(rate=2.0), busy=Busy.DREAMING), qtbot)
    assert "No model is loaded" in str(failures)
    assert session.busy is Busy.NOTHING
    assert not session.is_dreaming


def test_a_missing_file_is_one_sentence(session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    failure = outcome(session.call(OpenModel(path=tmp_path / "nothing.bitt"), busy=Busy.OPENING), qtbot)
    assert "nothing.bitt" in str(failure)
    assert not failure.details, "that is no defect of ours"
    assert session.model is None
    assert session.busy is Busy.NOTHING


def test_a_defect_comes_with_its_traceback(session: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.llama.Llama.load_auto", lambda *_: 1 // 0)
    failure = outcome(session.call(OpenModel(path=Path("x.bitt")), busy=Busy.OPENING), qtbot)
    assert "ZeroDivisionError" in str(failure)
    assert "Traceback" in failure.details


def test_one_thing_at_a_time(session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    asyncio.get_running_loop()
    first = asyncio.ensure_future(session.call(OpenModel(path=tmp_path / "nothing.bitt"), busy=Busy.OPENING))
    second = asyncio.ensure_future(session.call(Sleep(rate=2.0), busy=Busy.DREAMING))
    qtbot.waitUntil(lambda: first.done() and second.done(), timeout=120_000)
    assert "being loaded" in str(second.exception())
    assert "nothing.bitt" in str(first.exception())


def test_the_chat_dims_while_the_soul_dreams(host: Person) -> None:
    host.say("Say something on the ground of the page.")
    veil, page = host.chat.veil, host.chat.veil.parentWidget()
    awake = contrast_of(page)
    with host.session.occupied(Busy.DREAMING):
        assert veil.isVisible()
        assert contrast_of(page) < 0.6 * awake
        host.chat.new_chat()
        host.window.resize(1000, 700)
        host.wait(lambda: veil.geometry() == page.rect())
        assert page.childAt(page.rect().center()) is not veil, "a click goes to what lies under it"
        assert page.children()[-1] is veil, "another page of the stack does not cover it"
    assert not veil.isVisible()


def contrast_of(widget: QWidget) -> float:
    """How far the pixels of a widget lie from their mean."""
    picture = widget.grab().toImage().convertToFormat(QImage.Format.Format_Grayscale8)
    rows = np.frombuffer(picture.constBits(), np.uint8).reshape(picture.height(), picture.bytesPerLine())
    return float(rows[:, : picture.width()].std())


def test_a_worker_that_dies_leaves_nobody_waiting(session: Session, qtbot: QtBot) -> None:
    session.close_now()
    waiting = asyncio.ensure_future(session.call(Sleep(rate=2.0), busy=Busy.DREAMING))
    qtbot.wait(10)
    session.poll_inference_events()
    qtbot.waitUntil(waiting.done)
    assert "ended unexpectedly" in str(waiting.exception())


def outcome(work: object, qtbot: QtBot) -> EngineFailure:
    """What a request failed with."""
    task = asyncio.ensure_future(work)  # type: ignore[call-overload]
    qtbot.waitUntil(task.done, timeout=120_000)
    failure = task.exception()
    assert isinstance(failure, EngineFailure)
    return failure


def test_dreaming_has_one_owner_and_locks_everything(
    remember: Callable[[int, int], None], models: Path, sit_down: Callable[[], Person]
) -> None:
    remember(60, 4000)
    person = sit_down()
    person.open(models / "tiny.bitt")
    person.type("a draft that stays")
    person.click(person.chat.composer.sleep_button)
    person.wait(lambda: person.session.is_dreaming and person.session.dream is not None)
    window, session = person.window, person.session
    locked = [
        person.chat.composer.draft,
        person.chat.composer.send_button,
        person.chat.composer.sleep_button,
        person.lab.body.open_button,
        *person.lab.models.load_buttons.values(),
        person.lab.soul.picker,
        person.lab.soul.keep_button,
        person.lab.soul.more,
        person.lab.soul.branch_button,
        person.lab.soul.undo_button,
        person.lab.soul.compare_button,
        person.lab.body.unload_button,
        *(row.convert_button for row in person.lab.models.rows.values()),
        person.lab.sleep.sleep_button,
    ]
    for control in locked:
        assert not control.isEnabled()
        assert "dreaming" in control.toolTip()
    for menu in (window.header.open_body_menu(), window.header.open_soul_menu()):
        assert not any(action.isEnabled() for action in menu.actions() if not action.isSeparator())
        menu.close()
    assert not window.veil.offer(models / "other.bitt")
    assert "dreaming" in window.veil.detail.text()
    window.veil.hide()
    # What is seen: the ring, what is replayed, how long it takes.
    assert person.chat.dream.isVisible()
    person.wait(lambda: "Story" in person.chat.dream.view.line.text())
    assert "tok/s" in person.chat.dream.view.left.text()
    assert window.footer.state.text() == "dreaming"
    assert "dreaming" in window.header.soul.shown[1]
    assert person.chat.veil.isVisible()
    ring = person.chat.dream.view.ring
    person.wait(lambda: ring.fraction > 0.05)
    # Reading stays possible, and Wake up is never locked.
    person.chat.show_conversation("c3")
    assert "Story 3" in person.chat.model.message(0).text
    person.chat.new_chat()
    before = session.soul.level
    person.click(person.chat.dream.wake_button)
    person.wait(lambda: not session.is_dreaming)
    assert session.last_sleep.woken
    assert session.last_sleep.kept == (session.soul.level > before)
    for control in locked:
        if control is not person.chat.composer.send_button:
            assert (
                control.isEnabled()
                or control.toolTip() in ("It is loaded.", "Nothing new waits for sleep.")
                or control in (person.lab.soul.undo_button, person.lab.soul.compare_button)
            )
    assert person.chat.composer.draft.toPlainText() == "a draft that stays"
    assert not person.chat.dream.isVisible()
    assert not person.chat.veil.isVisible()
