"""Kept moments are in the order in which they were kept, whatever the clock said meanwhile."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.io import soul as soul_files
from engine.session import soul_store
from engine.session.memory_session import MemorySession
from engine.session.timeline import Timeline

SetClock = Callable[[int], None]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SetClock:
    """Sets the year in which all that is written says that it was; the rest goes on by itself."""
    year = [2026]

    class Clock(datetime.datetime):
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> Clock:
            return super().now(tz).replace(year=year[0], month=2, day=3)

    monkeypatch.setattr(soul_store, "datetime", Clock)
    monkeypatch.setattr(soul_files.datetime, "datetime", Clock)
    return lambda to: year.__setitem__(0, to)


def test_what_was_kept_under_a_wrong_date_keeps_its_place(mind: MemorySession, clock: SetClock) -> None:
    kept = []
    for year in (2026, 2099, 2026, 1980, 2027):
        clock(year)
        mind.say(f"It is {year}.", max_tokens=3)
        kept.append(mind.keep(str(year)).meta.id)
    saved = [moment.id for moment in mind.timeline.moments() if moment.event == "save"]
    assert saved == kept
    assert mind.timeline.moments()[-1].id == kept[-1], "what `restore` takes where nothing is named"
    mind.restore(kept[1])
    clock(2026)
    mind.reset()
    order = [moment.event for moment in mind.timeline.moments() if moment.event != "autosave"]
    assert order == ["save"] * 5 + ["restore", "reset"]


def test_pruning_leaves_the_autosaves_that_were_kept_last(mind: MemorySession, clock: SetClock) -> None:
    kept = []
    for number in range(6):
        clock(2099 if number < 3 else 2026)
        mind.say(f"This is {number}.", max_tokens=3)
        mind.save()
        mind.store.keep_moment()
        kept.append(mind.timeline.moments()[-1].id)
        assert len(set(kept)) == number + 1
    gone = mind.timeline.prune(keep=2)
    assert set(gone) <= set(kept[:4])
    assert gone
    assert [moment.id for moment in mind.timeline.moments()][-2:] == kept[-2:]


def test_files_of_before_are_in_the_order_of_their_lives(mind: MemorySession, tmp_path: Path) -> None:
    """Only names of files carry the wrong time here: those that a program of before wrote."""
    ids = []
    for number in range(4):
        mind.say(f"This is {number}.", max_tokens=3)
        ids.append(mind.keep().meta.id)
    for number, file in enumerate(file for file in mind.store.kept() if file.id in ids):
        wrong = 2000 + (7 * number + 3) % 5
        file.path.rename(file.path.with_name(f"{wrong}{file.path.name[4:]}"))
    assert [moment.id for moment in Timeline(mind.store).moments() if moment.id in ids] == ids
