"""The bench of the window, from the command line: it measures every scene and the start, and says what was reached."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import tiny

from engine.cli import main
from engine.io.bitt import save_bitt

SCENES = {"loading", "idle", "generating", "sleeping", "training", "turning pages", "10,000 messages"}


@pytest.mark.slow
def test_every_scene_and_the_start_are_measured(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    save_bitt(tmp_path / "tiny.bitt", tiny.body(), packed=True)
    code = main(["bench", "frames", str(tmp_path / "tiny.bitt"), "--seconds", "0.3", "--starts", "1"])
    told = capfd.readouterr()
    figures = json.loads(told.out.splitlines()[-1])
    assert code == (0 if figures["reached"] else 1), told.err
    assert set(figures["scenes"]) == SCENES
    for scene in figures["scenes"].values():
        assert scene["frames"] > 0
        assert 0 < scene["p99_ms"] <= scene["worst_ms"]
    assert 0 < figures["visible_s"] <= figures["ready_s"]
    assert figures["torch_before_window"] is False


def test_nonsense_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "frames", "--seconds", "0"]) == 1
    assert "--seconds" in capsys.readouterr().err
