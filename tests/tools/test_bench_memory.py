"""The memory bench: it counts right answers as a person would, and leaves no trace between questions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import tiny

from engine.cli import main
from engine.io.bitt import save_bitt
from engine.llama import Llama
from tools.bench import memory
from tools.companion.probes import make_probe


@pytest.fixture
def model(tmp_path: Path) -> Path:
    save_bitt(tmp_path / "tiny.bitt", tiny.body(), packed=True)
    return tmp_path / "tiny.bitt"


def test_right_answers_are_counted_apart_by_kind(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    probe = make_probe(3, facts=4, filler_tokens=10, never_told=2)
    answers = {question.user: question.reply for question in probe.questions}
    wrong = next(q for q in probe.questions if q.expected)
    answers[wrong.user] = "Your answer is something else."
    monkeypatch.setattr(memory, "reply", lambda _, text, __: answers[text])
    result = memory.ask(Llama.load_auto(model), probe.questions)
    assert (result.told_right, result.told, result.unknown_right, result.unknown) == (3, 4, 2, 2)
    assert (result.share, result.honest) == (0.75, 1.0)


def test_asking_changes_nothing(model: Path) -> None:
    llama = Llama.load_auto(model)
    probe = make_probe(1, facts=2, filler_tokens=5, never_told=1)
    assert memory.live(llama, probe) > 0
    level, before = llama.level, llama.soul().layers
    memory.ask(llama, probe.questions)
    assert llama.level == level
    assert all((a == b).all() for a, b in zip(before, llama.soul().layers, strict=True))


def test_the_command_prints_a_table_and_one_line_of_json(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "memory", str(model), "--probes", "1", "--facts", "2", "--filler", "5"]) == 0
    lines = capsys.readouterr().out.splitlines()
    figures = json.loads(lines[-1])
    assert figures["bench"] == "memory"
    assert figures["after a restart"] == figures["same conversation"]
    assert any(line.startswith("newborn") for line in lines)
    assert figures["corrected"] is None


def test_what_was_told_anew_is_counted_apart(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--probes", "2", "--facts", "3", "--filler", "5", "--corrections", "2"]
    assert main(["bench", "memory", str(model), *words]) == 0
    *_, told_anew, last = capsys.readouterr().out.splitlines()
    assert told_anew.startswith("of what was told anew, ")
    assert "/4 = " in told_anew
    assert 0 <= json.loads(last)["corrected"] <= 1
