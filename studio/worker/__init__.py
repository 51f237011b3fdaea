"""The worker's end of the wire, and the only place in the Studio that touches the engine.

`thread` carries out one command after another; what each command does stands in the module of its subject, of the same
name as in `studio.protocol`. `desk` is what the subjects share.
"""

from studio.worker.context import Claim, claim, where
from studio.worker.thread import Worker

__all__ = ["Claim", "Worker", "claim", "where"]
