"""The last exchanges, each with the state of before it: so that something else can be said, and the soul follows.

An exchange in whose place others were said has versions. The states are kept in memory only, for the exchanges since
the program started or the soul went through an event; the log keeps every version's words for good.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.errors import Message
from studio.protocol import EngineFailure, ExchangeVersions, LogLine

if TYPE_CHECKING:
    from engine.session.memory_session import MemorySession

KEPT = 8
"""Exchanges that can be taken back."""


@dataclass
class _Branch:
    """One version of what was said from some point on."""

    exchanges: list[_Exchange]
    end: Any
    """`MemorySession.mark` of its end."""

    @property
    def ids(self) -> tuple[str, ...]:
        """Of all its messages in the log."""
        return tuple(line.id for exchange in self.exchanges for line in exchange.lines)


@dataclass
class _Point:
    """A moment before something was said."""

    mark: Any
    branches: list[_Branch | None] = field(default_factory=list)
    """The versions in the order in which they were said; None for the one that goes on now."""

    @property
    def current(self) -> int:
        """The number of the version that goes on now."""
        return self.branches.index(None)


@dataclass
class _Exchange:
    point: _Point
    lines: tuple[LogLine, ...]
    """As they are in the log, a system prompt that was read with them included."""

    @property
    def line(self) -> str:
        """The id of what the person said."""
        return next(line.id for line in self.lines if line.role == "user")

    @property
    def conversation(self) -> str:
        return self.lines[0].conversation


class ExchangeUndo:
    """The way that the present conversation came, as far as it can be gone back."""

    def __init__(self, memory: MemorySession) -> None:
        self._memory = memory
        self._path: list[_Exchange] = []
        self._open: _Point | None = None
        self._aside: tuple[int, _Branch] | None = None
        """The version in whose place something is being said, and its number."""

    def clear(self) -> None:
        """Nothing can be taken back any more: the soul went through an event."""
        self._path.clear()

    def begin(self, instead_of: str = "") -> None:
        """Something is about to be said: next, or in place of the exchange in which `instead_of` was said.

        Raises `EngineFailure` for an exchange that cannot be taken back.
        """
        self._aside = None
        if not instead_of:
            self._open = _Point(self._memory.mark())
            return
        place = self._find(instead_of)
        point = self._path[place].point
        branch = _Branch(self._path[place:], self._memory.mark())
        self._memory.rewind(point.mark, replaced=branch.ids)
        self._aside = point.current, branch
        self._open = point
        del self._path[place:]

    def finish(self, lines: tuple[LogLine, ...]) -> None:
        """It was said: these are its lines in the log."""
        point, self._open = self._open, None
        assert point is not None
        if self._aside is not None:
            point.branches[self._aside[0]] = self._aside[1]
        point.branches.append(None)
        self._path.append(_Exchange(point, lines))
        del self._path[:-KEPT]

    def give_up(self) -> None:
        """It could not be said. What it was to replace goes on."""
        self._open = None
        if self._aside is not None:
            _, branch = self._aside
            self._memory.rewind(branch.end, restored=branch.ids)
            self._path += branch.exchanges

    def switch(self, line: str, version: int) -> tuple[LogLine, ...]:
        """Go on as another version of the exchange in which `line` was said; returns the lines from there on.

        Raises `EngineFailure` for an exchange or a version that there is not.
        """
        place = self._find(line)
        point = self._path[place].point
        current = point.current
        branch = point.branches[version] if 0 <= version < len(point.branches) else None
        if branch is None:
            raise EngineFailure(Message("There is no such version of this message."))
        left = _Branch(self._path[place:], self._memory.mark())
        self._memory.rewind(branch.end, replaced=left.ids, restored=branch.ids)
        point.branches[current], point.branches[version] = left, None
        self._path[place:] = branch.exchanges
        return tuple(line for exchange in branch.exchanges for line in exchange.lines)

    def turns(self) -> tuple[ExchangeVersions, ...]:
        """The exchanges that can be taken back, oldest first: the last ones, as far as they are one conversation."""
        found: list[ExchangeVersions] = []
        for exchange in reversed(self._path):
            if exchange.conversation != self._path[-1].conversation:
                break
            point = exchange.point
            found.append(ExchangeVersions(exchange.line, point.current, len(point.branches)))
        return tuple(reversed(found))

    def _find(self, line: str) -> int:
        if line not in {turn.line for turn in self.turns()}:
            raise EngineFailure(
                Message("That message cannot be said anew any more; only the last ones of this chat can.")
            )
        return next(place for place, exchange in enumerate(self._path) if exchange.line == line)
