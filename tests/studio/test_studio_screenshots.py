"""The pictures of the window: one command takes all of them, another those of the README."""

from __future__ import annotations

import sys
from pathlib import Path

import progress
import pytest
from PySide6.QtGui import QImage

pytestmark = pytest.mark.slow


def take(*arguments: object) -> None:
    progress.run([sys.executable, "-m", "tools.screenshots", *arguments], check=True)


def test_one_command_takes_all_the_pictures(tmp_path: Path, models: Path) -> None:
    take(tmp_path / "shots", "--model", models / "tiny.bitt", "--single")
    pictures = {path.stem: QImage(str(path)) for path in (tmp_path / "shots").glob("*.png")}
    for view in ("chat-chat", "soul-lab", "models-lab", "training-lab", "settings-settings", "welcome-chat"):
        for colours in ("dark", "light"):
            assert pictures[f"{view}-{colours}"].size().toTuple() == (1280, 800)
            assert pictures[f"{view}-{colours}-small"].size().toTuple() == (900, 600)
    assert {"reply-chat-dark", "dream-chat-dark", "words-chat-light-ja", "settings-settings-dark-small-ja"} <= set(
        pictures
    )
    assert {"keys-dialog-dark", "failure-dialog-light-ja", "search-chat-dark"} <= set(pictures)
    dark, light = pictures["chat-chat-dark"], pictures["chat-chat-light"]
    assert dark.pixelColor(250, 300).lightness() < 60 < 200 < light.pixelColor(250, 300).lightness()


def test_the_readme_has_a_dark_and_a_light_one(tmp_path: Path, models: Path) -> None:
    take(tmp_path, "--page", "--model", models / "tiny.bitt")
    dark, light = (QImage(str(tmp_path / f"{name}.png")) for name in ("dark", "light"))
    assert dark.size() == light.size()
    assert dark.pixelColor(250, 300).lightness() < 60 < 200 < light.pixelColor(250, 300).lightness()
