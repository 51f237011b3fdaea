"""The application: OpenAI's routes, and those of the memory."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, TypeVar

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from engine.runtime.base import Cancel
from engine.server.errors import ApiError, bad_parameter
from engine.server.guard import Doors, Guard
from engine.server.key import ServerKey
from engine.server.limits import Limits
from engine.server.memory import MemoryApi, Nights
from engine.server.names import DIAL_HEADER, SOUL_HEADER, ModelNames, Target
from engine.server.queue import FairQueue
from engine.server.requests import Wish, chat_request, completion_request
from engine.server.served import Answer, ServedMind
from engine.server.stream import Pieces, finish_reason, streamed, until_done, usage
from engine.session.memory_session import MemorySession

R = TypeVar("R")
_MOST_LISTED = 1000


class Api:
    """The routes over one mind.

    Args:
        mind: the caller's, who closes the queue before it.
        queue: whose thread alone uses the mind from now on.
        limits: how much clients may ask.
    """

    def __init__(self, mind: MemorySession, queue: FairQueue, limits: Limits) -> None:
        self._queue, self._limits = queue, limits
        self._served = ServedMind(mind)
        self._names = ModelNames(mind)
        self._memory = MemoryApi(self._served)
        self._nights = Nights(self._served, queue)
        self._started = int(time.time())

    def app(self, key: ServerKey, doors: Doors) -> ASGIApp:
        """The routes behind their guard."""
        routes = [
            self._route("/health", self._health),
            self._route("/v1/models", self._models),
            self._route("/v1/models/{name:path}", self._model),
            self._route("/v1/chat/completions", self._chat, "POST"),
            self._route("/v1/completions", self._complete, "POST"),
            self._route("/v1/memory", self._entries),
            self._route("/v1/memory/search", self._search),
            self._route("/v1/memory/sleep", self._sleep, "POST"),
            self._route("/v1/memory/wake", self._wake, "POST"),
            self._route("/v1/memory/report", self._report),
            self._route("/v1/memory/{id}", self._forget, "DELETE"),
        ]
        app = Starlette(routes=routes, exception_handlers={HTTPException: _not_there, Exception: _failed})
        app.router.redirect_slashes = False
        return Guard(app, key, doors, self._limits)

    def _route(self, path: str, endpoint: Callable[[Request], Awaitable[Response]], method: str = "GET") -> Route:
        async def handler(request: Request) -> Response:
            request.state.route = path
            try:
                return await endpoint(request)
            except Exception as error:
                told = ApiError.of(error)
                return JSONResponse(told.body, told.status, told.headers)

        return Route(path, handler, methods=[method], name=path)

    async def _health(self, _: Request) -> Response:
        return JSONResponse({"status": "asleep" if self._nights.asleep else "ok"})

    async def _models(self, request: Request) -> Response:
        names = await self._do(request, lambda _: self._names.all())
        return JSONResponse({"object": "list", "data": [self._listed(name) for name in names]})

    async def _model(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name not in await self._do(request, lambda _: self._names.all()):
            raise ApiError(404, "model_not_found", "There is no such model or soul; /v1/models lists them.", "model")
        return JSONResponse(self._listed(name))

    def _listed(self, name: str) -> dict[str, Any]:
        return {"id": name, "object": "model", "created": self._started, "owned_by": "bit-llama"}

    async def _chat(self, request: Request) -> Response:
        wanted = chat_request(await request.body(), self._limits)

        def work(on_text: Callable[[str], bool], cancel: Cancel) -> Answer:
            return self._served.answer(self._target(request, wanted.wish), wanted, on_text, cancel)

        return await self._answer(request, wanted.wish, work, chat=True)

    async def _complete(self, request: Request) -> Response:
        wanted = completion_request(await request.body(), self._limits)

        def work(on_text: Callable[[str], bool], cancel: Cancel) -> Answer:
            return self._served.complete(self._target(request, wanted.wish), wanted, on_text, cancel)

        return await self._answer(request, wanted.wish, work, chat=False)

    def _target(self, request: Request, wish: Wish) -> Target:
        return self._names.target(wish.model, request.headers.get(SOUL_HEADER), request.headers.get(DIAL_HEADER))

    async def _answer(
        self, request: Request, wish: Wish, work: Callable[[Callable[[str], bool], Cancel], Answer], chat: bool
    ) -> Response:
        self._nights.require_awake()
        pieces = Pieces(asyncio.get_running_loop())
        job = self._queue.submit(_client(request), lambda cancel: work(partial(_heard, pieces, cancel), cancel))
        job.done.add_done_callback(lambda _: pieces.end())
        about = {
            "id": ("chatcmpl-" if chat else "cmpl-") + secrets.token_hex(12),
            "object": ("chat.completion" if chat else "text_completion"),
            "created": int(time.time()),
            "model": wish.model,
        }
        if wish.stream:
            return await streamed(request, job, pieces, about, chat, wish.include_usage)
        answer = await until_done(request, job)
        text = answer.text
        said = {"message": {"role": "assistant", "content": text}} if chat else {"text": text}
        choice = {"index": 0, **said, "finish_reason": finish_reason(answer, job.late), "logprobs": None}
        return JSONResponse(about | {"choices": [choice], "usage": usage(answer)} | _unsaved(answer))

    async def _entries(self, request: Request) -> Response:
        return await self._list(request, "")

    async def _search(self, request: Request) -> Response:
        if not (find := request.query_params.get("q", "").strip()):
            raise bad_parameter("q", "q must say what is looked for.")
        return await self._list(request, find)

    async def _list(self, request: Request, find: str) -> Response:
        self._nights.require_awake()
        limit = request.query_params.get("limit", "100")
        if not limit.isdecimal() or len(limit) > 6 or not 1 <= int(limit) <= _MOST_LISTED:
            raise bad_parameter("limit", f"limit must be a whole number from 1 to {_MOST_LISTED}.")
        soul = request.query_params.get("soul")
        found = await self._do(request, lambda _: self._memory.entries(soul, find, int(limit)))
        return JSONResponse(found)

    async def _forget(self, request: Request) -> Response:
        self._nights.require_awake()
        which = request.path_params["id"]
        return JSONResponse(await self._do(request, lambda cancel: self._memory.forget(which, cancel)))

    async def _sleep(self, request: Request) -> Response:
        soul = request.query_params.get("soul")
        self._nights.require_awake()
        if soul is not None and soul not in await self._do(request, lambda _: self._names.souls()):
            raise ApiError(404, "soul_not_found", "There is no such soul; /v1/models lists them.", "soul")
        return JSONResponse(self._nights.begin(_client(request), soul), 202)

    async def _wake(self, _: Request) -> Response:
        return JSONResponse(self._nights.wake(), 202)

    async def _report(self, _: Request) -> Response:
        return JSONResponse(self._nights.report())

    async def _do(self, request: Request, work: Callable[[Cancel], R]) -> R:
        self._nights.require_awake()
        return await until_done(request, self._queue.submit(_client(request), work))


def _heard(pieces: Pieces, cancel: Cancel, text: str) -> bool:
    pieces.put(text)
    return not cancel()


def _unsaved(answer: Answer) -> dict[str, Any]:
    return {"warning": answer.unsaved} if answer.unsaved else {}


def _client(request: Request) -> str:
    """Who takes turns with others: a program on a machine."""
    host = request.client.host if request.client else ""
    return f"{host} {request.headers.get('user-agent', '')[:200]}"


async def _not_there(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 404
    told = (
        ApiError(405, "method_not_allowed", "This method is not for this path.")
        if status == 405
        else ApiError(404, "not_found", "There is nothing at this path.")
    )
    return JSONResponse(told.body, told.status)


async def _failed(request: Request, error: Exception) -> Response:
    told = ApiError.of(error)
    return JSONResponse(told.body, told.status)
