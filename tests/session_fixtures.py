"""A workspace, and a mind in it that is real in everything but size."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import tiny

from engine.io.bitt import save_bitt
from engine.session.memory_session import MemorySession
from engine.session.workspace import Workspace


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("model") / "tiny.bitt"
    save_bitt(path, tiny.body(), packed=True)
    return path


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace.open(tmp_path / "workspace")


@pytest.fixture
def wake(workspace: Workspace, model: Path) -> Iterator[Callable[[], MemorySession]]:
    """Opens the mind of this test's workspace; the one that was open before is closed, as by a restart."""
    minds: list[MemorySession] = []

    def open_again(path: Path = model) -> MemorySession:
        if minds:
            minds.pop().close()
        minds.append(MemorySession.open(workspace, path, device="cpu"))
        return minds[-1]

    yield open_again
    for mind in minds:
        mind.close()


@pytest.fixture
def mind(wake: Callable[[], MemorySession]) -> MemorySession:
    return wake()


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """From its call on, nothing can be flushed to the disk any more; ``monkeypatch.undo()`` frees it."""

    def refuse(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    return lambda: monkeypatch.setattr("os.fsync", refuse)
