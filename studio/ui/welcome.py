"""What the chat shows while nothing was said: what to do first, what is happening, what is missing."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from studio import theme
from studio.ui import wording
from studio.ui.actions import Actions
from studio.ui.painted import Logo
from studio.ui.widgets import button, label, prose

_WIDTH = 460


class Welcome(QWidget):
    """The empty chat."""

    suggested = Signal(str)

    def __init__(self, actions: Actions) -> None:
        super().__init__()
        self._actions = actions
        self.heading = label(role="heading")
        self.words = prose(role="muted")
        self.open_button = button(self.tr("Open a model"), "primary")
        self.open_button.clicked.connect(actions.choose_model)
        self.suggestions = [
            button(text, "suggestion")
            for text in (
                self.tr("My dog is called Bramble."),
                self.tr("What is my dog called?"),
                self.tr("How are you today?"),
            )
        ]
        inner = QWidget()
        inner.setFixedWidth(_WIDTH)
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP_S)
        column.addWidget(Logo(44))
        column.addSpacing(theme.GAP_S)
        column.addWidget(self.heading)
        column.addWidget(self.words)
        column.addSpacing(theme.GAP_S)
        column.addWidget(self.open_button, 0, Qt.AlignmentFlag.AlignLeft)
        for suggestion in self.suggestions:
            suggestion.clicked.connect(self._suggest)
            column.addWidget(suggestion)
        outer = QVBoxLayout(self)
        outer.addStretch(2)
        row = QHBoxLayout()  # not an alignment: that would ignore how the words wrap
        row.addStretch(1)
        row.addWidget(inner)
        row.addStretch(1)
        outer.addLayout(row)
        outer.addStretch(3)
        actions.session.changed.connect(self.refresh)
        self.refresh()

    def _suggest(self) -> None:
        sender = self.sender()
        if isinstance(sender, QPushButton):
            self.suggested.emit(sender.text())

    def refresh(self) -> None:
        """Show what the session is at."""
        session = self._actions.session
        ready = session.body is not None
        name = session.soul_words
        if self._actions.opening is not None:
            self.heading.setText(self.tr("Waking up"))
            self.words.set_plain(
                self.tr(
                    "{model} is being loaded, and the soul that lives in it. You can look around meanwhile."
                ).format(model=self._actions.opening.stem)
            )
        elif session.body is None:
            self.heading.setText(self.tr("No model yet"))
            self.words.set_plain(
                self.tr(
                    "Open a .bitt or .safetensors file, or drop one anywhere on this window. "
                    "The soul that belongs to it comes back by itself."
                )
            )
        elif session.soul is not None and session.soul.level == 0:
            self.heading.setText(self.tr("{name} is new here").format(name=name))
            self.words.set_plain(
                self.tr(
                    "This is a small model of {n} weights on your own computer. It knows simple sentences and little "
                    "of the world, but it learns from every word and remembers what it slept on. Tell it something:"
                ).format(n=wording.parameters(session.body.parameters))
            )
        else:
            self.heading.setText(self.tr("{name} is awake").format(name=name))
            self.words.set_plain(
                self.tr("A new chat. What was learned in the others is still there. Tell it something, or ask:")
            )
        self.open_button.setVisible(not ready and self._actions.opening is None)
        for suggestion in self.suggestions:
            suggestion.setVisible(ready)
            suggestion.setEnabled(not session.why_silent())
            suggestion.setToolTip(session.why_silent())
