"""What stands between the network and the application: who may come in, how much they may send, and what is logged."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from engine.server.errors import ApiError
from engine.server.key import ServerKey
from engine.server.limits import Limits

LOG = logging.getLogger("engine.server")
"""One line a request: what was asked for by the name of the route, how it ended, how long it took. No text of it."""

OPEN = frozenset({"/health"})
"""Paths that need no key."""


class Doors:
    """Which ``Host`` and ``Origin`` are let in: that keeps web pages out that a browser here has open, also those whose
    name was made to mean this machine.

    Args:
        host: the address or name that the server listens at.
    """

    def __init__(self, host: str) -> None:
        self._names = {"localhost", host.lower().strip("[]")}
        self._any_address = not is_loopback(host)

    def check(self, headers: MutableMapping[bytes, bytes]) -> None:
        """Raise `ApiError` for a request that is to stay outside."""
        host = headers.get(b"host", b"").decode("latin-1")
        if not self._is_ours(host):
            raise ApiError(403, "host_refused", "The Host header names another machine than this server.")
        origin = headers.get(b"origin", b"").decode("latin-1")
        if origin and origin.lower() != f"http://{host.lower()}":
            raise ApiError(403, "origin_refused", "Web pages may not use this server.")

    def _is_ours(self, host: str) -> bool:
        name = host.lower()
        name = name[1:].partition("]")[0] if name.startswith("[") else name.partition(":")[0]
        if name in self._names:
            return True
        try:
            address = ipaddress.ip_address(name)
        except ValueError:
            return False
        return address.is_loopback or self._any_address  # an address is no name that could be made to mean another


def is_loopback(host: str) -> bool:
    """Whether an address or name is one that only this machine reaches."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


class Guard:
    """An ASGI application around another.

    Args:
        app: what is guarded. It finds the route's name under ``route`` in the scope's state, if it puts it there.
        key: what clients have to know.
        doors: where they may come from.
        limits: how much they may ask.
    """

    def __init__(self, app: ASGIApp, key: ServerKey, doors: Doors, limits: Limits) -> None:
        self._app, self._key, self._doors, self._limits = app, key, doors, limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        began, status = time.monotonic(), 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            async with asyncio.timeout(self._limits.send_s):
                await send(message)

        try:
            headers = dict(scope["headers"])
            self._doors.check(headers)
            if scope["path"] not in OPEN and not self._key.matches(headers.get(b"authorization")):
                raise ApiError(401, "invalid_api_key", "The key is missing or wrong; it goes in Authorization: Bearer.")
            body = await self._body(headers, receive)
            await self._app(scope, _replayed(body, receive), sending)
        except (TimeoutError, OSError):
            _abort(scope)
        except Exception as error:
            await self._refuse(ApiError.of(error), scope, receive, sending, status)
        finally:
            route = scope.get("state", {}).get("route", "-")
            LOG.info("%s %s %s %.3f s", _method(scope), route, status or "ended", time.monotonic() - began)

    async def _refuse(self, error: ApiError, scope: Scope, receive: Receive, send: Send, status: int) -> None:
        if status:  # the answer has begun
            _abort(scope)
            return
        headers = error.headers | {"Connection": "close"}  # what of the body is still to come is not waited for
        await JSONResponse(error.body, error.status, headers)(scope, receive, send)

    async def _body(self, headers: MutableMapping[bytes, bytes], receive: Receive) -> bytes:
        most = self._limits.body_bytes
        length = headers.get(b"content-length", b"0")
        if not length.isdigit() or len(length) > 18 or int(length) > most:
            raise ApiError(413, "too_large", f"The body may have at most {most} bytes.")
        body = bytearray()
        try:
            async with asyncio.timeout(self._limits.body_s):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise ConnectionResetError
                    body += message.get("body", b"")
                    if len(body) > most:
                        raise ApiError(413, "too_large", f"The body may have at most {most} bytes.")
                    if not message.get("more_body", False):
                        return bytes(body)
        except TimeoutError:
            raise ApiError(408, "timeout", "The body did not come in time.") from None


def _replayed(body: bytes, receive: Receive) -> Callable[[], Awaitable[Message]]:
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def _method(scope: Scope) -> str:
    known = ("GET", "POST", "DELETE", "HEAD", "OPTIONS", "PUT", "PATCH")
    return scope["method"] if scope["method"] in known else "-"


def _abort(scope: Scope) -> None:
    """End the connection at once, whatever is still to be sent."""
    abort: Any = scope.get("state", {}).get("abort")
    if abort is not None:
        abort()
