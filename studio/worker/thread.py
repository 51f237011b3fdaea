"""The one thread that owns the engine. Requests come in, responses go out; no widget and no Qt object is ever touched.

The engine is imported inside the thread, so that the window need not wait for it.
"""

from __future__ import annotations

import queue
import threading
import traceback
from collections.abc import Callable, Mapping
from typing import Any

from studio.protocol import Close, Command, Done, EngineFailure, Failed, Request, Response
from studio.worker import chat, memory, models, sleep, souls
from studio.worker.context import ClaimedWorkspace, WorkerContext

HANDLERS: Mapping[type[Command[Any]], Callable[[WorkerContext, Any], object]] = {
    command: handler
    for subject in (models, chat, souls, sleep, memory)
    for command, handler in subject.HANDLERS.items()
}
"""What each command does; `Close` is the thread's own."""


class Worker(threading.Thread):
    """Carries out one request after another until `Close`."""

    def __init__(
        self, place: ClaimedWorkspace, requests: queue.SimpleQueue[Request], responses: queue.SimpleQueue[Response]
    ) -> None:
        super().__init__(name="inference", daemon=True)
        self._place, self._requests = place, requests
        self._context = WorkerContext(place, responses.put)

    def run(self) -> None:
        """The thread's life."""
        while True:
            request = self._requests.get()
            self._context.begin(request)
            end: Done | Failed
            try:
                end = Done(self._carry_out(request.command))
            except Exception as error:  # whatever it is, the window hears of it and the thread lives on
                end = _failed(error)
            last = isinstance(request.command, Close) and (isinstance(end, Done) or request.command.even_unsaved)
            if last:
                self._place.lock.release()
            self._context.tell(end)
            if last:
                return

    def _carry_out(self, command: Command[Any]) -> object:
        if isinstance(command, Close):
            self._context.save()
            return None
        try:
            return HANDLERS[type(command)](self._context, command)
        finally:
            self._context.tell_timeline()


def _failed(error: Exception) -> Failed:
    from engine.errors import BitLlamaError, Message

    if isinstance(error, BitLlamaError):
        return Failed(error.message, "")
    if isinstance(error, EngineFailure):
        return Failed(error.args[0], "")
    what = Message(
        "Something unexpected went wrong ({kind}: {error}). Nothing that was saved is lost.",
        kind=type(error).__name__,
        error=error,
    )
    return Failed(what, "".join(traceback.format_exception(error)))
