"""How the system ends a program: SIGTERM, SIGHUP, a terminal that is closed. What was done is saved, as with Ctrl+C."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from engine.io.conversation_log import ConversationLog
from engine.train import checkpoint
from engine.train.prepare import prepare

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")

PATIENCE = 120.0
DIALS = (
    "--dim 16 --layers 1 --heads 2 --context-len 16 --batch-size 4 --eval-tokens 200 --device cpu --threads 1 "
    "--log-interval 1 --steps 100000 --save-interval 100000 --eval-interval 100000"
)

Start = Callable[..., subprocess.Popen[str]]


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.02)


@pytest.fixture
def start(environment: dict[str, str]) -> Iterator[Start]:
    started: list[subprocess.Popen[str]] = []

    def begin(*arguments: object, ignored: Sequence[signal.Signals] = (), **more: object) -> subprocess.Popen[str]:
        def as_told() -> None:
            for number in ignored:
                signal.signal(number, signal.SIG_IGN)

        streams = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | more
        command = [sys.executable, "-m", "engine.cli", *map(str, arguments)]
        started.append(subprocess.Popen(command, text=True, env=environment, preexec_fn=as_told, **streams))  # type: ignore[call-overload]
        return started[-1]

    yield begin
    for one in started:
        one.kill()
        one.communicate()


@pytest.fixture
def training(tmp_path: Path) -> list[object]:
    """Arguments of a run without end, which leaves ``metrics.jsonl`` in the folder ``run``."""
    (tmp_path / "text.txt").write_text("the quick brown fox jumps over the lazy dog. " * 120)
    prepare([tmp_path / "text.txt"], tmp_path / "data", "bytes", val_fraction=0.1)
    return ["train", f"--data={tmp_path / 'data'}", f"--out={tmp_path / 'run'}", *DIALS.split()]


def steps_done(run: Path) -> int:
    metrics = run / "metrics.jsonl"
    return metrics.read_text().count("\n") if metrics.is_file() else 0


def saved_step(run: Path) -> int:
    latest = checkpoint.find_latest(run)
    assert latest is not None, "nothing was saved"
    return int(checkpoint.read_meta(latest)["step"])


@pytest.mark.parametrize("signals", [["SIGTERM"], ["SIGHUP"], ["SIGHUP", "SIGHUP", "SIGTERM"]], ids="+".join)
def test_a_run_that_is_ended_is_saved(start: Start, training: list[object], tmp_path: Path, signals: list[str]) -> None:
    run = start(*training)
    until(lambda: steps_done(tmp_path / "run") > 2)
    for name in signals:
        run.send_signal(getattr(signal, name))
    out, err = run.communicate(timeout=PATIENCE)
    assert (run.returncode, err) == (0, "")
    step = saved_step(tmp_path / "run")
    assert step > 2
    assert f"after step {step}" in out
    assert (tmp_path / "run" / "model").is_dir()


def test_a_run_that_must_outlive_its_terminal_does(start: Start, training: list[object], tmp_path: Path) -> None:
    run = start(*training, ignored=[signal.SIGHUP])  # as nohup starts it
    until(lambda: steps_done(tmp_path / "run") > 2)
    run.send_signal(signal.SIGHUP)
    done = steps_done(tmp_path / "run")
    until(lambda: steps_done(tmp_path / "run") > done + 5)
    run.terminate()
    run.communicate(timeout=PATIENCE)
    assert saved_step(tmp_path / "run") > done


def test_a_run_whose_reader_is_gone_is_saved(start: Start, training: list[object], tmp_path: Path) -> None:
    run = start(*training)
    assert run.stdout is not None
    run.stdout.readline()
    run.stdout.close()  # as `| head -1` does
    assert run.wait(PATIENCE) is not None
    assert run.stderr is not None
    assert run.stderr.read() == ""
    assert saved_step(tmp_path / "run") > 0


def test_a_corpus_that_is_half_prepared_leaves_nothing(start: Start, tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_text("the quick brown fox jumps over the lazy dog. " * 400_000)
    run = start("prepare", tmp_path / "text.txt", "--out", tmp_path / "data", "--kind", "bytes")
    until(lambda: (tmp_path / "data").is_dir() and any((tmp_path / "data").iterdir()))
    run.terminate()
    _, err = run.communicate(timeout=PATIENCE)
    assert (run.returncode, err) == (128 + signal.SIGTERM, "")
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_chat_that_is_ended_at_its_prompt_keeps_what_was_said(
    start: Start, models: Path, environment: dict[str, str], name: str
) -> None:
    chat = start("chat", models / "tiny.bitt", "--len", "3")
    assert chat.stdin is not None
    assert chat.stdout is not None
    chat.stdin.write("Hello\n")
    chat.stdin.flush()
    chat.stdout.readline()  # the answer
    workspace = Path(environment["BIT_LLAMA_WORKSPACE"])
    until(lambda: len(ConversationLog(workspace / "memories").entries()) == 2)
    chat.send_signal(getattr(signal, name))
    assert chat.wait(PATIENCE) == 128 + getattr(signal, name)
    assert "Traceback" not in (chat.stderr.read() if chat.stderr else "")
    assert list(workspace.glob("souls/*/main.soul"))
    assert (workspace / "workspace.lock").read_bytes() == b"", "it was given back"


def test_a_chat_whose_terminal_is_closed_while_it_answers_ends(models: Path, environment: dict[str, str]) -> None:
    import pty

    child, terminal = pty.fork()
    if child == 0:
        command = [sys.executable, "-m", "engine.cli", "chat", str(models / "tiny.bitt"), "--len", "100000"]
        os.execve(sys.executable, command, environment)
    try:
        shown = ""
        while "> " not in shown:
            assert select.select([terminal], [], [], PATIENCE)[0], shown
            shown += os.read(terminal, 4096).decode("utf-8", "replace")
        os.write(terminal, b"tell me a very long story\n")
        assert select.select([terminal], [], [], PATIENCE)[0]
        os.close(terminal)
        until(lambda: os.waitpid(child, os.WNOHANG)[0] == child)
    finally:
        with contextlib.suppress(ProcessLookupError, ChildProcessError):
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
    assert (Path(environment["BIT_LLAMA_WORKSPACE"]) / "workspace.lock").read_bytes() == b""
