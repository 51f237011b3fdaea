"""The worker's end of the protocol, and the only place in the Studio that touches the engine.

`thread` carries out one command after another; what each command does stands in the module of its subject, of the same
name as in `studio.protocol`. `context` is what the subjects share.
"""

from studio.worker.context import ClaimedWorkspace, claim_workspace, default_model, workspace_path
from studio.worker.thread import Worker

__all__ = ["ClaimedWorkspace", "Worker", "claim_workspace", "default_model", "workspace_path"]
