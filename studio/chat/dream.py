"""A sleep as the chat shows it: the ring that fills, the line that passes by, and the veil over what was said."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QVBoxLayout,
    QWidget,
)

from studio import theme
from studio.actions import Actions
from studio.protocol import DreamProgress
from studio.widgets import style, wording
from studio.widgets.controls import Elided, button, label
from studio.widgets.painted import MoonRing, dress

_LINE_LENGTH = 120
_DIMMED = 0.45
"""How much of what lies under a veil comes through."""


class DreamView(QWidget):
    """The ring, how far it is, and the line that is being replayed."""

    def __init__(self, size: int = 80) -> None:
        super().__init__()
        self.ring = MoonRing(size)
        self.percent = label(role="figure")
        self.left = label(role="small")
        self.line = Elided(role="small")
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addStretch(1)
        words.addWidget(self.percent)
        words.addWidget(self.left)
        words.addWidget(self.line)
        words.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GAP_L + 2)
        row.addWidget(self.ring)
        row.addLayout(words, 1)

    def show_dream(self, dream: DreamProgress | None) -> None:
        """Show how far a sleep has come; None before its first word."""
        self.ring.set_fraction(dream.fraction if dream else 0.0)
        self.percent.setText(self.tr("{n} %").format(n=int((dream.fraction if dream else 0.0) * 100)))
        if dream is None:
            self.left.setText(self.tr("falling asleep"))
            self.line.setText("")
            return
        left, speed = wording.duration(dream.seconds_left), wording.speed(dream.tokens_per_second)
        self.left.setText(self.tr("{left} left · {speed}").format(left=left, speed=speed))
        self.line.setText(self.tr("replaying “{line}”").format(line=wording.short(dream.line, _LINE_LENGTH)))

    def show_rest(self, headline: str, detail: str) -> None:
        """Show that nobody sleeps."""
        self.ring.set_fraction(0.0)
        self.percent.setText(headline)
        self.left.setText(detail)
        self.line.setText("")


class DreamVeil(QWidget):
    """Dims what stands on the page's own ground while the soul dreams; it can still be scrolled, selected and copied.

    One fill over what is painted anyway: an opacity effect would lay out and paint all of it apart first, hidden pages
    too, which made the window stand still at the beginning of a night.
    """

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self._over = over
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        over.installEventFilter(self)
        self.hide()

    def set_drawn(self, drawn: bool) -> None:
        """Draw the veil over all that is there, or take it away."""
        self.setGeometry(self._over.rect())
        self.setVisible(drawn)
        self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.setGeometry(self._over.rect())
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        ground = QColor(style.colour("bg"))
        ground.setAlphaF(1 - _DIMMED)
        QPainter(self).fillRect(event.rect(), ground)


class DreamCard(QFrame):
    """What stands in the chat while the soul dreams."""

    def __init__(self, actions: Actions) -> None:
        super().__init__()
        self.setObjectName("composer")
        self._actions = actions
        self.title = label(role="title")
        self.view = DreamView(64)
        self.wake_button = button(self.tr("Wake up"))
        self.wake_button.setToolTip(self.tr("Ends the sleep now and keeps what the finished conversations taught"))
        self.wake_button.clicked.connect(actions.wake)
        row = QHBoxLayout()
        row.addWidget(self.view, 1)
        row.addWidget(self.wake_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(theme.GAP_S)
        column.addWidget(self.title)
        column.addLayout(row)
        actions.session.dream_moved.connect(self.view.show_dream)
        actions.session.changed.connect(self.refresh)
        self.refresh()
        self._dress()

    def refresh(self) -> None:
        """Show the session's state."""
        session = self._actions.session
        self.title.setText(self.tr("{name} is dreaming of what you said").format(name=session.soul_words))
        if session.is_dreaming:
            self.view.show_dream(session.dream)
        self.setVisible(session.is_dreaming)

    def _dress(self) -> None:
        dress(self.wake_button, "sun")

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "wake_button"):
            self._dress()
