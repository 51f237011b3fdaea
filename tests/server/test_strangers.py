"""Clients that may not come in, or that behave badly: they are refused or ended, and nothing of them is in the log."""

from __future__ import annotations

import json
import logging
import os
import socket
import stat
import threading
from pathlib import Path

import httpx
import pytest
from progress import wait_for
from server_fixtures import KEY

from engine.errors import WorkspaceError
from engine.server.guard import Doors
from engine.server.key import ServerKey
from engine.server.queue import FairQueue

SECRET = "a-word-that-no-log-may-hold"
BODY = {"model": "tiny:main", "messages": [{"role": "user", "content": SECRET}], "max_tokens": 3}
URL = "/v1/chat/completions"


def connect(place) -> socket.socket:
    return socket.create_connection(("127.0.0.1", place.port), timeout=60)


def head(path: str = URL, **headers: object) -> bytes:
    lines = {"Host": "localhost", "Authorization": f"Bearer {KEY}"} | headers
    text = f"POST {path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return (text + "\r\n").encode()


def everything(raw: socket.socket) -> bytes:
    """What comes until the other side ends it."""
    found = b""
    try:
        while piece := raw.recv(65536):
            found += piece
    except ConnectionResetError:
        pass
    return found


@pytest.mark.parametrize(
    ("status", "code", "headers"),
    [
        (401, "invalid_api_key", {"Authorization": ""}),
        (401, "invalid_api_key", {"Authorization": "Bearer wrong"}),
        (401, "invalid_api_key", {"Authorization": f"Basic {KEY}"}),
        (401, "invalid_api_key", {"Authorization": f"Bearer {KEY}x"}),
        (403, "host_refused", {"Host": "evil.example"}),
        (403, "host_refused", {"Host": "localhost.evil.example"}),
        (403, "host_refused", {"Host": "192.0.2.7"}),
        (403, "origin_refused", {"Origin": "https://evil.example"}),
        (403, "origin_refused", {"Origin": "null"}),
        (403, "origin_refused", {"Origin": "http://localhost:1"}),
    ],
)
def test_who_may_not_come_in_is_refused(
    place, status: int, code: str, headers: dict, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        done = place.client.post(URL, json=BODY, headers=headers)
        assert (done.status_code, done.json()["error"]["code"]) == (status, code)
        wait_for(lambda: str(status) in caplog.text, "the request to be logged")
    assert SECRET not in caplog.text
    assert not any(name.lower().startswith("access-control") for name in done.headers)
    assert place.log() == []


def test_a_browser_is_not_told_that_it_may_ask(place) -> None:
    ask = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    done = httpx.options(place.url + URL, headers=ask)
    assert done.status_code == 403
    assert not any(name.lower().startswith("access-control") for name in done.headers)


def test_health_needs_no_key_but_the_right_door(place) -> None:
    assert httpx.get(f"{place.url}/health").json() == {"status": "ok"}
    assert httpx.get(f"{place.url}/health", headers={"Host": "evil.example"}).status_code == 403


def test_an_open_address_lets_addresses_in_and_no_foreign_names() -> None:
    doors = Doors("0.0.0.0")
    doors.check({b"host": b"192.0.2.7:8741"})
    doors.check({b"host": b"[2001:db8::1]:8741"})
    for host in (b"evil.example", b"", b"localhost.evil.example:80"):
        with pytest.raises(Exception, match="another machine"):
            doors.check({b"host": host})


@pytest.mark.parametrize("path", [URL, "/v1/completions", "/v1/memory/search?q=" + SECRET, "/" + SECRET])
def test_nothing_of_a_request_is_in_the_log(place, path: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        place.client.post(path, json=BODY | {"prompt": SECRET})
        place.client.get(path)
        place.client.post(path, json=BODY | {"tools": [SECRET], SECRET: 1})
        wait_for(lambda: sum(record.name == "engine.server" for record in caplog.records) == 3, "the log")
    mine = [record.getMessage() for record in caplog.records if not record.name.startswith(("httpx", "httpcore"))]
    assert not any(SECRET in line or KEY in line for line in mine)


def test_a_body_that_is_too_large_is_refused_before_it_is_read(place) -> None:
    with connect(place) as raw:
        raw.sendall(head(**{"Content-Length": 1 << 30}))
        assert b" 413 " in everything(raw).split(b"\r\n")[0]


def test_a_body_of_unknown_length_is_refused_once_it_is_too_large(serve) -> None:
    place = serve(body_bytes=1000)
    with connect(place) as raw:
        raw.sendall(head(**{"Transfer-Encoding": "chunked"}))
        for _ in range(3):
            raw.sendall(b"1F4\r\n" + b" " * 500 + b"\r\n")
        assert b" 413 " in everything(raw).split(b"\r\n")[0]


def test_a_body_that_does_not_come_is_not_waited_for(serve) -> None:
    place = serve(body_s=0.2)
    with connect(place) as raw:
        raw.sendall(head(**{"Content-Length": 100}) + b'{"model"')
        assert b" 408 " in everything(raw).split(b"\r\n")[0]
    assert place.answer("Hello", model="tiny") is not None


def test_a_body_that_is_longer_than_it_says_is_no_second_request(place) -> None:
    body = json.dumps(BODY).encode()
    with connect(place) as raw:
        raw.sendall(head(**{"Content-Length": len(body)}) + body + b"and more\r\n\r\n")
        answers = everything(raw)
    assert b" 200 " in answers.split(b"\r\n")[0]
    assert answers.count(b"HTTP/1.1 200") == 1
    assert place.heard == [SECRET]


@pytest.mark.parametrize("sent", [b"", b"POST /v1", b"POST / HTTP/1.1\r\nHost: localhost\r\n"])
def test_a_head_that_does_not_come_is_not_waited_for(serve, sent: bytes) -> None:
    place = serve(head_s=0.2)
    with connect(place) as raw:
        raw.sendall(sent)
        assert everything(raw) == b""


def test_the_second_head_has_its_time_too(serve) -> None:
    place = serve(head_s=0.2)
    with connect(place) as raw:
        raw.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\nGET /hea")
        assert everything(raw).count(b"HTTP/1.1 200") == 1


def test_more_connections_than_are_allowed_are_closed(serve) -> None:
    place = serve(connections=3)
    held = [connect(place) for _ in range(3)]
    try:
        wait_for(lambda: len(place.server.server_state.connections) == 3, "the connections")
        with connect(place) as raw:
            assert everything(raw) == b""
    finally:
        for raw in held:
            raw.close()
    wait_for(lambda: not place.server.server_state.connections, "the connections to end")
    assert place.answer("Hello", model="tiny") is not None


@pytest.mark.parametrize("stream", [False, True])
def test_who_leaves_before_the_turn_came_is_not_answered(place, stream: bool) -> None:
    body = json.dumps(BODY | {"stream": stream}).encode()
    with place.busy():
        with connect(place) as raw:
            raw.sendall(head(**{"Content-Length": len(body)}) + body)
            wait_for(lambda: place.server.server_state.tasks, "the request")
        wait_for(lambda: not place.server.server_state.tasks, "the request to be given up")
    assert place.answer("Hello", model="tiny") is not None
    assert place.log() == []


def test_who_never_reads_is_ended(serve) -> None:
    async def flood(scope, receive, send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        while True:
            await send({"type": "http.response.body", "body": b"x" * 65536, "more_body": True})

    place = serve(app=flood, send_s=0.3)
    with socket.socket() as raw:
        raw.connect(("127.0.0.1", place.port))
        raw.sendall(head(**{"Content-Length": 0}))
        wait_for(lambda: place.server.server_state.tasks, "the request")
        wait_for(lambda: not place.server.server_state.connections, "the connection to be ended")


def test_too_many_that_wait_are_told_to_come_again(serve) -> None:
    place = serve(waiting=1)
    body = json.dumps(BODY).encode()
    with place.busy(), connect(place) as raw:
        raw.sendall(head(**{"Content-Length": len(body)}) + body)
        wait_for(lambda: place.server.queue.waiting == 1, "the first to wait")
        refused = place.chat("Hello", model="tiny")
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0


def test_clients_take_turns() -> None:
    order: list[str] = []
    gate = threading.Event()
    queue = FairQueue(64, 60)
    try:
        queue.submit("first", lambda _: gate.wait())
        jobs = [queue.submit("greedy", lambda _, n=n: order.append(f"greedy {n}")) for n in range(3)]
        jobs.append(queue.submit("modest", lambda _: order.append("modest")))
        gate.set()
        for job in jobs:
            job.done.result()
    finally:
        queue.close()
    assert order == ["greedy 0", "modest", "greedy 1", "greedy 2"]


def test_what_takes_too_long_is_cut() -> None:
    queue = FairQueue(64, 0.05)

    def until_stopped(cancel) -> str:
        while not cancel():
            pass
        return "cut"

    try:
        job = queue.submit("somebody", until_stopped)
        assert job.done.result() == "cut"
        assert job.late
    finally:
        queue.close()


def test_the_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "server.key"
    ServerKey.load(path)
    text = path.read_text().strip()
    assert len(text) > 30
    assert ServerKey.load(path).matches(f"Bearer {text}".encode())
    assert not ServerKey.load(path).matches(None)
    assert not ServerKey.load(path).matches(b"Bearer " + "\u00e9".encode())
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        path.chmod(0o644)
        with pytest.raises(WorkspaceError, match=r"server\.key"):
            ServerKey.load(path)
    path.chmod(0o600)
    path.write_text("")
    with pytest.raises(WorkspaceError, match=r"server\.key"):
        ServerKey.load(path)
