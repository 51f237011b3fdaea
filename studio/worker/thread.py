"""The one thread that owns the engine. Commands come in, events go out; no widget and no Qt object is ever touched.

The engine is imported inside the thread, so that the window need not wait for it.
"""

from __future__ import annotations

import queue
import threading
import traceback
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from studio.protocol import Close, Command, Done, EngineFailure, Event, Failed
from studio.worker import chat, memory, models, sleep, souls
from studio.worker.context import Claim, Desk

if TYPE_CHECKING:
    pass

HANDLERS: Mapping[type[Command], Callable[[Desk, Any], object]] = {
    command: handler
    for subject in (models, chat, souls, sleep, memory)
    for command, handler in subject.HANDLERS.items()
}
"""What each command does; `Close` is the thread's own."""


class Worker(threading.Thread):
    """Carries out one command after another until `Close`."""

    def __init__(self, place: Claim, commands: queue.SimpleQueue[Command], events: queue.SimpleQueue[Event]) -> None:
        super().__init__(name="inference", daemon=True)
        self._commands, self._events = commands, events
        self._desk = Desk(place, events.put)

    def run(self) -> None:
        """The thread's life."""
        while True:
            command = self._commands.get()
            try:
                answer: Event = Done(command.request, self._carry_out(command))
            except Exception as error:  # whatever it is, the window hears of it and the thread lives on
                answer = _failed(command.request, error)
            ended = isinstance(command, Close) and (isinstance(answer, Done) or command.even_unsaved)
            if ended:
                self._desk.place.lock.release()
            self._events.put(answer)
            if ended:
                return

    def _carry_out(self, command: Command) -> object:
        if isinstance(command, Close):
            self._desk.save()
            return None
        try:
            return HANDLERS[type(command)](self._desk, command)
        finally:
            self._desk.tell_timeline(command.request)


def _failed(request: int, error: Exception) -> Failed:
    from engine.errors import BitLlamaError, Message

    if isinstance(error, BitLlamaError):
        return Failed(request, error.message, "")
    if isinstance(error, EngineFailure):
        return Failed(request, error.args[0], "")
    what = Message(
        "Something unexpected went wrong ({kind}: {error}). Nothing that was saved is lost.",
        kind=type(error).__name__,
        error=error,
    )
    return Failed(request, what, "".join(traceback.format_exception(error)))
