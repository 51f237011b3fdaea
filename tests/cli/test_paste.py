"""Several lines at once: pasted into the terminal they are one message; a mark before piped text is no part of it."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.io.conversation_log import ConversationLog

Run = Callable[..., subprocess.CompletedProcess[str]]
PATIENCE = 120.0
LINES = ["def f(x):", "    return x \\", "", "// of C", "/usr/bin"]


class Terminal:
    """A chat at a terminal of its own."""

    def __init__(self, model: Path, environment: dict[str, str]) -> None:
        import pty

        self.memories = Path(environment["BIT_LLAMA_WORKSPACE"]) / "memories"
        self.shown = ""
        self.child, self._terminal = pty.fork()
        if self.child == 0:
            command = [sys.executable, "-m", "engine.cli", "chat", str(model), "--len", "3"]
            os.execve(sys.executable, command, environment | {"TERM": "xterm-256color"})

    def wait(self, true: Callable[[], bool]) -> None:
        """Read along until it is so."""
        deadline = time.monotonic() + PATIENCE
        while not true():
            assert time.monotonic() < deadline, self.shown
            if select.select([self._terminal], [], [], 0.05)[0]:
                self.shown += os.read(self._terminal, 4096).decode("utf-8", "replace")

    def prompt(self) -> None:
        """Wait until it waits for the next message, and look from there on."""
        self.wait(lambda: "> " in self.shown)
        self.shown = ""

    def press(self, keys: str) -> None:
        os.write(self._terminal, keys.encode())

    def said(self) -> list[str]:
        """Messages so far."""
        if not self.memories.is_dir():
            return []
        return [entry.text for entry in ConversationLog(self.memories).entries() if entry.role == "user"]

    def leave(self) -> None:
        os.kill(self.child, signal.SIGKILL)
        os.waitpid(self.child, 0)
        os.close(self._terminal)


@pytest.fixture
def terminal(models: Path, environment: dict[str, str]) -> Iterator[Terminal]:
    if sys.platform == "win32":
        pytest.skip("pseudo-terminals are of other systems")
    opened = Terminal(models / "tiny.bitt", environment)
    opened.prompt()
    yield opened
    opened.leave()


def test_what_is_pasted_in_brackets_is_one_message(terminal: Terminal) -> None:
    terminal.press("\x1b[200~" + "\n".join(LINES) + "\x1b[201~\r")
    terminal.wait(lambda: terminal.said() != [])
    assert terminal.said() == ["\n".join(LINES)]


def test_what_is_pasted_without_them_is_one_message_and_typed_lines_are_several(terminal: Terminal) -> None:
    terminal.press("\r".join(LINES) + "\r")
    terminal.wait(lambda: terminal.said() != [])
    assert terminal.said() == ["\n".join(LINES)]
    for n, text in enumerate(("one", "two"), 2):
        terminal.prompt()
        terminal.press(f"{text}\r")
        terminal.wait(lambda n=n: len(terminal.said()) == n)  # type: ignore[misc]
    assert terminal.said()[1:] == ["one", "two"]


def test_commands_that_are_pasted_are_followed_one_by_one(terminal: Terminal) -> None:
    terminal.press("\x1b[200~/len 2\n/temp 0.5\x1b[201~\r")
    terminal.wait(lambda: "at most 2 tokens" in terminal.shown and "Temperature 0.5" in terminal.shown)
    assert terminal.said() == []


def test_a_mark_before_what_is_piped_in_is_no_part_of_it(run: Run, models: Path, tmp_path: Path) -> None:
    done = run("chat", models / "tiny.bitt", "--len", "3", text="\ufeff/temp 0.5\nHello\n")
    assert done.returncode == 0
    assert "Temperature 0.5" in done.stderr
    assert ConversationLog(tmp_path / "workspace" / "memories").entries()[0].text == "Hello"
    plain, marked = (
        run("run", models / "tiny.bitt", "-", "--temp", "0", "--max-tokens", "8", text=text)
        for text in ("Hello", "\ufeffHello")
    )
    assert plain.stdout == marked.stdout
