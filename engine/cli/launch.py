"""Ranks of one training run as processes of this machine: started, watched, stopped together, never left behind."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

from engine.cli.terminal import Interrupts
from engine.train.rendezvous import STORE

GRACE = 30.0
"""Seconds that the others have to end by themselves once one rank has ended; then they are killed."""

_POLL = 0.05


class _Rank:
    """One process. It ends by itself when its stdin does, which happens too when this process is killed."""

    def __init__(self, command: Sequence[str], rank: int, world: int, store: Path, errors: IO[bytes]) -> None:
        self.rank, self._errors = rank, errors
        own = {"RANK": rank, "LOCAL_RANK": rank, "WORLD_SIZE": world, "LOCAL_WORLD_SIZE": world, STORE: store}
        threads = {"OMP_NUM_THREADS": str(max(1, (os.cpu_count() or 1) // world))}
        # A group of its own: Ctrl+C in the terminal is for this process, which tells the ranks once.
        apart: dict[str, Any] = {"start_new_session": True}
        if sys.platform == "win32":
            apart = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
        self.process = subprocess.Popen(
            command,
            env=threads | os.environ | {name: str(value) for name, value in own.items()},
            stdin=subprocess.PIPE,
            stdout=None if rank == 0 else subprocess.DEVNULL,
            stderr=errors,
            **apart,
        )

    def ask_to_stop(self) -> None:
        """Let it finish its step, save and end."""
        assert self.process.stdin is not None
        with contextlib.suppress(OSError):
            self.process.stdin.close()

    def said(self) -> list[str]:
        """The lines that it wrote to stderr."""
        self._errors.seek(0)
        return self._errors.read().decode("utf-8", "replace").splitlines()


def launch(command: Sequence[str], world: int) -> tuple[bool, list[str]]:
    """Run `command` as `world` ranks that find each other, and wait for them.

    Ctrl+C, or a signal that ends programs, lets all finish their step, save and end; a second Ctrl+C kills them. Once a
    rank has ended, however that was, the others have `GRACE` seconds to do so. When this function is left, none runs.

    Args:
        command: a program that calls `engine.train.distributed.joined`.
        world: how many ranks.

    Returns:
        Whether all ended well, and what they wrote to stderr or how they were killed: a line said by several comes
        once, the first cause first.
    """
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as files, Interrupts(ends=False) as stop:
        ranks: list[_Rank] = []
        try:
            for rank in range(world):
                errors = files.enter_context(tempfile.TemporaryFile())
                ranks.append(_Rank(command, rank, world, Path(folder) / "store", errors))
            ended = _wait(ranks, stop)
        finally:
            for one in ranks:
                one.process.kill()
                one.process.wait()
                one.ask_to_stop()
        return all(one.process.returncode == 0 for one in ended), _lines(ended)


def _wait(ranks: list[_Rank], stop: Interrupts) -> list[_Rank]:
    """Wait for all; returns them in the order in which they ended, those that had to be killed last."""
    ended: list[_Rank] = []
    deadline = float("inf")
    asked = False
    while len(ended) < len(ranks) and time.monotonic() < deadline:
        if stop.wanted and not asked:
            asked = True
            for one in ranks:
                one.ask_to_stop()
        now = [one for one in ranks if one not in ended and one.process.poll() is not None]
        if now and not ended:
            deadline = time.monotonic() + GRACE
        # One that was killed comes before one that says that another has ended.
        ended += sorted(now, key=lambda one: one.process.returncode)
        time.sleep(_POLL)
    return ended + [one for one in ranks if one not in ended]


def _lines(ended: list[_Rank]) -> list[str]:
    found: list[str] = []
    for one in ended:
        code = one.process.returncode
        said = one.said()
        if code < 0:
            said.append(f"bit-llama: Rank {one.rank} was killed by signal {-code} ({signal.Signals(-code).name}).")
        elif code and not said:
            said.append(f"bit-llama: Rank {one.rank} ended with code {code}.")
        found += [line for line in said if line not in found]
    return found
