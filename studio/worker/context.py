"""What the worker has before it: the mind that is awake, and how far the log was told to the window."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import Message
from studio.protocol import EngineFailure, Event, Line, Timeline, TimelineMoved
from studio.worker.timeline import read_timeline
from studio.worker.turns import Turns

if TYPE_CHECKING:
    from engine.io.conversation_log import Entry
    from engine.llama import Llama
    from engine.session.memory_session import MemorySession
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
        raise EngineFailure(error.message) from error


def where(path: Path | None, portable: bool = False) -> Path:
    """The workspace that `claim` would take."""
    from engine.session.workspace import default_path

    return (path.expanduser() if path is not None else default_path(portable)).absolute()


class Desk:
    """Owned by the worker's thread, and shared by the handlers of all subjects.

    Attributes:
        place: the workspace.
        tell: sends an event to the window.
        turns: the exchanges that can be taken back; only there while a mind is awake.
    """

    turns: Turns

    def __init__(self, place: Claim, tell: Callable[[Event], None]) -> None:
        self.place, self.tell = place, tell
        self._mind: MemorySession | None = None
        self._timeline: Timeline | None = None
        """As it was told last."""
        self._newest = ""
        """The log entry that was written last, as far as `new_lines` was asked."""

    @property
    def mind(self) -> MemorySession:
        """The mind that is awake. Raises `EngineFailure` where none is."""
        if self._mind is None:
            raise EngineFailure(Message("No model is loaded. Open one in Model Lab first."))
        return self._mind

    def wake(self, llama: Llama) -> list[Entry]:
        """Wake a soul in a body, in place of the mind that was awake; returns what that soul has heard and said."""
        from engine.session.memory_session import MemorySession

        self.save()  # the next mind may live in the same body and read this soul
        self._mind = MemorySession(self.place.workspace, self.place.lock, llama)
        return self.begin_anew()

    def let_go(self) -> None:
        """Save the soul that is awake and be without a mind."""
        self.save()
        self._mind = self._timeline = None
        self._newest = ""
        del self.turns

    def begin_anew(self) -> list[Entry]:
        """Another soul is awake: nothing can be taken back; returns what it has heard and said."""
        self.turns = Turns(self.mind)
        heard = self.mind.log.entries(soul=self.mind.store.key)
        self._newest = heard[-1].id if heard else ""
        return heard

    def new_lines(self) -> tuple[Line, ...]:
        """What came into the log since this was asked last."""
        entries = self.mind.log.entries(after=self._newest or None, soul=self.mind.store.key)
        self._newest = entries[-1].id if entries else self._newest
        return lines(entries)

    def tell_timeline(self, request: int) -> None:
        """Let the window know of the timeline, where it is another than it knows."""
        if self._mind is None:
            return
        timeline = read_timeline(self._mind)
        if timeline != self._timeline:
            self._timeline = timeline
            self.tell(TimelineMoved(request, timeline))

    def save(self) -> None:
        """Save the soul that is awake, if any."""
        if self._mind is not None:
            self._mind.save()


def lines(entries: Sequence[Entry]) -> tuple[Line, ...]:
    """Entries of the log as the window knows them."""
    return tuple(Line(entry.role, entry.text, entry.timestamp, entry.conversation, entry.id) for entry in entries)


def shown(told: Sequence[Line]) -> tuple[Line, ...]:
    """Of these lines, those that a conversation shows."""
    return tuple(line for line in told if line.text and line.role != "system")
