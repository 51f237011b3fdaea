"""Surprise: the inner loss against what is usual for the soul."""

from __future__ import annotations

import itertools
import time

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from studio_person import Person

from studio.chat.inspector import LearningStrip
from studio.protocol import ResetSoul
from studio.session.surprise import RECENT, SHOWN_MS, SPAN, Surprise


@pytest.mark.parametrize("scale", [0.01, 1.0, 50.0])
def test_the_figure_says_the_same_for_a_body_of_any_scale(scale: float, qapp: QApplication) -> None:
    surprise = Surprise()
    surprise.add([2.0 * scale] * 100)
    assert surprise.recent == pytest.approx(1.0)
    surprise.add([1.0 * scale] * RECENT)
    usual = (200 + RECENT) / (100 + RECENT)
    assert surprise.usual == pytest.approx(usual * scale)
    assert surprise.recent == pytest.approx(1 / usual)
    assert surprise.relative[-1] == pytest.approx(1 / usual)


def test_it_keeps_only_what_is_drawn_but_remembers_what_is_usual(qapp: QApplication) -> None:
    surprise = Surprise()
    surprise.add([4.0] * SPAN)
    surprise.add([2.0] * SPAN)
    assert surprise.count == SPAN
    assert surprise.usual == pytest.approx(3.0)
    assert surprise.recent == pytest.approx(2 / 3)
    surprise.clear()
    assert (surprise.count, surprise.usual, surprise.recent) == (0, 0.0, 0.0)


def test_what_watches_is_told_ten_times_a_second_and_of_the_last_token(qtbot: QtBot) -> None:
    surprise, told = Surprise(), []
    surprise.moved.connect(lambda: told.append((time.monotonic(), surprise.count)))
    began = time.monotonic()
    while time.monotonic() - began < 0.55:
        surprise.add([1.0])
        qtbot.wait(5)
    last = surprise.count
    qtbot.waitUntil(lambda: told[-1][1] == last)
    assert len(told) >= 3
    gaps = [later[0] - former[0] for former, later in itertools.pairwise(told)]
    assert min(gaps) > 0.9 * SHOWN_MS / 1000
    assert told[0][1] == 1, "the first token shows at once"


def test_no_loss_at_all_is_no_surprise(qapp: QApplication) -> None:
    surprise = Surprise()
    surprise.add([0.0, 0.0])
    assert surprise.relative == [0.0, 0.0]


def test_the_strip_draws_the_newest_at_the_right_and_says_what_it_is(qtbot: QtBot) -> None:
    surprise = Surprise()
    strip = LearningStrip(surprise)
    qtbot.addWidget(strip)
    strip.resize(240, 72)
    surprise.add([1.0] * 60 + [6.0] * 4)
    picture = strip.grab().toImage()
    amber = [(x, y) for x in range(240) for y in range(64) if picture.pixelColor(x, y).hue() in range(30, 45)]
    highest = min(amber, key=lambda place: place[1])
    assert highest[0] > 220, "the newest tokens stand out at the right"
    assert "mean over all tokens" in strip.toolTip()
    assert strip.accessibleDescription() == "1.71"


def test_a_reply_moves_it_and_another_soul_begins_anew(host: Person) -> None:
    host.say("Hello")
    assert host.session.surprise.count > 0
    assert host.chat.inspector.learned.isVisible()
    assert "1 is usual" in host.chat.inspector.figure_note.text()
    host.window.verbs.start(host.session.call(ResetSoul()))
    host.wait(lambda: host.session.soul.level == 0)
    host.wait_idle()
    assert host.session.surprise.count == 0
    assert not host.chat.inspector.learned.isVisible()
