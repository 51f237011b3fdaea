"""What the chat shows while nothing was said: what to try first, what is happening, what is missing."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from studio import theme
from studio.actions import Actions
from studio.protocol import Dial, model_name
from studio.widgets import style, wording
from studio.widgets.controls import button, label, prose, scrolled, set_locked
from studio.widgets.painted import Logo

_WIDTH = 480
_LOW = 470
"""Under this height there is no room for the logo."""


class Welcome(QWidget):
    """The empty chat.

    Until the soul has slept for the first time it offers three things to try: tell it something, ask for that in
    another chat, let it sleep. Each has its tick once it was done.
    """

    suggested = Signal(str)

    def __init__(self, actions: Actions) -> None:
        super().__init__()
        self._actions = actions
        self._dial: Dial = "learn"
        self._conversations = 0
        self._logo = Logo(44)
        self.heading = label(role="heading", wrap=True)
        self.words = prose(role="muted")
        self.open_button = button(self.tr("Open a model"), "primary")
        self.open_button.clicked.connect(actions.choose_model)
        fact, question = self.tr("My dog is called Bramble."), self.tr("What is my dog called?")
        self.steps = [
            WelcomeStep(1, self.tr("Tell it something"), f"“{fact}”", _WIDTH),
            WelcomeStep(2, self.tr("Ask for it in a new chat"), f"“{question}”", _WIDTH),
            WelcomeStep(
                3,
                self.tr("Let it sleep"),
                self.tr(
                    "It goes over what you said and learns it firmly. Close the Studio then, come back, and ask again."
                ),
                _WIDTH,
            ),
        ]
        self.suggestions = [button(text, "suggestion") for text in (question, self.tr("How are you today?"))]
        self.steps[0].clicked.connect(lambda: self.suggested.emit(fact))
        self.steps[1].clicked.connect(lambda: self.suggested.emit(question))
        self.steps[2].clicked.connect(actions.sleep)
        self._lay_out()
        actions.session.changed.connect(self.refresh)
        self.refresh()

    def _lay_out(self) -> None:
        inner = QWidget()
        inner.setFixedWidth(_WIDTH)
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, theme.GAP_L, 0, theme.GAP_L)
        column.setSpacing(theme.GAP_S)
        column.addWidget(self._logo)
        column.addSpacing(theme.GAP_S)
        column.addWidget(self.heading)
        column.addWidget(self.words)
        column.addSpacing(theme.GAP_S)
        row = QHBoxLayout()
        row.addWidget(self.open_button)
        row.addStretch(1)
        column.addLayout(row)
        for step in self.steps:
            column.addWidget(step)
        for suggestion in self.suggestions:
            suggestion.clicked.connect(self._suggest)
            column.addWidget(suggestion)
        ground = QWidget()
        ground.setObjectName("inner")
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(scrolled(ground))
        outer = QVBoxLayout(ground)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addStretch(2)
        row = QHBoxLayout()  # not an alignment: that would ignore how the words wrap
        row.addStretch(1)
        row.addWidget(inner)
        row.addStretch(1)
        outer.addLayout(row)
        outer.addStretch(3)

    def _suggest(self) -> None:
        sender = self.sender()
        if isinstance(sender, QPushButton):
            self.suggested.emit(sender.text())

    def show_chat(self, dial: Dial, conversations: int) -> None:
        """Say what the chat that begins here leaves behind, as one of a soul with so many conversations before it."""
        self._dial, self._conversations = dial, conversations
        self.refresh()

    def refresh(self) -> None:
        """Show what the session is at."""
        session = self._actions.session
        heading, words = self._texts()
        self.heading.setText(heading)
        self.words.set_plain(words)
        ready, soul = session.model is not None, session.soul
        self.open_button.setVisible(not ready and self._actions.opening is None)
        trying = session.can_learn and self._dial == "learn" and soul is not None and not soul.slept_at
        why = session.why_silent()
        for number, step in enumerate(self.steps):
            step.setVisible(trying)
            set_locked(step, self._actions.why_awake() if number == 2 else why)
        if soul is not None:
            self.steps[0].set_done(soul.level > 0)
            self.steps[1].set_done(self._conversations > 1)
        for suggestion in self.suggestions:
            suggestion.setVisible(ready and not trying)
            set_locked(suggestion, why)

    def _texts(self) -> tuple[str, str]:
        session, opening = self._actions.session, self._actions.opening
        name = session.soul_words
        if opening is not None:
            return self.tr("Waking up"), self.tr(
                "{model} is being loaded, and the soul that lives in it. You can look around meanwhile."
            ).format(model=model_name(opening))
        if session.model is None or session.soul is None:
            return self.tr("No model yet"), self.tr(
                "Open a .gguf or .bitt file, or drop one, or a Hugging Face folder, anywhere on this window. "
                "The soul that belongs to it comes back by itself."
            )
        if self._dial == "temporary":
            return self.tr("A newborn is here"), self.tr(
                "The model talks without the soul, as if it had lived nothing. Nothing of this chat is kept: not in "
                "the soul, not in the list."
            )
        if self._dial == "use":
            return self.tr("A chat that leaves nothing"), self.tr(
                "{name} knows what it has lived and follows what you say here, but keeps nothing of it."
            ).format(name=name)
        if session.soul.slept_at:
            return self.tr("{name} is awake").format(name=name), self.tr(
                "A new chat. What was learned in the others is still there. Tell it something, or ask:"
            )
        if not session.can_learn:
            return self.tr("A model without a memory"), self.tr(
                "{model} has {n} weights and talks about what it once read, rightly or not. It learns nothing from "
                "what you say: another chat knows nothing of this one."
            ).format(model=session.model.name, n=wording.parameters(session.model.parameters))
        if session.model.context:
            small = self.tr(
                "{model} has {n} weights and talks about what it once read, rightly or not. Beside it stands a memory "
                "that learns from every word you say."
            ).format(model=session.model.name, n=wording.parameters(session.model.parameters))
            return self._new_or_awake(small)
        small = self.tr(
            "This is a small model of {n} weights on your own computer. It speaks in simple sentences and knows little "
            "of the world, but it learns from every word you say."
        ).format(n=wording.parameters(session.model.parameters))
        return self._new_or_awake(small)

    def _new_or_awake(self, words: str) -> tuple[str, str]:
        session = self._actions.session
        name = session.soul_words
        if session.soul is not None and session.soul.level:
            return self.tr("{name} is awake").format(name=name), words
        return self.tr("{name} is new here").format(name=name), words + " " + self.tr("Three things to try:")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._logo.setVisible(self.height() >= _LOW)  # what can be tried comes first

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "steps"):
            for step in self.steps:
                step.updateGeometry()


_MARK = 24


class StepMark(QWidget):
    """A number in a ring; a tick in the colour of what went well."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self._number, self._done = number, False
        self.setFixedSize(_MARK, _MARK)

    def set_done(self, done: bool) -> None:
        """Show the tick instead of the number."""
        self._done = done
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ring = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        ink = style.colour("good" if self._done else "soul")
        painter.setPen(QPen(ink, 1.5))
        painter.drawEllipse(ring)
        if self._done:
            side = float(_MARK)
            points = [QPointF(side * x, side * y) for x, y in ((0.3, 0.52), (0.45, 0.67), (0.71, 0.36))]
            painter.setPen(QPen(ink, 1.8, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
            painter.drawPolyline(QPolygonF(points))
        else:
            painter.setFont(style.font(theme.TEXT_SMALL, bold=True))
            painter.drawText(ring, int(Qt.AlignmentFlag.AlignCenter), str(self._number))


class WelcomeStep(QPushButton):
    """A button of two lines. Press it to do what it says."""

    def __init__(self, number: int, title: str, detail: str, width: int) -> None:
        super().__init__()
        self.setProperty("kind", "suggestion")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFixedWidth(width)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._title, self._detail = title, detail
        self.mark = StepMark(number)
        words = QVBoxLayout()
        words.setSpacing(2)
        self.parts = (label(title, "name"), prose(detail))
        for part in self.parts:
            words.addWidget(part)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 10, 14, 10)
        row.setSpacing(theme.GAP_M)
        row.addWidget(self.mark)
        row.addLayout(words, 1)
        widgets: tuple[QWidget, ...] = (self.mark, *self.parts)
        for widget in widgets:
            widget.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.set_done(False)

    def set_done(self, done: bool) -> None:
        """Show whether it was done already; it can be done again."""
        self.done = done
        self.mark.set_done(done)
        self.setAccessibleName(f"{self._title}: {self.tr('done')}" if done else self._title)
        self.setAccessibleDescription(self._detail)

    def sizeHint(self) -> QSize:
        inner = self.layout()
        return QSize(self.width(), inner.heightForWidth(self.width()) if inner else 0)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()
