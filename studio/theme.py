"""The design tokens: every colour and size of the Studio comes from this one table.

Violet is the soul, amber is learning and appears only where something is learned, teal is the model; the rest is quiet.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Literal

ThemeName = Literal["dark", "light"]


@dataclass(frozen=True)
class Tokens:
    """The colours of one theme, as ``#rrggbb``."""

    name: ThemeName
    bg: str
    """Behind everything."""
    surface: str
    """Bars, side columns, cards."""
    raised: str
    """What lies on a surface: the chosen row, a bubble, a track."""
    line: str
    """Borders and separators."""
    text: str
    """What is read."""
    muted: str
    """What stands beside it."""
    soul: str
    """The soul and sleep, as text and line."""
    soul_fill: str
    """The soul as a filled area, under white text."""
    learn: str
    """Learning."""
    good: str
    """What went well."""
    bad: str
    """What went wrong."""
    body: str
    """The model."""
    on_fill: str = "#ffffff"
    """Text on `soul_fill`."""


DARK = Tokens(
    "dark",
    bg="#14161c",
    surface="#1b1e27",
    raised="#242836",
    line="#323848",
    text="#e9ebf2",
    muted="#a2a9ba",
    soul="#a79bff",
    soul_fill="#5b4bdb",
    learn="#f2b457",
    good="#62c997",
    bad="#f27f86",
    body="#63c7d8",
)

LIGHT = Tokens(
    "light",
    bg="#f4f4f8",
    surface="#ffffff",
    raised="#eceaf6",
    line="#d9dae5",
    text="#1b1d26",
    muted="#596074",
    soul="#5546cf",
    soul_fill="#5b4bdb",
    learn="#985c00",
    good="#1b784d",
    bad="#b5323f",
    body="#0c7084",
)

SURFACES = ("bg", "surface", "raised")
"""The tokens that text may stand on."""
INKS = ("text", "muted", "soul", "learn", "good", "bad", "body")
"""The tokens that text may be written in."""

# Sizes in pixels at a model size of 14, in steps of 4.
GAP_XS, GAP_S, GAP_M, GAP_L, GAP_XL = 4, 8, 12, 16, 24
RADIUS_CONTROL, RADIUS_CARD, RADIUS_BUBBLE = 8, 12, 14
TEXT_SMALL, TEXT_BODY, TEXT_FIGURE = 12, 14, 22
LINE_HEIGHT = 1.5
"""Of the transcript, in text sizes."""
PROSE_HEIGHT = 1.25
"""Of notes of several lines, in the font's own line heights."""
TRANSCRIPT_WIDTH = 640
SIDE_WIDTH = 236
INSPECTOR_WIDTH = 272
FOLD_WIDTH = 1100
"""Under this window width the inspector folds away."""
MINIMUM_SIZE = (900, 600)


def scaled(size: int, body: int) -> int:
    """A text size of the table when the person chose `body` pixels for body text."""
    return round(size * body / TEXT_BODY)


def blend(over: str, under: str, share: float) -> str:
    """`over` laid on `under` with the opacity `share` (0 to 1), as ``#rrggbb``."""
    return "#" + "".join(
        f"{round(a * share + b * (1 - share)):02x}" for a, b in zip(_rgb(over), _rgb(under), strict=True)
    )


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1 to 21 (WCAG 2.2, relative luminance)."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def colours(tokens: Tokens) -> dict[str, str]:
    """The colours of a theme by token name."""
    return {field.name: getattr(tokens, field.name) for field in dataclasses.fields(tokens) if field.name != "name"}


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (v / 255 for v in _rgb(colour))]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
