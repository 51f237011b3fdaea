"""Ranks for tests: forked from a process that has loaded torch already, ended with their test whatever happens."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from progress import NothingMoves, wait_for

from engine.train.rendezvous import STORE

# Forked from a process that never trained: torch forbids gradients in forks of one that did.
_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["engine.train.training_loop", "engine.train.sharding", "engine.train.shard_storage"])


@dataclass(frozen=True)
class Ended:
    """How a rank ended."""

    code: int | None
    """0 when its task returned, 1 when it raised, minus the signal that killed it; None while it runs."""
    log: str
    """The traceback of what it raised."""


def _rank(task: Callable[..., None], rank: int, world: int, folder: Path, given: tuple[Any, ...]) -> None:
    os.environ |= {"RANK": str(rank), "WORLD_SIZE": str(world), STORE: str(folder / "store")}
    with (folder / f"rank{rank}.log").open("w", buffering=1) as log:
        try:
            task(*given)
        except BaseException:
            traceback.print_exc(file=log)
            log.flush()
            os._exit(1)
    sys.stdout.flush()
    os._exit(0)


def run_ranks(
    world: int, folder: Path, task: Callable[..., None], *given: Any, enough: int | None = None
) -> list[Ended]:
    """Call ``task(*given)``, a function of a module, in `world` processes that can join each other; `folder` is new.
    Those that run when `enough` have ended are killed; None waits for all."""
    folder.mkdir(parents=True)
    processes = [
        _CONTEXT.Process(target=_rank, args=(task, rank, world, folder, given), daemon=True) for rank in range(world)
    ]
    try:
        for process in processes:
            process.start()
        with contextlib.suppress(NothingMoves):  # those that hang are killed, and their code is None
            wait_for(lambda: sum(not process.is_alive() for process in processes) >= (enough or world))
        codes = [process.exitcode for process in processes]
    finally:
        for process in processes:
            if process.pid is not None:
                process.kill()
                process.join()
    logs = [(folder / f"rank{rank}.log").read_text() for rank in range(world)]
    return [Ended(code, log) for code, log in zip(codes, logs, strict=True)]


def run_well(world: int, folder: Path, task: Callable[..., None], *given: Any) -> None:
    """As `run_ranks`; fails unless all return."""
    ended = run_ranks(world, folder, task, *given)
    assert [one.code for one in ended] == [0] * world, "\n".join(one.log for one in ended)
