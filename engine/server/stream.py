"""Answers on their way: to a client that waits for the whole, or piece by piece as server-sent events."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from engine.server.errors import ApiError
from engine.server.queue import Job
from engine.server.served import Answer

R = TypeVar("R")


class Pieces:
    """Text from the thread of the mind to the loop of the server.

    Args:
        loop: of the server.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._queue: asyncio.Queue[str | None] = asyncio.Queue()

    def put(self, text: str | None) -> None:
        """Hand a piece over; from any thread."""
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody is there any more
            self._loop.call_soon_threadsafe(self._queue.put_nowait, text)

    def end(self) -> None:
        """No more will come; from any thread."""
        self.put(None)

    async def next(self) -> str | None:
        """The next piece, None at the end."""
        return await self._queue.get()


async def until_done(request: Request, job: Job[R]) -> R:
    """The outcome of a job, which is cancelled where the client goes before. Raises what the job raised."""
    gone = asyncio.create_task(_gone(request))
    done = asyncio.wrap_future(job.done)
    try:
        await asyncio.wait((gone, done), return_when=asyncio.FIRST_COMPLETED)
        if not done.done():
            job.cancel()
            raise ConnectionResetError
        if done.cancelled():
            raise ApiError(503, "closing", "The server is closing.")
        return done.result()
    finally:
        await _ended(gone)
        if not done.done():
            done.add_done_callback(_seen)


async def streamed(
    request: Request, job: Job[Answer], pieces: Pieces, about: dict[str, Any], chat: bool, include_usage: bool
) -> Response:
    """The answer piece by piece. What fails before the first piece is raised, as for `until_done`."""
    gone = asyncio.create_task(_gone(request))
    first = asyncio.create_task(pieces.next())
    try:
        await asyncio.wait((gone, first), return_when=asyncio.FIRST_COMPLETED)
        if not first.done():
            job.cancel()
            raise ConnectionResetError
        piece = first.result()
        if piece is None:
            if job.done.cancelled():
                raise ApiError(503, "closing", "The server is closing.")
            job.done.result()
    except BaseException:
        await _ended(gone)
        await _ended(first)
        raise
    about = about | {"object": "chat.completion.chunk" if chat else "text_completion"}
    return EventStream(_events(piece, job, pieces, about, chat, include_usage), job, gone)


async def _events(
    piece: str | None, job: Job[Answer], pieces: Pieces, about: dict[str, Any], chat: bool, include_usage: bool
) -> AsyncIterator[dict[str, Any]]:
    def chunk(delta: dict[str, Any], reason: str | None = None) -> dict[str, Any]:
        said = {"delta": delta} if chat else {"text": delta.get("content", "")}
        return about | {"choices": [{"index": 0, **said, "finish_reason": reason, "logprobs": None}]}

    if chat:
        yield chunk({"role": "assistant", "content": ""})
    while piece is not None:
        yield chunk({"content": piece})
        piece = await pieces.next()
    try:
        answer = await asyncio.wrap_future(job.done)
    except asyncio.CancelledError:
        raise
    except BaseException as error:
        yield ApiError.of(error).body
        return
    warning = {"warning": answer.unsaved} if answer.unsaved else {}
    yield chunk({}, finish_reason(answer, job.late)) | warning
    if include_usage:
        yield about | {"choices": [], "usage": usage(answer)}


def finish_reason(answer: Answer, late: bool) -> str:
    """Why it ended, in OpenAI's words; what ran out of its time ended by a limit, too."""
    return "length" if answer.stopped == "length" or late else "stop"


def usage(answer: Answer) -> dict[str, Any]:
    """What an answer cost, in OpenAI's form."""
    prompt = answer.held + answer.read
    return {
        "prompt_tokens": prompt,
        "completion_tokens": answer.tokens,
        "total_tokens": prompt + answer.tokens,
        "prompt_tokens_details": {"cached_tokens": answer.held},
    }


class EventStream(Response):
    """Server-sent events, which end with ``[DONE]`` where all went well.

    Args:
        events: what is sent.
        job: cancelled where the client goes.
        gone: done once it has gone.
    """

    def __init__(self, events: AsyncIterator[dict[str, Any]], job: Job[Answer], gone: asyncio.Task[None]) -> None:
        super().__init__(media_type="text/event-stream", headers={"Cache-Control": "no-store"})
        del self.headers["content-length"]
        self._events, self._job, self._gone = events, job, gone

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._gone.add_done_callback(lambda _: self._job.cancel())
        try:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            good = True
            async for event in self._events:
                good = "error" not in event
                await send(_body(json.dumps(event, ensure_ascii=False)))
            await send(_body("[DONE]") if good else {"type": "http.response.body", "body": b"", "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        finally:
            self._job.cancel()
            await _ended(self._gone)


def _body(data: str) -> dict[str, Any]:
    return {"type": "http.response.body", "body": f"data: {data}\n\n".encode(), "more_body": True}


async def _gone(request: Request) -> None:
    """Wait until the client has gone."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _ended(task: asyncio.Task[Any]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError, Exception):
        await task


def _seen(done: asyncio.Future[Any]) -> None:
    """Take note of an outcome that nobody waits for any more."""
    if not done.cancelled():
        done.exception()
