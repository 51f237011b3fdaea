"""A full disk, at whichever write it shows: one sentence, nothing half done, and all goes on once there is space."""

from __future__ import annotations

import contextlib
import errno
import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.errors import BitLlamaError
from engine.session.memory_session import MemorySession


class Disk:
    """Counts what is flushed to the disk, and refuses from one flush on, or one alone."""

    def __init__(self) -> None:
        self.flushes = 0
        self._real = os.fsync
        self._full: range = range(0)

    def fills_at(self, number: int, stays: bool) -> None:
        self.flushes, self._full = 0, range(number, 10**9 if stays else number + 1)

    def fsync(self, file: int) -> None:
        self.flushes += 1
        if self.flushes in self._full:
            raise OSError(errno.ENOSPC, "No space left on device")
        self._real(file)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    made = Disk()
    monkeypatch.setattr("os.fsync", made.fsync)
    return made


def a_day(place: Path, model: Path) -> Iterator[None]:
    """All that writes, a step at a time; whatever the steps before came to."""
    mind = MemorySession.open(place, model, device="cpu")
    try:
        for do in (
            lambda: mind.say("My cat is called Mia.", max_tokens=3),
            lambda: mind.keep("a day"),
            lambda: mind.timeline.pin(mind.timeline.moments()[0].id),
            lambda: mind.branch("luna"),
            lambda: mind.switch("luna"),
            lambda: mind.registry.rename("luna", "sol"),
            lambda: mind.say("My dog is called Rex.", max_tokens=3),
            lambda: mind.save_soul_as(place.parent / "copy.soul"),
            mind.reset,
            mind.undo,
            lambda: mind.forget(mind.forget_plan(mind.log.entries()[-2].id)),
            lambda: mind.timeline.prune(1),
        ):
            with contextlib.suppress(BitLlamaError, IndexError):  # IndexError: nothing was kept or said
                do()
            yield
    finally:
        with contextlib.suppress(BitLlamaError):
            mind.close()


@pytest.mark.parametrize("stays", [False, True], ids=["for one write", "from then on"])
def test_every_write_in_turn(disk: Disk, model: Path, tmp_path: Path, stays: bool) -> None:
    for number in itertools.count(1):
        place = tmp_path / str(number) / "workspace"
        disk.fills_at(number, stays)
        with contextlib.suppress(BitLlamaError):  # nothing else may come of it
            for _ in a_day(place, model):
                pass
        reached = disk.flushes >= number
        disk.fills_at(0, stays=False)
        assert not list(place.rglob("*.tmp")), f"write {number}"
        with MemorySession.open(place, model, device="cpu") as mind:
            assert mind.problems == []
            assert mind.log.entries() is not None
            assert mind.log.problems == []
            for soul in mind.registry.all():
                soul.store.load_active()
                assert len(soul.store.entries()) == len(soul.store.kept())
            assert mind.say("It goes on.", max_tokens=3).unsaved == ""
        if not reached:
            assert number > 15, "the writes were counted"
            return
