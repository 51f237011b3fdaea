"""What the requests of all subjects have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from studio.session.session import Session


class Requests:
    """The requests of one subject. Each raises `EngineFailure` where it cannot be carried out."""

    def __init__(self, session: Session) -> None:
        self._session = session
