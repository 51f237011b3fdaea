"""The server as a program: a socket, uvicorn, and the end of both in good order."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from engine.errors import ConfigError
from engine.server.app import Api
from engine.server.guard import Doors
from engine.server.key import ServerKey
from engine.server.limits import Limits
from engine.server.queue import FairQueue
from engine.session.memory_session import MemorySession


def listening(host: str, port: int) -> socket.socket:
    """A socket at an address of this machine; port 0 takes a free one.

    Raises `ConfigError` for a port that cannot be, and for an address that is not this machine's, or is in use.
    """
    if not 0 <= port <= 65535:
        raise ConfigError("The port is {port}; it must be a whole number from 0 to 65535.", port=port)
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host.strip("[]"), port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        found = socket.socket(family, kind, protocol)
    except (OSError, OverflowError, UnicodeError) as error:
        raise _unusable(host, port, error) from error
    try:
        if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):  # Windows: otherwise another program may take the port over
            found.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind(address)
        found.listen(128)
    except (OSError, OverflowError) as error:
        found.close()
        raise _unusable(host, port, error) from error
    return found


def _unusable(host: str, port: int, error: Exception) -> ConfigError:
    return ConfigError(
        "Could not listen at {host}, port {port}: {why}. Choose another address or port.",
        host=host,
        port=port,
        why=getattr(error, "strerror", None) or error,
    )


class Server(uvicorn.Server):
    """Serves one mind until a signal comes, or `should_exit` is set.

    Args:
        mind: the caller's; nobody else uses it until `close`.
        key: what clients have to know.
        host: the address that it listens at.
        limits: how much clients may ask.
    """

    def __init__(self, mind: MemorySession, key: ServerKey, host: str, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self.queue = FairQueue(self.limits.waiting, self.limits.work_s)
        app = Api(mind, self.queue, self.limits).app(key, Doors(host))
        super().__init__(
            uvicorn.Config(
                app,
                http=_protocol(self.limits),
                ws="none",
                lifespan="off",
                loop="asyncio",
                log_config=None,
                log_level="critical",  # of itself it would log addresses with what stands in them
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_keep_alive=self.limits.idle_s,
                timeout_graceful_shutdown=5,
            )
        )

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End what is being computed, then the connections."""
        await asyncio.to_thread(self.queue.close)
        await super().shutdown(sockets)

    def close(self) -> None:
        """End the thread of the mind; harmless when done twice."""
        self.queue.close()


@contextlib.contextmanager
def serving(server: Server) -> Iterator[Server]:
    """Close the server at the end of the block."""
    try:
        yield server
    finally:
        server.close()


def _protocol(limits: Limits) -> type[asyncio.Protocol]:
    """HTTP as uvicorn speaks it, with limits on connections and on how long the head of a request may take."""

    class Guarded(H11Protocol):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.app_state = {**self.app_state, "abort": self._abort}
            self._head: asyncio.TimerHandle | None = None

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            if len(self.connections) > limits.connections:
                transport.abort()
            else:
                self._head = self.loop.call_later(limits.head_s, self._abort)

        def data_received(self, data: bytes) -> None:
            former = self.cycle
            super().data_received(data)
            if self.cycle is not former:  # a head is complete
                self._stop_waiting()
            elif self._head is None and (self.cycle is None or self.cycle.response_complete):
                self._head = self.loop.call_later(limits.head_s, self._abort)

        def connection_lost(self, exc: Exception | None) -> None:
            self._stop_waiting()
            super().connection_lost(exc)

        def _stop_waiting(self) -> None:
            if self._head is not None:
                self._head.cancel()
                self._head = None

        def _abort(self) -> None:
            if self.transport is not None:
                self.transport.abort()

    return Guarded
