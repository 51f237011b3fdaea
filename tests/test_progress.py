"""The waiting of the tests itself: patient while anything moves, and not longer."""

from __future__ import annotations

import subprocess
import sys
import threading
import time

import progress
import pytest

SLOW = "import time\nfor n in range(24):\n    time.sleep(0.1)\n    sum(range(300_000))\nprint(input())"


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "STILL_S", 2.0)
    monkeypatch.setattr(progress, "_LOOK_CLOSELY_S", 0.05)


def test_a_program_that_works_may_take_longer_than_the_limit() -> None:
    done = progress.run([sys.executable, "-c", SLOW], text="heard\n", check=True)
    assert done.stdout == "heard\n"


def test_a_program_that_stands_still_is_ended() -> None:
    with pytest.raises(progress.NothingMoves, match="begun"):
        progress.run([sys.executable, "-c", "import time; print('begun', flush=True); time.sleep(600)"])


def test_a_failure_is_told_with_what_was_written() -> None:
    with pytest.raises(AssertionError, match="the reason"):
        progress.run([sys.executable, "-c", "raise SystemExit('the reason')"], check=True)


def test_a_thread_that_works_is_waited_for() -> None:
    ended: list[bool] = []

    def work() -> None:
        until = time.monotonic() + 2.5
        while time.monotonic() < until:
            pass
        ended.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    assert progress.wait_for(lambda: ended, "the thread")
    thread.join()


def test_what_never_comes_is_given_up() -> None:
    with pytest.raises(progress.NothingMoves, match="waited for spring"):
        progress.wait_for(lambda: False, "spring")


def test_a_counter_of_ones_own_is_progress() -> None:
    began = time.monotonic()
    assert progress.wait_for(lambda: time.monotonic() > began + 2.5, progress=lambda: int(20 * time.monotonic()))


def test_the_events_are_handled_before_each_look() -> None:
    handled: list[int] = []
    progress.wait_for(lambda: len(handled) > 2, pump=lambda: handled.append(1))
    assert len(handled) == 3


def test_a_child_of_a_child_is_progress() -> None:
    inner = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {SLOW!r}], input=b'deep\\n')"
    process = subprocess.Popen([sys.executable, "-c", inner], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    out, _ = progress.finish(process)
    assert out.strip() == b"deep"


def test_one_that_only_looks_around_is_not_waited_for() -> None:
    with pytest.raises(progress.NothingMoves):
        progress.run([sys.executable, "-c", "import time\nwhile True: time.sleep(0.02)"])
