"""Taking a workspace for this program alone: quick, and without loading the engine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from studio.messages import EngineFailure

if TYPE_CHECKING:
    from engine.session.workspace import Workspace, WorkspaceLock


@dataclass(frozen=True)
class Claim:
    """A workspace that is locked for this program."""

    root: Path
    workspace: Workspace
    lock: WorkspaceLock


def claim(path: Path | None, portable: bool = False) -> Claim:
    """Open and lock a workspace (the person's own where `path` is None); quick, loads no engine.

    Raises `EngineFailure` for one that is in use or cannot be used.
    """
    from engine.errors import BitLlamaError
    from engine.session.workspace import Workspace

    try:
        workspace = Workspace.open(path, portable)
        return Claim(workspace.root, workspace, workspace.lock())
    except BitLlamaError as error:
        raise EngineFailure(error.told) from error


def where(path: Path | None, portable: bool = False) -> Path:
    """The workspace that `claim` would take."""
    from engine.session.workspace import default_path

    return (path.expanduser() if path is not None else default_path(portable)).absolute()
