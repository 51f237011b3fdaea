"""Small parts that several pages are built of: labels, buttons, cards, the logo, the moon ring."""

from __future__ import annotations

import html

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QComboBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from studio import theme
from studio.widgets import style
from studio.widgets.painted import Dot


def label(text: str = "", role: str = "", wrap: bool = False) -> QLabel:
    """A label in a role of the style sheet: small, muted, title, figure, learn, problem, good."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(wrap)
    if role:
        made.setProperty("role", role)
    return made


class Prose(QLabel):
    """Several lines of plain text with room between them."""

    def __init__(self, role: str = "small") -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setWordWrap(True)
        self.setProperty("role", role)
        self.plain = ""

    def set_plain(self, text: str) -> None:
        """Show a text; its line breaks are kept, nothing in it is markup."""
        if text != self.plain:
            self.plain = text
            lines = html.escape(text).replace("\n", "<br>")
            self.setText(f'<div style="line-height: {theme.PROSE_HEIGHT:.0%}">{lines}</div>')
            self.setAccessibleName(text)


def prose(text: str = "", role: str = "small") -> Prose:
    """A `Prose` that shows `text`."""
    made = Prose(role)
    made.set_plain(text)
    return made


def button(text: str, kind: str = "", name: str = "") -> QPushButton:
    """A push button; clicking does not take the focus from the composer, Tab does reach it."""
    made = QPushButton(text)
    if kind:
        made.setProperty("kind", kind)
    made.setAccessibleName(name or text)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return made


def set_locked(control: QWidget, reason: str, hint: str = "") -> None:
    """Enable a control where `reason` is empty; else disable it and let its tooltip say why."""
    control.setEnabled(not reason)
    control.setToolTip(reason or hint)


def scrolled(inner: QWidget) -> QScrollArea:
    """A place for `inner` that scrolls where there is too little room for it; name it ``inner`` to see through it."""
    area = QScrollArea()
    area.setWidget(inner)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return area


class Card(QFrame):
    """A rounded surface with a title line and a column under it."""

    def __init__(self, title: str = "") -> None:
        super().__init__()
        self.setObjectName("card")
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(18, 16, 18, 18)
        self.column.setSpacing(theme.GAP_S)
        self.head = QHBoxLayout()
        self.head.setSpacing(theme.GAP_M)
        self.title = label(title, "title")
        self.head.addWidget(self.title)
        self.column.addLayout(self.head)


class Facts(QWidget):
    """Rows of a muted name and its value."""

    def __init__(self) -> None:
        super().__init__()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.GAP_L)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(1, 1)
        self._values: dict[str, QLabel] = {}

    def set(self, name: str, value: str, tip: str = "") -> None:
        """Show `value` under `name`; a new name makes a new row."""
        if name not in self._values:
            row = len(self._values)
            key = label(name, "muted")
            shown = label(value, wrap=True)
            shown.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            key.setAlignment(Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(key, row, 0)
            self._grid.addWidget(shown, row, 1)
            self._values[name] = shown
        self._values[name].setText(value)
        self._values[name].setToolTip(tip)
        self._values[name].setAccessibleName(f"{name}: {value}")

    def value(self, name: str) -> str:
        """The value shown under `name`."""
        return self._values[name].text()

    @property
    def column(self) -> QGridLayout:
        """Its rows, names in column 0, to be brought in line with others."""
        return self._grid


def in_line(*grids: QGridLayout) -> None:
    """Give the names in these grids one width, so that what stands beside them begins at one line."""
    rows = [(grid, row) for grid in grids for row in range(grid.rowCount())]
    names = [item for grid, row in rows if (item := grid.itemAtPosition(row, 0)) is not None]
    for grid in grids:
        grid.setColumnMinimumWidth(0, max((name.sizeHint().width() for name in names), default=0))


class Elided(QLabel):
    """One line that ends in … where there is no room, and then tells the whole in its tooltip."""

    def __init__(self, text: str = "", role: str = "") -> None:
        super().__init__(text)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        if role:
            self.setProperty("role", role)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        shown = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        painter.setPen(QColor(self.palette().windowText().color()))
        painter.drawText(self.rect(), int(self.alignment()), shown)


class SegmentedControl(QFrame):
    """A few choices as one control, exactly one of them taken; arrow keys move between them."""

    chosen = Signal(int)

    def __init__(self, texts: list[str], name: str) -> None:
        super().__init__()
        self.setObjectName("segment")
        self.setAccessibleName(name)
        self._group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(3, 3, 3, 3)
        row.setSpacing(0)
        for number, text in enumerate(texts):
            part = button(text)
            part.setCheckable(True)
            self._group.addButton(part, number)
            row.addWidget(part)
        self._group.idToggled.connect(lambda number, on: self.chosen.emit(number) if on else None)
        self._group.button(0).setChecked(True)

    @property
    def current(self) -> int:
        """The number of the choice taken."""
        return self._group.checkedId()

    def choose(self, number: int) -> None:
        """Take a choice."""
        self._group.button(number).setChecked(True)

    def part(self, number: int) -> QAbstractButton:
        """The button of a choice."""
        return self._group.button(number)


class Chip(QPushButton):
    """A round button with a dot, a name and a small fact; it opens a menu."""

    def __init__(self, token: str) -> None:
        super().__init__()
        self.setProperty("kind", "chip")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._compact = False
        self._name, self._fact = label(), label(role="small")
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 12, 0)
        row.setSpacing(theme.GAP_S)
        row.addWidget(Dot(token))
        row.addWidget(self._name)
        row.addWidget(self._fact)
        for part in (self._name, self._fact):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def show_facts(self, kind: str, name: str, fact: str) -> None:
        """Show `name` and beside it `fact`; `kind` is what a screen reader says first."""
        self._name.setText(self.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, 150))
        self._fact.setText(fact)
        self._fact.setVisible(bool(fact) and not self._compact)
        self.setAccessibleName(f"{kind}: {name} {fact}".strip())
        self.setToolTip(f"{name} · {fact}" if fact else name)
        self.updateGeometry()

    def set_compact(self, compact: bool) -> None:
        """Show the name alone where there is little room."""
        self._compact = compact
        self._fact.setVisible(bool(self._fact.text()) and not compact)
        self.updateGeometry()

    @property
    def shown(self) -> tuple[str, str]:
        """The name and the fact."""
        return self._name.text(), self._fact.text()

    def sizeHint(self) -> QSize:
        inner = self.layout()
        return QSize(inner.sizeHint().width(), 30) if inner else super().sizeHint()

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()


_FROM_RIGHT, _REACH = 16, 4


class Picker(QComboBox):
    """A combo box; the style sheet leaves out Qt's own arrow, which knows no theme."""

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ink = style.colour("muted" if self.isEnabled() else "line")
        painter.setPen(QPen(ink, 1.5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
        x, y = self.width() - _FROM_RIGHT, self.height() / 2
        half = _REACH / 2
        painter.drawPolyline([QPointF(x - _REACH, y - half), QPointF(x, y + half), QPointF(x + _REACH, y - half)])


class ToggleSwitch(QAbstractButton):
    """A checkable control; the space key turns it."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setCheckable(True)
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFixedSize(self.sizeHint())

    def sizeHint(self) -> QSize:
        return QSize(44, 26)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        on = self.isChecked()
        track = QRectF(self.rect()).adjusted(2, 2, -2, -2)
        ring = "text" if on else "soul"
        painter.setPen(QPen(style.colour(ring if self.hasFocus() else "soul_fill" if on else "muted"), 1.5))
        painter.setBrush(style.colour("soul_fill" if on else "bg"))
        painter.drawRoundedRect(track, track.height() / 2, track.height() / 2)
        side = track.height() - 8
        left = track.right() - side - 4 if on else track.left() + 4
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(style.colour("on_fill" if on else "muted"))
        painter.drawEllipse(QRectF(left, track.top() + 4, side, side))
