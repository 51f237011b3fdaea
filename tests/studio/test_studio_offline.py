"""Nothing in the Studio speaks to the network: no name is looked up, no connection opened, none waited for."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator

import psutil
import pytest
from studio_person import Person

from studio.session import Busy

_FORBIDDEN = ("socket.connect", "socket.bind", "socket.getaddrinfo", "socket.gethostbyname", "urllib.Request")
_seen: list[str] | None = None


def _listen(event: str, arguments: tuple[object, ...]) -> None:
    if _seen is not None and event in _FORBIDDEN:
        _seen.append(f"{event} {arguments}")


sys.addaudithook(_listen)  # there is no way to take one back


@pytest.fixture
def heard() -> Iterator[list[str]]:
    """What would have gone to the network since the test began."""
    global _seen
    _seen = []
    yield _seen
    _seen = None


def test_loading_talking_and_sleeping_open_no_connection(heard: list[str], host: Person) -> None:
    host.say("My dog is called Bramble.")
    host.through(lambda: host.click(host.chat.composer.sleep_button), Busy.DREAMING)
    for tab in range(3):
        host.window.show_tab(tab)
    host.leave()
    assert heard == []
    assert psutil.Process().net_connections(kind="inet") == []


def test_the_watch_would_see_one(heard: list[str]) -> None:
    with socket.socket() as made, pytest.raises(OSError):
        made.connect(("127.0.0.1", 1))
    assert "socket.connect" in heard[0]
