"""What the worker works on: the workspace, the session of the loaded model, and the request under way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import Message
from studio.protocol import Close, EngineFailure, LogLine, Request, Response, SoulTimeline, TimelineChanged, WorkerEvent
from studio.worker.timeline import read_timeline
from studio.worker.turns import ExchangeUndo

if TYPE_CHECKING:
    from engine.io.conversation_log import Entry
    from engine.llama import Llama
    from engine.session.memory_session import MemorySession
    from engine.session.workspace import Workspace, WorkspaceLock


@dataclass(frozen=True)
class ClaimedWorkspace:
    """A workspace that is locked for this program."""

    root: Path
    workspace: Workspace
    lock: WorkspaceLock


def claim_workspace(path: Path | None, portable: bool = False) -> ClaimedWorkspace:
    """Open and lock a workspace (the person's own where `path` is None); quick, loads no engine.

    Raises `EngineFailure` for one that is in use or cannot be used.
    """
    from engine.errors import BitLlamaError
    from engine.session.workspace import Workspace

    try:
        workspace = Workspace.open(path, portable)
        return ClaimedWorkspace(workspace.root, workspace, workspace.lock())
    except BitLlamaError as error:
        raise EngineFailure(error.message) from error


def workspace_path(path: Path | None, portable: bool = False) -> Path:
    """The workspace that `claim_workspace` would take."""
    from engine.session.workspace import default_path

    return (path.expanduser() if path is not None else default_path(portable)).absolute()


def default_model(root: Path) -> Path | None:
    """The model that the workspace in the folder `root` begins with; None where the program brings none."""
    from engine.errors import BitLlamaError
    from engine.session import default_model as rule

    try:
        return rule.default_model(root)
    except BitLlamaError:
        return None


class WorkerContext:
    """What the handlers of all subjects share; owned by the worker's thread.

    Args:
        place: the workspace.
        send: takes what is said to the window.

    Attributes:
        turns: the exchanges that can be taken back; only there while a model is loaded.
    """

    turns: ExchangeUndo

    def __init__(self, place: ClaimedWorkspace, send: Callable[[Response], None]) -> None:
        self.place, self._send = place, send
        self._request = Request(0, Close())
        self._memory: MemorySession | None = None
        self._timeline: SoulTimeline | None = None
        """As it was told last."""
        self._newest = ""
        """The log entry that was written last, as far as `new_lines` was asked."""

    # The request that is being carried out

    def begin(self, request: Request) -> None:
        """What is told from now on, and what is cancelled, belongs to this request."""
        self._request = request

    def tell(self, event: WorkerEvent) -> None:
        """Send an event to the window."""
        self._send(Response(self._request.number, event))

    def cancelled(self) -> bool:
        """Whether the person has stopped what is being carried out."""
        return self._request.cancel.is_set()

    # The memory session

    @property
    def memory(self) -> MemorySession:
        """The session of the loaded model. Raises `EngineFailure` where none is loaded."""
        if self._memory is None:
            raise EngineFailure(Message("No model is loaded. Open one in Model Lab first."))
        return self._memory

    def wake(self, llama: Llama) -> list[Entry]:
        """Begin a session with a model, in place of the one before; returns what its soul has heard and said."""
        from engine.session.memory_session import MemorySession

        self.save()  # the next session may have the same model and read this soul
        self._memory = MemorySession(self.place.workspace, self.place.lock, llama)
        return self.begin_anew()

    def let_go(self) -> None:
        """Save the soul that is awake and be without a model."""
        self.save()
        self._memory = self._timeline = None
        self._newest = ""
        del self.turns

    def begin_anew(self) -> list[Entry]:
        """Another soul is awake: nothing can be taken back; returns what it has heard and said."""
        self.turns = ExchangeUndo(self.memory)
        heard = self.memory.log.entries(soul=self.memory.store.key)
        self._newest = heard[-1].id if heard else ""
        return heard

    def new_lines(self) -> tuple[LogLine, ...]:
        """What came into the log since this was asked last."""
        entries = self.memory.log.entries(after=self._newest or None, soul=self.memory.store.key)
        self._newest = entries[-1].id if entries else self._newest
        return lines(entries)

    def tell_timeline(self) -> None:
        """Let the window know of the timeline, where it is another than it knows."""
        if self._memory is None:
            return
        timeline = read_timeline(self._memory)
        if timeline != self._timeline:
            self._timeline = timeline
            self.tell(TimelineChanged(timeline))

    def save(self) -> None:
        """Save the soul that is awake, if any."""
        if self._memory is not None:
            self._memory.save()


def lines(entries: Sequence[Entry]) -> tuple[LogLine, ...]:
    """Entries of the log as the window knows them."""
    return tuple(LogLine(entry.role, entry.text, entry.timestamp, entry.conversation, entry.id) for entry in entries)


def shown(told: Sequence[LogLine]) -> tuple[LogLine, ...]:
    """Of these lines, those that a conversation shows."""
    return tuple(line for line in told if line.text and line.role != "system")
