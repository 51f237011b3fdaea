"""Cyclic garbage is collected in the window's thread, whoever makes it."""

from __future__ import annotations

import gc
import threading
import weakref

from pytestqt.qtbot import QtBot

from studio.garbage import GarbageCollector


class Knot:
    """An object that only the cyclic collector can free, and that says in which thread it was."""

    def __init__(self, freed: list[int]) -> None:
        self.itself = self
        weakref.finalize(self, lambda: freed.append(threading.get_ident()))


def test_what_a_worker_leaves_is_freed_in_the_window_s_thread(qtbot: QtBot) -> None:
    freed: list[int] = []
    collector = GarbageCollector()
    try:
        collector.look()  # sets aside what is there before
        worker = threading.Thread(target=lambda: [Knot(freed) for _ in range(5000)])
        worker.start()
        worker.join()
        assert not freed
        qtbot.waitUntil(lambda: len(freed) > 0)
        assert set(freed) == {threading.get_ident()}
    finally:
        collector.stop()
    assert gc.isenabled()


def test_what_imports_brought_is_not_looked_through_again(qtbot: QtBot) -> None:
    collector = GarbageCollector()
    try:
        collector.look()
        set_aside = gc.get_freeze_count()
        assert set_aside > 10_000
        collector.look()
        assert gc.get_freeze_count() <= set_aside  # nothing new was imported; what is let go leaves
    finally:
        collector.stop()
    assert gc.get_freeze_count() == 0
