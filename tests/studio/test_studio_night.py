"""A night in the Model Lab: its settings, its report, and the decision in the morning."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QComboBox, QPushButton
from studio_person import Person

from engine.io.soul import load_soul
from engine.session.timeline import digest
from studio.lab.night_card import REPORT, WAITING
from studio.lab.sleep import KEYS
from studio.protocol import ProbeResult, SleepFigures, Slept
from studio.session import Busy


@pytest.fixture
def lab(host: Person) -> Person:
    """Someone before the soul's page, whose soul was told something."""
    host.say("My dog is called Bramble.")
    host.window.show_tab(0)
    host.lab.show_view(1)
    return host


def sleep(person: Person) -> Slept:
    person.through(lambda: person.click(person.lab.sleep.sleep_button), Busy.DREAMING)
    assert person.session.last_sleep is not None
    return person.session.last_sleep


def soul(workspace: Path) -> str:
    return digest(load_soul(next(workspace.glob("souls/*/main.soul"))))


def test_the_fields_and_the_settings_are_one(lab: Person) -> None:
    fields, settings = lab.lab.sleep.fields.fields, lab.settings
    assert set(fields) == set(KEYS)
    fields["sleep_passes"].setValue(3)
    fields["sleep_rate"].setValue(1.5)
    way = fields["sleep_way"]
    assert isinstance(way, QComboBox)
    way.setCurrentIndex(way.findData("replay"))
    fields["sleep_decide"].setCurrentIndex(1)
    told = [settings.get(key) for key in KEYS]
    assert told == ["replay", 3, 1.5, "ask"]
    settings.set("sleep_passes", 5)
    assert fields["sleep_passes"].value() == 5


def test_a_night_goes_as_the_settings_say(lab: Person) -> None:
    lab.settings.set("sleep_way", "replay")
    once = sleep(lab).figures
    lab.say("And my cat is called Halcyon.")
    lab.settings.set("sleep_passes", 3)
    lab.settings.set("sleep_rate", 1.5)
    thrice = sleep(lab).figures
    assert thrice.rate == 1.5
    assert thrice.tokens > 2 * once.tokens
    history = lab.session.timeline.moments[-1]
    assert history.event == "sleep"


def test_the_speed_below_is_that_of_the_last_reply(lab: Person) -> None:
    speed = lab.window.footer.speed
    told = speed.text()
    assert lab.session.speed > 0
    assert "tok/s" in told
    sleep(lab)
    assert speed.text() == told, "a night is no reply"


def test_the_report_shows_what_was_measured(lab: Person) -> None:
    slept = sleep(lab)
    card = lab.lab.night
    assert card.title.text() == "Sleep report"
    figures = slept.figures
    assert figures.probes == len(slept.probes) > 0
    assert all(map(math.isfinite, (*figures.own_loss, *figures.other_loss, figures.drift)))
    texts = card.report.known.texts
    assert f"{figures.right[0]} → {figures.right[1]} of {figures.probes}" in texts[0]
    assert texts[1:] == ["Your words", "Other talk"]
    own = card.report.known.rows[1]
    assert own[1].share == pytest.approx(math.exp(-figures.own_loss[0]))
    assert own[2].share == pytest.approx(math.exp(-figures.own_loss[1]))
    assert card.report.probes.texts == [f"{probe.asked} {probe.expected}" for probe in slept.probes]
    for (text, before, after), probe in zip(card.report.probes.rows, slept.probes, strict=True):
        assert (before.share, after.share) == pytest.approx(probe.chance)
        assert after.token == ("good" if probe.right[1] else "bad")
        assert ("right" if probe.right[1] else "wrong") in after.accessibleName()
        assert probe.expected in text.toolTip()
    assert "1 message of 1 conversation" in card.report.words.plain


def test_many_probes_are_folded(lab: Person) -> None:
    probes = tuple(
        ProbeResult(f"Question {n}?", "Bramble", True, (False, True), (0.0, 1.0), "Bramble") for n in range(15)
    )
    figures = SleepFigures(15, 100, 1.0, 2.0, (0, 15), 15)
    lab.session.last_sleep = Slept(lab.session.soul, 1, (), figures, 1.0, False, True, probes=probes)
    lab.session.changed.emit()
    report = lab.lab.night.report
    assert len(report.probes.texts) == 6
    lab.click(report.all_button)
    assert len(report.probes.texts) == 15
    lab.click(report.all_button)
    assert len(report.probes.texts) == 6


@pytest.mark.parametrize("answer", ["keep", "back"])
def test_in_the_morning_one_decides(answer: str, lab: Person, workspace: Path) -> None:
    lab.settings.set("sleep_decide", "ask")
    lab.wait_idle()
    before, level = soul(workspace), lab.session.soul.level
    slept = sleep(lab)
    assert not slept.kept
    assert slept.soul.undecided is not None
    assert soul(workspace) == before, "nothing has changed yet"
    card = lab.lab.night
    assert "your decision" in card.title.text()
    assert slept.messages == ("My dog is called Bramble.",)
    for control in (lab.lab.sleep.sleep_button, lab.chat.composer.sleep_button):
        assert not control.isEnabled()
        assert "your decision" in control.toolTip()
    lab.through(lambda: lab.click(card.keep_button if answer == "keep" else card.back_button), Busy.SOUL)
    assert lab.session.soul.undecided is None
    if answer == "keep":
        assert soul(workspace) != before
        assert lab.session.soul.level > level
        assert not lab.session.soul.waiting
        assert lab.session.timeline.undo == "sleep"
        assert "more firmly" in card.note.plain
        assert card.back_button.isVisible(), "what was kept can still be taken back"
        assert not card.keep_button.isVisible()
    else:
        assert soul(workspace) == before
        assert lab.session.soul.waiting == ("My dog is called Bramble.",)
        assert lab.lab.sleep.sleep_button.isEnabled()
        assert not card.keep_button.isVisible()


def test_a_decision_waits_over_a_restart_and_one_can_talk_meanwhile(
    lab: Person, sit_down: Callable[[], Person], models: Path
) -> None:
    lab.settings.set("sleep_decide", "ask")
    figures = sleep(lab).figures
    lab.say("This is for the next night.")
    again = sit_down()
    again.open(models / "tiny.bitt")
    again.window.show_tab(0)
    again.lab.show_view(1)
    undecided = again.session.soul.undecided
    assert undecided.right == figures.right
    assert undecided.tokens == figures.tokens
    assert undecided.drift == pytest.approx(figures.drift, abs=1e-4)
    assert again.lab.night.report.known.texts
    again.through(lambda: again.click(again.lab.night.keep_button), Busy.SOUL)
    assert again.session.soul.waiting == ("This is for the next night.",)


def test_a_night_that_was_kept_can_be_taken_back(lab: Person, workspace: Path) -> None:
    before = soul(workspace)
    sleep(lab)
    assert soul(workspace) != before
    assert not lab.lab.night.keep_button.isVisible()
    lab.through(lambda: lab.click(lab.lab.night.back_button), Busy.SOUL)
    assert soul(workspace) == before
    assert lab.lab.night.lines == ["My dog is called Bramble."]


def test_the_card_turns_to_what_is_new_and_back(lab: Person) -> None:
    card = lab.lab.night
    assert card.lines == ["My dog is called Bramble."]
    sleep(lab)
    assert card.report.isVisible()
    assert not card.turn.isVisible(), "nothing waits"
    lab.say("More to learn.")
    assert card.lines == ["More to learn."]
    assert "3 words in all" in card.note.plain
    lab.click(card.turn.part(REPORT))
    assert card.report.isVisible()
    lab.click(card.turn.part(WAITING))
    assert card.lines == ["More to learn."]


def test_a_damaged_candidate_can_be_let_go(
    lab: Person, workspace: Path, sit_down: Callable[[], Person], models: Path
) -> None:
    lab.settings.set("sleep_decide", "ask")
    sleep(lab)
    next(workspace.glob("souls/*/main.history/candidate.soul")).write_bytes(b"broken")
    again = sit_down()
    again.open(models / "tiny.bitt")
    again.window.show_tab(0)
    again.lab.show_view(1)
    again.through(lambda: again.click(again.lab.night.keep_button), Busy.SOUL)
    notice = again.notice()
    assert "candidate.soul" in notice.words.plain
    again.press(notice, "Close")
    again.through(lambda: again.click(again.lab.night.back_button), Busy.SOUL)
    assert again.session.soul.undecided is None


def test_while_dreaming_the_decision_and_the_fields_are_locked(
    remember: Callable[[int, int], None], models: Path, sit_down: Callable[[], Person]
) -> None:
    remember(60, 4000)
    person = sit_down()
    person.open(models / "tiny.bitt")
    person.window.show_tab(0)
    person.lab.show_view(1)
    person.click(person.lab.sleep.sleep_button)
    person.wait(lambda: person.session.dream is not None)
    locked: list[QPushButton] = [person.lab.night.keep_button, person.lab.night.back_button]
    for control in [*locked, *person.lab.sleep.fields.fields.values()]:
        assert not control.isEnabled()
        assert "dreaming" in control.toolTip()
    person.click(person.lab.sleep.wake_button)
    person.wait_idle()
    assert all(field.isEnabled() for field in person.lab.sleep.fields.fields.values())
