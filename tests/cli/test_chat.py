"""``bit-llama chat`` as a person and as a script use it."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import progress
import pytest
import tiny

from engine.io.bitt import save_bitt
from engine.io.conversation_log import ConversationLog
from engine.io.soul import load_soul
from engine.io.weights import ModelWeights
from engine.text.tokenizer import Tokenizer

Run = Callable[..., subprocess.CompletedProcess[str]]

AGAIN_S = 3.0
"""After which Ctrl+C is pressed once more where nothing came of it."""


def test_a_script_is_answered_line_by_line_and_the_soul_comes_back(
    run: Run, program: Run, models: Path, tmp_path: Path
) -> None:
    script = "My cat is Miso.\n/temp 0\n/len 5\nHow old\\\nis she?\n//slash\n/sleep\n/wake\n/save {}\n/quit\nnever\n"
    done = program("chat", models / "tiny.bitt", text=script.format(tmp_path / "copy.soul"))
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) >= 3
    assert "level 0" in done.stderr
    assert "as asked" not in done.stderr
    assert "learned 3 messages of 1 conversation," in done.stderr
    entries = ConversationLog(tmp_path / "workspace" / "memories").entries()
    assert [e.text for e in entries if e.role == "user"] == ["My cat is Miso.", "How old\nis she?", "/slash"]
    level = load_soul(tmp_path / "copy.soul").meta.level
    assert level > 40

    again = run("chat", models / "tiny.bitt", text="")
    assert again.returncode == 0
    assert f"level {level:,}" in again.stderr
    assert "to sleep on" not in again.stderr
    assert again.stdout == ""


def test_what_goes_wrong_in_a_script_is_told_and_counts(run: Run, models: Path, tmp_path: Path) -> None:
    script = "/load missing.soul\n/temp hot\n/temp -1\n/len 0\n/dance\n/load\nstill here\n"
    done = run("chat", models / "tiny.bitt", "--max-tokens", "3", text=script)
    assert done.returncode == 1
    errors = [line for line in done.stderr.splitlines() if line.startswith("bit-llama: ")]
    for error, words in zip(errors, ("missing.soul", "number", "temperature", "/len", "/dance", "path"), strict=True):
        assert words in error
    entries = ConversationLog(tmp_path / "workspace" / "memories").entries()
    assert [e.text for e in entries if e.role == "user"] == ["still here"]


def test_how_strongly_it_learns_is_an_option_and_a_command(run: Run, models: Path, tmp_path: Path) -> None:
    script = "one\n/rate 1.5\ntwo\n/rate 0\n/rate fast\n/rate 1\nthree\n"
    done = run("chat", models / "tiny.bitt", "--rate", "0.5", "--max-tokens", "3", text=script)
    assert done.returncode == 1
    assert "1.5 times as strongly as usual" in done.stderr
    errors = [line for line in done.stderr.splitlines() if line.startswith("bit-llama: ")]
    for error, words in zip(errors, ("above 0", "/rate needs a number"), strict=True):
        assert words in error
    entries = ConversationLog(tmp_path / "workspace" / "memories").entries()
    assert [e.extra.get("rate", 1) for e in entries if e.role == "assistant"] == [0.5, 1.5, 1]
    refused = run("chat", models / "tiny.bitt", "--rate", "-1", text="four\n")
    assert refused.returncode == 1
    assert "above 0" in refused.stderr


def test_control_characters_never_reach_the_terminal() -> None:
    from engine.cli.terminal import printable

    assert printable("a\x1b[2Jb\x07\tc\nd\x9b") == "a\ufffd[2Jb\ufffd\tc\nd\ufffd"
    assert printable("日本語 é") == "日本語 é"


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are of other systems")
def test_ctrl_c_stops_the_answer_then_wakes_then_leaves(models: Path, environment: dict[str, str]) -> None:
    import pty

    body = tiny.body()  # with top-k, it never ends an answer by itself
    head = body.tensors["lm_head.weight"].copy()
    head[list(Tokenizer.from_json(tiny.tokenizer_json()).special_tokens.values())] = 0
    endless = models / "endless.bitt"
    save_bitt(
        endless, ModelWeights(body.config, dict(body.tensors) | {"lm_head.weight": head}, body.tokenizer), packed=True
    )
    child, terminal = pty.fork()
    if child == 0:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # as at a terminal; whoever runs the tests may have ignored it
        command = [sys.executable, "-m", "engine.cli", "chat", str(endless), "--len", "100000", "--top-k", "5"]
        os.execve(sys.executable, [*command, "--sleep-passes", "100"], environment)
    shown = ""

    def read() -> None:
        nonlocal shown
        if select.select([terminal], [], [], 0)[0]:
            with contextlib.suppress(OSError):  # of the end, where the program has left
                shown += os.read(terminal, 4096).decode("utf-8", "replace")

    def wait_for(words: str, after: int = 0) -> int:
        progress.wait_for(lambda: words in shown[after:], f"{words!r} in the terminal", pump=read)
        return shown.index(words, after) + len(words)

    def press(keys: str) -> None:
        with contextlib.suppress(OSError):  # the program has left
            os.write(terminal, keys.encode())

    def interrupt(came: Callable[[], object]) -> None:
        """Ctrl+C at the prompt, again where nothing came of it: readline misses a signal between prompt and wait."""
        pressed = 0.0

        def press_now_and_then() -> None:
            nonlocal pressed
            read()
            if not came() and time.monotonic() > pressed + AGAIN_S:
                pressed = time.monotonic()
                press("\x03")

        progress.wait_for(came, "the effect of Ctrl+C", pump=press_now_and_then)

    at = wait_for("> ")
    press("tell me a very long story about everything that there is\n")
    at = wait_for("everything that there is\r\n", at)
    begun = "\x1b[?2004l\r"  # by which the terminal is told that the line was taken
    progress.wait_for(lambda: shown[at:].replace(begun, ""), "the first words of the answer", pump=read)
    press("\x03")
    at = wait_for("> ", at)
    press("/sleep\n")
    at = wait_for("asleep", at)
    press("/wake\n")
    at = wait_for("Woken", at)
    at = wait_for("> ", at)
    interrupt(lambda: "Ctrl+C once more" in shown[at:])
    ended: list[int] = []

    def has_ended() -> bool:
        pid, status = os.waitpid(child, os.WNOHANG)
        ended.extend([status] * (pid == child))
        return bool(ended)

    interrupt(lambda: ended or has_ended())
    os.close(terminal)
    assert os.waitstatus_to_exitcode(ended[0]) == 0
    workspace = Path(environment["BIT_LLAMA_WORKSPACE"])
    assert [e.role for e in ConversationLog(workspace / "memories").entries()] == ["user", "assistant"]
    assert load_soul(next(workspace.glob("souls/*/main.soul"))).meta.level > 0


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are of other systems")
def test_ctrl_c_right_after_enter_takes_the_line_back(models: Path, environment: dict[str, str]) -> None:
    """While it waits for more of what may be a paste, Ctrl+C does what it does at the prompt: nothing is said, and the
    program goes on."""
    import pty

    child, terminal = pty.fork()
    if child == 0:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        chat = "import engine.cli.chat as c; c.PASTE_GAP = 30; from engine.cli import main; raise SystemExit(main())"
        os.execve(sys.executable, [sys.executable, "-c", chat, "chat", str(models / "tiny.bitt")], environment)
    shown = ""

    def wait_for(words: str, after: int = 0) -> int:
        def read() -> None:
            nonlocal shown
            if select.select([terminal], [], [], 0)[0]:
                with contextlib.suppress(OSError):
                    shown += os.read(terminal, 4096).decode("utf-8", "replace")

        progress.wait_for(lambda: words in shown[after:], f"{words!r} in the terminal", pump=read)
        return shown.index(words, after) + len(words)

    at = wait_for("> ")
    os.write(terminal, b"never mind\n")
    at = wait_for("never mind\r\n", at)
    os.write(terminal, b"\x03")
    at = wait_for("once more", at)
    at = wait_for("> ", at)
    os.write(terminal, b"/quit\n")
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    os.close(terminal)
