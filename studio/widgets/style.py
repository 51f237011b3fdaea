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


STYLESHEET = """
QWidget { color: $text; font-size: ${body_text}px; }
QMainWindow, QDialog, #page { background: $bg; }
QToolTip {
    color: $text; background: $raised; border: 1px solid $line; padding: 5px 8px; font-size: ${small}px;
}

#header { background: $surface; border: none; border-bottom: 1px solid $line; }
#footer { background: $surface; border: none; border-top: 1px solid $line; }
#side { background: $surface; border: none; border-right: 1px solid $line; }
#inspector { background: $surface; border: none; border-left: 1px solid $line; }
QFrame#card { background: $surface; border: 1px solid $line; border-radius: ${r_card}px; }
QFrame#row { background: $bg; border: 1px solid $line; border-radius: ${r_control}px; }
QFrame#composer { background: $surface; border: 1px solid $line; border-radius: ${r_bubble}px; }
QFrame#composer[focused="true"] { border-color: $soul_line; }
QFrame#rule { background: $line; border: none; max-height: 1px; min-height: 1px; }

QLabel { background: transparent; border: none; }
QLabel[role="small"] { color: $muted; font-size: ${small}px; }
QLabel[role="muted"] { color: $muted; }
QLabel[role="name"] { font-weight: 600; }
QLabel[role="title"] { font-weight: 600; }
QLabel[role="figure"] { font-size: ${figure}px; font-weight: 600; }
QLabel[role="heading"] { font-size: ${figure}px; font-weight: 600; }
QLabel[role="learn"] { color: $learn; font-size: ${figure}px; font-weight: 600; }
QLabel[role="problem"] { color: $bad; font-size: ${small}px; }
QLabel[role="good"] { color: $good; font-size: ${small}px; }

QPushButton {
    background: transparent; border: 1px solid $line; border-radius: ${r_control}px;
    padding: 7px 14px; min-height: 17px;
}
QPushButton:hover { background: $hover; }
QPushButton:pressed { background: $raised; }
QPushButton:focus { border-color: $soul; }
QPushButton:disabled { color: $faint; background: transparent; }
QPushButton[kind="primary"] { background: $soul_fill; border-color: $soul_fill; color: $on_fill; }
QPushButton[kind="primary"]:hover { background: $fill_hover; }
QPushButton[kind="primary"]:focus { border-color: $text; }
QPushButton[kind="primary"]:disabled { background: $raised; border-color: $raised; color: $faint; }
QPushButton[kind="danger"] { color: $bad; border-color: $bad; }
QPushButton[kind="danger"]:focus { border-color: $text; }
QPushButton[kind="danger"]:disabled { color: $faint; border-color: $line; }
QPushButton[kind="quiet"] {
    border: 1px solid transparent; padding: 1px 5px; color: $muted; font-size: ${small}px; min-height: 15px;
}
QPushButton[kind="quiet"]:hover { color: $text; }
QPushButton[kind="quiet"]:focus { border-color: $soul; }
QPushButton[kind="link"] {
    border: 1px solid transparent; padding: 1px 0; color: $soul; font-size: ${small}px; min-height: 15px;
}
QPushButton[kind="link"]:hover { background: transparent; color: $text; }
QPushButton[kind="link"]:focus { border-color: $soul; }
QPushButton[kind="name"] { border-color: transparent; font-weight: 600; padding: 4px 6px; min-height: 15px; }
QPushButton[kind="name"]:focus { border-color: $soul; }
QPushButton[kind="row"] { border-color: transparent; text-align: left; padding: 7px 9px; }
QPushButton[kind="row"]:checked { background: $raised; }
QPushButton[kind="row"]:focus { border-color: $soul; }
QPushButton[kind="chip"] { border-radius: 15px; padding: 5px 12px; }
QPushButton[kind="chip"]:focus { border-color: $soul; }
QPushButton[kind="suggestion"] { text-align: left; padding: 9px 14px; background: $surface; }
QPushButton[kind="suggestion"]:hover { background: $raised; }
QPushButton[kind="suggestion"]:focus { border-color: $soul; }
QPushButton[kind="suggestion"] QLabel[role="name"]:disabled { color: $muted; }
QPushButton[kind="float"] {
    background: $raised; border-radius: 14px; padding: 4px 12px; font-size: ${small}px; min-height: 18px;
}
QDialog#notice { background: $surface; border: 1px solid $line; }
QPlainTextEdit#details { background: $bg; border: 1px solid $line; border-radius: ${r_control}px; padding: 8px;
    font-family: monospace; font-size: ${small}px; }
QLabel[role="dream"] { color: $soul; }
QLabel#learned {
    color: $learn; border: 1px solid $learn_line; border-radius: 11px; padding: 3px 9px; font-size: ${small}px;
}

#segment { background: $bg; border: 1px solid $line; border-radius: ${r_control}px; }
#segment QPushButton { border: 1px solid transparent; border-radius: 6px; padding: 5px 17px; color: $muted; }
#segment QPushButton:hover { background: transparent; color: $text; }
#segment QPushButton:checked { background: $raised; color: $text; font-weight: 500; }
#segment QPushButton[warm="true"]:checked { background: $learn_fill; color: $learn; }
#segment QPushButton:focus { border-color: $soul; }

QLineEdit, QSpinBox, QDoubleSpinBox, QComboBox, QPlainTextEdit[kind="field"] {
    background: $bg; border: 1px solid $line; border-radius: ${r_control}px; padding: 6px 10px; min-height: 19px;
    selection-background-color: $soul_fill; selection-color: $on_fill;
}
QLineEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QComboBox:focus, QPlainTextEdit[kind="field"]:focus {
    border-color: $soul;
}
QLineEdit#title { padding: 0 8px; min-height: 0; }
QAbstractSpinBox QLineEdit { background: transparent; border: none; padding: 0 10px; min-height: 0; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { width: 0; height: 0; border: none; }
QComboBox::drop-down { border: none; width: 26px; }
QComboBox QAbstractItemView, QMenu {
    background: $surface; border: 1px solid $line; padding: 4px; outline: none;
    selection-background-color: $raised; selection-color: $text;
}
QMenu { border-radius: ${r_control}px; }
QMenu::item { padding: 6px 20px 6px 12px; border-radius: 6px; }
QMenu::item:selected { background: $raised; }
QMenu::item:disabled { color: $faint; }
QMenu::separator { height: 1px; background: $line; margin: 4px 8px; }

QSlider { background: transparent; min-height: 22px; }
QSlider::groove:horizontal { height: 4px; border-radius: 2px; background: $raised; }
QSlider::sub-page:horizontal { background: $soul; border-radius: 2px; }
QSlider::handle:horizontal {
    width: 12px; height: 12px; margin: -5px 0; border-radius: 7px; background: $surface; border: 1px solid $muted;
}
QSlider::handle:horizontal:hover { background: $raised; }
QSlider::handle:horizontal:focus { border: 2px solid $soul; }
QSlider::sub-page:horizontal:disabled { background: $line; }

QTreeWidget#learned { background: $bg; border: 1px solid $line; border-radius: ${r_control}px; padding: 4px;
    outline: none; selection-background-color: $raised; selection-color: $text; }
QTreeWidget#learned:focus { border-color: $soul; }
QTreeWidget#learned::item { padding: 4px 2px; }
QTreeWidget::indicator, QCheckBox::indicator {
    width: 14px; height: 14px; border: 1px solid $muted; border-radius: 4px; background: $bg;
}
QTreeWidget::indicator:hover, QCheckBox::indicator:hover, QCheckBox::indicator:focus { border-color: $soul; }
QTreeWidget::indicator:checked, QTreeWidget::indicator:indeterminate, QCheckBox::indicator:checked {
    background: $soul_fill; border-color: $soul_fill;
}
QTreeWidget::indicator:checked, QCheckBox::indicator:checked { image: url("$drawings/ticked.svg"); }
QTreeWidget::indicator:indeterminate { image: url("$drawings/partly.svg"); }
QCheckBox { spacing: 8px; }
QProgressBar { background: $raised; border: none; border-radius: 4px; max-height: 8px; min-height: 8px; }
QProgressBar::chunk { background: $soul; border-radius: 4px; }

QScrollArea, QAbstractScrollArea#transcript { background: transparent; border: none; }
QScrollArea > QWidget > QWidget#inner { background: transparent; }
QScrollBar:vertical { background: transparent; width: 12px; margin: 0; }
QScrollBar::handle:vertical { background: $line; border-radius: 3px; min-height: 32px; margin: 2px 3px; }
QScrollBar::handle:vertical:hover { background: $faint; }
QScrollBar::add-line, QScrollBar::sub-line { height: 0; width: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QScrollBar:horizontal { background: transparent; height: 12px; margin: 0; }
QScrollBar::handle:horizontal { background: $line; border-radius: 3px; min-width: 32px; margin: 3px 2px; }

QPlainTextEdit#draft, QPlainTextEdit[kind="field"], QLineEdit { placeholder-text-color: $muted; }
QPlainTextEdit#draft { background: transparent; border: none; padding: 0; selection-background-color: $soul_fill;
    selection-color: $on_fill; }
QTextEdit#message { background: transparent; border: none; selection-background-color: $soul_fill;
    selection-color: $on_fill; }
"""
