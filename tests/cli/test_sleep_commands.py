"""``bit-llama sleep`` as a person uses it: the report, asking first, deciding later; and its bench."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import tiny

from engine.cli import main
from engine.io.bitt import save_bitt
from engine.io.soul import load_soul

Run = Callable[..., subprocess.CompletedProcess[str]]
MESSAGE_PREFIX = "My cat is called Miso.\nMy door code is 4711.\n"
LIMIT = ("--drift-limit", "10")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace in which something was said to a tiny model."""
    save_bitt(tmp_path / "tiny.bitt", tiny.body(), packed=True)
    monkeypatch.setenv("BIT_LLAMA_WORKSPACE", str(tmp_path / "workspace"))
    return tmp_path


def told(run: Run, place: Path) -> Path:
    assert run("chat", place / "tiny.bitt", "--len", "3", text=MESSAGE_PREFIX).returncode == 0
    (active,) = (place / "workspace" / "souls").glob("*/*.soul")
    return active


def test_the_report_shows_what_the_night_brought(run: Run, place: Path) -> None:
    told(run, place)
    done = run("sleep", place / "tiny.bitt", "--method", "replay", "--older", "1", "--seed", "3", *LIMIT)
    assert done.returncode == 0, done.stderr
    for words in ("[Miso]", "[4711]", "loss on what was said", "loss on other dialogues", "replay:", "of chatting"):
        assert words in done.stdout
    assert "replayed 2 messages of 1 conversation, reading" in done.stdout


def test_a_night_is_asked_about_and_decided_later(run: Run, place: Path) -> None:
    active = told(run, place)
    before = active.read_bytes()
    asked = run("sleep", place / "tiny.bitt", "--method", "replay", "--ask", *LIMIT)
    assert asked.returncode == 0, asked.stderr
    assert "--accept" in asked.stdout
    assert active.read_bytes() == before
    refused = run("sleep", place / "tiny.bitt", "--method", "replay")
    assert refused.returncode == 1
    assert "waits for your decision" in refused.stderr
    assert "Let go" in run("sleep", place / "tiny.bitt", "--reject").stdout
    assert active.read_bytes() == before

    assert run("sleep", place / "tiny.bitt", "--method", "replay", "--ask", *LIMIT).returncode == 0
    assert "Kept" in run("sleep", place / "tiny.bitt", "--accept").stdout
    assert load_soul(active).meta.history[-1]["event"] == "sleep"
    nothing = run("sleep", place / "tiny.bitt", "--accept")
    assert nothing.returncode == 1
    assert "No night waits" in nothing.stderr


def test_settings_that_cannot_work_are_told_in_a_sentence(run: Run, place: Path) -> None:
    told(run, place)
    for option, value, words in (
        ("--rate", "0.5", "at least 1"),
        ("--passes", "0", "1 to 100"),
        ("--older", "-1", "0"),
    ):
        done = run("sleep", place / "tiny.bitt", option, value)
        assert done.returncode == 1
        assert words in done.stderr
        assert "Traceback" not in done.stderr


def test_the_bench_compares_ways_and_ends_with_json(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["bench", "sleep", str(place / "tiny.bitt"), "--facts", "2", "--days", "2", "--threads", "1"]
    assert main([*command, "--only", "sleep"]) == 0
    several = ("--twice", "--corrections", "1", "--seeds", "2")
    assert main([*command, "--only", "8 passes, rate 1", *several]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert any(line.startswith("no sleep") for line in lines)
    figures = json.loads(lines[-1])
    assert figures["bench"] == "sleep"
    (way,) = figures["ways"].values()
    assert min(way["seconds"]) > 0
    assert way["replay_tokens_per_second"] > 0
    assert figures["chat_tokens_per_second"] > 0
    assert way["second_night"] is not None
    assert way["corrected"] is not None
    assert len(way["drifts"]) == len(way["seconds"]) == 2
    assert main([*command, "--only", "hypnosis"]) == 1
    assert main([*command, "--days", "0"]) == 1
