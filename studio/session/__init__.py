"""The window's end of the protocol: one way to call the worker, one poll a frame, one owner of `is_dreaming`."""

from studio.session.session import FRAME_MS, POLL_BUDGET_S, UNNAMED, Busy, Session
from studio.worker import claim_workspace, default_model, workspace_path

__all__ = [
    "FRAME_MS",
    "POLL_BUDGET_S",
    "UNNAMED",
    "Busy",
    "Session",
    "claim_workspace",
    "default_model",
    "workspace_path",
]
