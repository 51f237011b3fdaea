"""What one client, and all of them together, may ask of the server."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Bounds on requests."""

    body_bytes: int = 4 << 20
    """Of the body of a request."""
    connections: int = 128
    """Open at once; a further one is closed."""
    waiting: int = 64
    """Requests that wait for their turn; a further one is refused with 429."""
    tokens: int = 4096
    """Of an answer, whatever was asked for."""
    default_tokens: int = 512
    """Of an answer where nobody says how long it may be."""
    head_s: float = 10.0
    """Seconds in which the head of a request has to come, from when the connection was made or its first byte came."""
    body_s: float = 30.0
    """Seconds in which the body has to come."""
    idle_s: int = 15
    """Seconds that a connection may wait for its next request."""
    send_s: float = 30.0
    """Seconds in which a client has to take what is sent to it."""
    work_s: float = 600.0
    """Seconds that one request may compute; an answer is cut there."""
