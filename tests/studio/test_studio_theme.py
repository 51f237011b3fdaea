"""One table of colours, readable on every surface, and nothing beside it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication, QLabel

import studio
from studio import theme
from studio.theme import DARK, LIGHT, Tokens
from studio.widgets import style

THEMES = pytest.mark.parametrize("tokens", [DARK, LIGHT], ids=lambda tokens: tokens.name)


@THEMES
@pytest.mark.parametrize("surface", theme.SURFACES)
@pytest.mark.parametrize("ink", theme.INKS)
def test_text_can_be_read_on_every_surface(tokens: Tokens, surface: str, ink: str) -> None:
    assert theme.contrast(getattr(tokens, surface), getattr(tokens, ink)) >= 4.5


@THEMES
def test_white_can_be_read_on_the_soul(tokens: Tokens) -> None:
    assert theme.contrast(tokens.soul_fill, tokens.on_fill) >= 4.5


def test_contrast_is_that_of_the_standard() -> None:
    assert theme.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert theme.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert theme.contrast("#123456", "#123456") == 1


def test_no_colour_is_written_anywhere_else() -> None:
    root = Path(studio.__file__).parent
    for path in [*root.rglob("*.py"), *root.rglob("*.svg")]:
        if path.name != "theme.py":
            assert not re.findall(r"#[0-9a-fA-F]{3,8}\b", path.read_text(encoding="utf-8")), path


@THEMES
def test_the_sheet_is_whole(tokens: Tokens) -> None:
    sheet = style.sheet(tokens, 14)
    assert "$" not in sheet
    assert sheet.count("{") == sheet.count("}")


def test_a_theme_reaches_palette_sheet_and_painting(qapp: QApplication) -> None:
    style.apply("light", 14)
    assert qapp.palette().window().color().name() == LIGHT.bg
    assert style.tokens() is LIGHT
    style.apply("dark", 18)
    assert qapp.palette().window().color().name() == DARK.bg
    assert style.colour("learn").name() == DARK.learn
    label = QLabel("0123")
    label.ensurePolished()
    assert label.font().pixelSize() == 18
    assert style.text_size(theme.TEXT_SMALL) == round(12 * 18 / 14)


def test_figures_have_one_width(qapp: QApplication) -> None:
    style.apply("dark", 14)
    assert qapp.font().featureValue(QFont.Tag("tnum")) == 1
