"""A server at a real socket of this machine, over a mind that is real in everything but size."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from progress import wait_for
from starlette.types import ASGIApp

from engine.io.conversation_log import Entry
from engine.runtime.base import Cancel
from engine.server.guard import Doors, Guard
from engine.server.key import ServerKey
from engine.server.limits import Limits
from engine.server.run import Server, listening
from engine.session.memory_session import MemorySession

KEY = "a-key-that-nobody-guesses"


@dataclass
class Place:
    """Where it is served, and what it serves."""

    port: int
    mind: MemorySession
    server: Server
    client: httpx.Client

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def chat(self, *said: str, model: str = "tiny:main", **more: Any) -> httpx.Response:
        """The user and the assistant by turns, the user last."""
        roles = ("user", "assistant")
        messages = [{"role": roles[number % 2], "content": text} for number, text in enumerate(said)]
        body = {"model": model, "messages": messages, "max_tokens": 6, "temperature": 0} | more
        return self.client.post("/v1/chat/completions", json=body)

    def answer(self, *said: str, **more: Any) -> str:
        """What is answered."""
        response = self.chat(*said, **more)
        assert response.status_code == 200, response.text
        text: str = response.json()["choices"][0]["message"]["content"]
        return text

    @property
    def heard(self) -> list[str]:
        """What the soul has to sleep on."""
        return [entry.text for entry in self.mind.waiting()]

    @contextmanager
    def busy(self) -> Iterator[None]:
        """The mind is occupied in this block."""
        begun, end = threading.Event(), threading.Event()

        def occupy(_: Cancel) -> None:
            begun.set()
            end.wait()

        self.server.queue.submit("somebody", occupy)
        begun.wait()
        try:
            yield
        finally:
            end.set()

    def log(self) -> list[Entry]:
        """All that was written down."""
        return self.mind.log.entries()


Serve = Callable[..., Place]


@pytest.fixture
def serve(wake: Callable[..., MemorySession]) -> Iterator[Serve]:
    """Serves the mind of this test's workspace."""
    with ExitStack() as stack:

        def begin(model: Path | None = None, app: ASGIApp | None = None, **limits: Any) -> Place:
            mind = wake(model) if model else wake()
            door = stack.enter_context(listening("127.0.0.1", 0))
            server = Server(mind, ServerKey(KEY), "127.0.0.1", Limits(**limits))
            if app is not None:  # another application behind the same guard
                server.config.app = Guard(app, ServerKey(KEY), Doors("127.0.0.1"), server.limits)
            thread = threading.Thread(target=server.run, kwargs={"sockets": [door]}, name="server")

            def end() -> None:
                server.should_exit = True
                thread.join()
                server.close()

            thread.start()
            stack.callback(end)
            port = door.getsockname()[1]
            client = httpx.Client(
                base_url=f"http://127.0.0.1:{port}", headers={"Authorization": f"Bearer {KEY}"}, timeout=120
            )
            stack.callback(client.close)
            wait_for(lambda: server.started, "the server to start")
            return Place(port, mind, server, client)

        yield begin


@pytest.fixture
def place(serve: Serve) -> Place:
    return serve()
