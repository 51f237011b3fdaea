"""What the system must bring is found, and what only the tests need is asked for by them alone."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "packaging"))
system_libraries = importlib.import_module("system_libraries")


def test_the_tests_ask_for_a_display_hands_and_a_japanese_font(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda program: None)
    monkeypatch.setattr(system_libraries, "LIBRARIES", {"libsurely_absent.so.9": "libsurely-absent9"})
    window = system_libraries.missing()
    assert window == ["libsurely-absent9", "fontconfig", "fonts-dejavu-core"]
    assert system_libraries.missing(tests=True) == [*window, "xvfb", "xdotool", "fonts-noto-cjk"]


def test_what_is_there_is_not_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system_libraries, "LIBRARIES", {})
    monkeypatch.setattr(system_libraries, "PROGRAMS", {"sh": "dash"})
    assert "dash" not in system_libraries.missing(tests=True)
