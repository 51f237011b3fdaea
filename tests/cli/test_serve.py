"""``bit-llama serve`` as a program: it listens, answers whoever has the key, and ends in good order."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest


@pytest.mark.skipif(sys.platform == "win32", reason="a service manager's signal")
def test_it_serves_until_a_signal_comes(environment: dict[str, str], models: Path) -> None:
    command = [sys.executable, "-m", "engine.cli", "serve", models / "tiny.bitt", "--port", "0"]
    with subprocess.Popen(
        command, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as program:
        try:
            assert program.stdout
            line = program.stdout.readline()
            found = re.search(r"(http://127\.0\.0\.1:\d+)/v1; the key is in (\S+);", line)
            assert found, line
            key = Path(found[2]).read_text().strip()
            body = {"model": "tiny:main", "messages": [{"role": "user", "content": "A secret"}], "max_tokens": 3}
            headers = {"Authorization": f"Bearer {key}"}
            done = httpx.post(f"{found[1]}/v1/chat/completions", json=body, headers=headers, timeout=120)
            assert done.status_code == 200
        finally:
            program.send_signal(signal.SIGTERM)
        out, log = program.communicate()
    assert program.returncode == 128 + signal.SIGTERM
    assert "/v1/chat/completions 200" in log
    assert "A secret" not in log + out
    assert key not in log + out
    workspace = Path(environment["BIT_LLAMA_WORKSPACE"])
    assert "A secret" in next(workspace.glob("memories/*.jsonl")).read_text()
    assert list(workspace.glob("souls/*/main.soul"))
    assert os.name != "posix" or (workspace / "server.key").stat().st_mode & 0o077 == 0


def test_an_address_that_cannot_be_listened_at_is_told(run, models: Path) -> None:
    for host, port, named in (("192.0.2.1", 0, "192.0.2.1"), ("no.host", 0, "no.host"), ("127.0.0.1", 99999, "99999")):
        done = run("serve", models / "tiny.bitt", "--host", host, "--port", port)
        assert done.returncode == 1
        assert named in done.stderr


def test_without_its_packages_it_says_what_to_install(run, models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith(("engine.server", "starlette"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "starlette", None)
    monkeypatch.setitem(sys.modules, "starlette.responses", None)
    done = run("serve", models / "tiny.bitt", "--port", "0")
    assert done.returncode == 1
    assert "bit-llama-studio[server]" in done.stderr
