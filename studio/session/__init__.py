"""The window's end of the wire: one poll a frame, awaitable requests, and the one owner of `is_dreaming`.

`session` holds the state and the wire; the requests stand in the module of their subject, of the same name as in
`studio.protocol`.
"""

from studio.session.session import FRAME_MS, POLL_BUDGET_S, UNNAMED, Busy, Session
from studio.worker import claim as claim_workspace
from studio.worker import where as workspace_path

__all__ = ["FRAME_MS", "POLL_BUDGET_S", "UNNAMED", "Busy", "Session", "claim_workspace", "workspace_path"]
