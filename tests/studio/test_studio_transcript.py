"""The transcript: follows at the bottom, holds still elsewhere, and stays light."""

from __future__ import annotations

import itertools

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from studio import theme
from studio.chat.message_rows import UserRow
from studio.chat.reply_row import ReplyRow
from studio.chat.transcript import Transcript
from studio.chat.transcript_model import TranscriptModel
from studio.protocol import LogLine, Said, SoulSummary

SOUL = SoulSummary(
    name="main", level=37, layers=2, file_bytes=100, saved_at=0, slept_at=0, waiting=(), waiting_conversations=0
)


def lines(count: int, text: str = "A sentence of some length that needs a little room. ") -> list[LogLine]:
    roles = ("user", "assistant")
    return [LogLine(roles[i % 2], f"{i}: " + text * (1 + i % 5), "", "c") for i in range(count)]  # type: ignore[arg-type]


@pytest.fixture
def view(qtbot: QtBot) -> Transcript:
    made = Transcript()
    made.resize(900, 500)
    qtbot.addWidget(made)
    made.show()
    return made


def shown(view: Transcript, model: TranscriptModel) -> TranscriptModel:
    view.set_model(model)
    return model


def top_of(view: Transcript, row: int) -> int:
    widget = view.row_widget(row)
    assert widget is not None
    return widget.mapTo(view, QPoint(0, 0)).y()


def visible(view: Transcript, model: TranscriptModel) -> list[int]:
    height = view.viewport().height()
    return [
        row
        for row in range(model.rowCount())
        if (widget := view.row_widget(row)) is not None and -widget.height() < widget.y() < height
    ]


def test_a_conversation_opens_at_its_end(view: Transcript) -> None:
    model = shown(view, TranscriptModel("c"))
    model.extend(lines(60))
    assert view.follows
    assert visible(view, model)[-1] == 59
    assert view.verticalScrollBar().value() == view.verticalScrollBar().maximum()


def test_a_growing_reply_is_followed_and_nothing_above_it_jumps(view: Transcript) -> None:
    model = shown(view, TranscriptModel("c"))
    model.extend(lines(40))
    model.begin_exchange("And then?")
    question = model.rowCount() - 2
    tops = []
    for _ in range(60):
        model.append_text("some more words ")
        widget = view.row_widget(question)
        if widget is not None:
            tops.append(top_of(view, question))
        assert view.verticalScrollBar().value() == view.verticalScrollBar().maximum()
    assert tops == sorted(tops, reverse=True), "it only ever moves up, as lines are added"
    steps = {a - b for a, b in itertools.pairwise(tops)}
    assert max(steps) <= round(14 * theme.LINE_HEIGHT) + 1, "by one line at a time"


def test_a_reader_who_scrolled_up_stays_at_the_same_words(view: Transcript) -> None:
    model = shown(view, TranscriptModel("c"))
    model.extend(lines(60))
    bar = view.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    assert not view.follows
    row = visible(view, model)[0]
    before = top_of(view, row)
    model.begin_exchange("And then?")
    for _ in range(30):
        model.append_text("some more words, and a line\n")
    assert top_of(view, row) == before
    view.resize(600, 500)
    assert abs(top_of(view, row) - before) <= 1 + view.row_widget(row).height(), "the words stay at the edge"  # type: ignore[union-attr]
    assert row in visible(view, model)


def test_the_way_back_to_the_newest(view: Transcript, qtbot: QtBot) -> None:
    model = shown(view, TranscriptModel("c"))
    model.extend(lines(60))
    assert not view._newest.isVisible()
    view.verticalScrollBar().setValue(0)
    assert view._newest.isVisible()
    qtbot.mouseClick(view._newest, Qt.MouseButton.LeftButton)
    assert view.follows
    assert visible(view, model)[-1] == 59
    assert not view._newest.isVisible()


def test_scrolling_up_step_by_step_meets_every_message_in_order(view: Transcript) -> None:
    model = shown(view, TranscriptModel("c"))
    model.extend(lines(50))
    bar = view.verticalScrollBar()
    seen: list[int] = []
    while True:
        rows = visible(view, model)
        assert rows == list(range(rows[0], rows[-1] + 1))
        tops = [top_of(view, row) for row in rows]
        assert tops == sorted(tops)
        seen += rows
        if bar.value() == 0:
            break
        bar.setValue(bar.value() - 120)
    assert set(seen) == set(range(50))


def test_ten_thousand_messages_are_a_handful_of_widgets(view: Transcript) -> None:
    model = shown(view, TranscriptModel("c"))
    model.extend(lines(10_000))
    bar = view.verticalScrollBar()
    for place in (0, bar.maximum() // 3, bar.maximum()):
        bar.setValue(place)
        assert len(view._rows) < 30
    assert visible(view, model)[-1] == 9_999


def test_the_column_is_never_wider_than_the_design(view: Transcript) -> None:
    model = shown(view, TranscriptModel("c"))
    model.extend(lines(4, "word " * 200))
    for width in (1400, 900, 400):
        view.resize(width, 500)
        view.verticalScrollBar().setValue(0)
        for row in visible(view, model):
            widget = view.row_widget(row)
            assert widget is not None
            assert widget.width() <= theme.TRANSCRIPT_WIDTH
            assert 0 <= widget.x() <= widget.x() + widget.width() <= width


def test_the_person_is_at_the_right_and_the_reply_at_the_left(view: Transcript) -> None:
    model = shown(view, TranscriptModel("c"))
    model.extend([LogLine("user", "Hi", "", "c"), LogLine("assistant", "Hello", "", "c")])
    mine, reply = view.row_widget(0), view.row_widget(1)
    assert isinstance(mine, UserRow)
    assert isinstance(reply, ReplyRow)
    assert mine.text.x() > mine.width() / 2
    assert reply.text.x() == 0


def test_under_a_reply_stands_what_came_of_it(view: Transcript, qtbot: QtBot) -> None:
    model = shown(view, TranscriptModel("c"))
    model.begin_exchange("Hi")
    model.append_text("Hello")
    reply = view.row_widget(1)
    assert isinstance(reply, ReplyRow)
    assert not reply.copy.isVisible()
    said = Said(
        (LogLine("user", "Hi", "", "c"), LogLine("assistant", "Hello", "", "c")), SOUL, 5, 1037, 0.1, 4180.4, "end"
    )
    model.finish_exchange(said)
    assert reply.learned.text() == "+1,037 tokens learned"
    assert reply.speed.text() == "4,180 tok/s"
    assert not reply.note.isVisible()
    qtbot.mouseClick(reply.copy, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == "Hello"


@pytest.mark.parametrize(("ending", "words"), [("callback", "stopped by you"), ("length", "longest reply")])
def test_an_early_end_is_told(view: Transcript, ending: str, words: str) -> None:
    model = shown(view, TranscriptModel("c"))
    model.begin_exchange("Hi")
    model.append_text("Hel")
    model.finish_exchange(
        Said((LogLine("user", "Hi", "", "c"), LogLine("assistant", "Hel", "", "c")), SOUL, 1, 9, 1, 1, ending)
    )
    reply = view.row_widget(1)
    assert isinstance(reply, ReplyRow)
    assert words in reply.note.text()


def test_text_is_never_markup(view: Transcript) -> None:
    model = shown(view, TranscriptModel("c"))
    model.extend([LogLine("user", "<b>a</b> & <|end|>", "", "c"), LogLine("assistant", "<i>x</i>\n\n  y", "", "c")])
    assert view.row_widget(0).text.toPlainText() == "<b>a</b> & <|end|>"  # type: ignore[union-attr]
    assert view.row_widget(1).text.toPlainText() == "<i>x</i>\ny"  # type: ignore[union-attr]


def test_growing_text_is_the_whole_text(view: Transcript) -> None:
    model = shown(view, TranscriptModel("c"))
    model.begin_exchange("Hi")
    for piece in ("日", "本", "\n", "語 🙂", "\n\nend"):
        model.append_text(piece)
    assert view.row_widget(1).text.toPlainText() == "日本\n語 🙂\nend"  # type: ignore[union-attr]


def test_rows_are_used_again_and_show_what_they_should(view: Transcript) -> None:
    model = shown(view, TranscriptModel("c"))
    model.extend(lines(400))
    made: set[int] = set()
    bar = view.verticalScrollBar()
    for value in range(bar.maximum(), 0, -max(1, bar.maximum() // 60)):
        bar.setValue(value)
        for row in visible(view, model):
            widget = view.row_widget(row)
            made.add(id(widget))
            assert widget.text.toPlainText().strip() == model.message(row).text.strip()
    assert len(made) <= 40, "not one for each message"


def test_ten_thousand_messages_cost_no_more_than_a_few_on_the_way(view: Transcript) -> None:
    """Scrolling lays out the rows that come into view, and none of the others."""
    model = shown(view, TranscriptModel("c"))
    model.extend(lines(10_000))
    bar = view.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    filled: list[int] = []
    fill = view._filled
    view._filled = lambda message: filled.append(1) or fill(message)  # type: ignore[method-assign,func-returns-value]
    for _ in range(20):
        bar.setValue(bar.value() - 120)
    assert 0 < len(filled) < 60
    assert view._tops == [0, *itertools.accumulate(height + theme.GAP_L for height in view._heights)]
