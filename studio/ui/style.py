"""The theme put on the application: palette, fonts and one style sheet made from the tokens.

Painted widgets ask `tokens()` while painting; Qt repaints them when the style sheet changes.
"""

from __future__ import annotations

from pathlib import Path
from string import Template

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from studio import theme
from studio.theme import DARK, LIGHT, Tokens
from studio.ui.stylesheet import STYLESHEET

_DRAWINGS = Path(__file__).resolve().parent / "icons"
_current: Tokens = DARK
_body: int = theme.TEXT_BODY


def tokens() -> Tokens:
    """The colours in force."""
    return _current


def text_size(size: int) -> int:
    """A text size of the token table, in pixels, at the font size in force."""
    return theme.scaled(size, _body)


def colour(name: str) -> QColor:
    """A colour in force, by token name."""
    return QColor(getattr(_current, name))


def font(size: int = theme.TEXT_BODY, bold: bool = False) -> QFont:
    """The system's font in a size of the token table, with tabular figures."""
    result = QApplication.font()
    result.setPixelSize(text_size(size))
    result.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
    return result


def resolve(choice: str) -> Tokens:
    """The tokens for the setting ``auto``, ``dark`` or ``light``."""
    if choice == "auto":
        scheme = QGuiApplication.styleHints().colorScheme()
        return LIGHT if scheme == Qt.ColorScheme.Light else DARK
    return LIGHT if choice == "light" else DARK


def apply(choice: str, body: int) -> None:
    """Put a theme and a body text size (pixels) on the whole application."""
    global _current, _body
    app = QCoreApplication.instance()
    if not isinstance(app, QApplication):
        raise RuntimeError("A theme needs a running QApplication.")
    hints = app.styleHints()
    if choice == "auto":
        hints.unsetColorScheme()
    else:
        hints.setColorScheme(Qt.ColorScheme.Light if choice == "light" else Qt.ColorScheme.Dark)
    _current, _body = resolve(choice), body
    base = app.font()
    base.setPixelSize(body)
    base.setFeature(QFont.Tag("tnum"), 1)
    app.setFont(base)
    app.setPalette(_palette(_current))
    app.setStyleSheet(sheet(_current, body))


def sheet(colours: Tokens, body: int) -> str:
    """The style sheet of a theme at a body text size."""
    values: dict[str, object] = dict(theme.colours(colours))
    values |= {
        "small": theme.scaled(theme.TEXT_SMALL, body),
        "body_text": body,
        "figure": theme.scaled(theme.TEXT_FIGURE, body),
        "hover": theme.blend(colours.raised, colours.surface, 0.6),
        "soul_line": theme.blend(colours.soul, colours.line, 0.55),
        "learn_line": theme.blend(colours.learn, colours.bg, 0.5),
        "learn_fill": theme.blend(colours.learn, colours.surface, 0.12),
        "fill_hover": theme.blend(colours.soul_fill, DARK.bg, 0.88),
        "faint": theme.blend(colours.muted, colours.bg, 0.55),
        "drawings": _DRAWINGS.as_posix(),
        "r_control": theme.RADIUS_CONTROL,
        "r_card": theme.RADIUS_CARD,
        "r_bubble": theme.RADIUS_BUBBLE,
    }
    return Template(STYLESHEET).substitute(values)


def _palette(colours: Tokens) -> QPalette:
    palette = QPalette()
    roles = QPalette.ColorRole
    for role, value in {
        roles.Window: colours.bg,
        roles.Base: colours.surface,
        roles.AlternateBase: colours.raised,
        roles.Button: colours.surface,
        roles.ToolTipBase: colours.raised,
        roles.WindowText: colours.text,
        roles.Text: colours.text,
        roles.ButtonText: colours.text,
        roles.ToolTipText: colours.text,
        roles.PlaceholderText: colours.muted,
        roles.Highlight: colours.soul_fill,
        roles.HighlightedText: colours.on_fill,
        roles.Link: colours.soul,
    }.items():
        palette.setColor(role, QColor(value))
    for role in (roles.WindowText, roles.Text, roles.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(colours.muted))
    return palette


def mark(widget: QWidget, **properties: str | bool) -> None:
    """Set style sheet properties (``kind="primary"``) and have the style look at the widget again."""
    for name, value in properties.items():
        widget.setProperty(name, value)
    widget.style().unpolish(widget)
    widget.style().polish(widget)
