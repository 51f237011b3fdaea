"""The Model Lab: the models at hand, and the soul with its sleep."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from studio import theme
from studio.messages import Moment
from studio.ui import wording
from studio.ui.actions import Actions
from studio.ui.header import known_models
from studio.ui.lab.learned_card import LearnedCard
from studio.ui.lab.night_card import NightCard
from studio.ui.lab.soul_card import SoulCard
from studio.ui.sleep_panel import SleepCard
from studio.ui.widgets import Card, Elided, Facts, button, label, set_locked

_NARROW = 820
"""Under this width the two cards of the soul stand one above the other."""


class BodyCard(Card):
    """The loaded model."""

    def __init__(self, actions: Actions) -> None:
        super().__init__()
        self._actions = actions
        self.facts = Facts()
        self.empty = label(role="muted", wrap=True)
        self.open_button = button(self.tr("Open a model…"))
        self.open_button.clicked.connect(actions.choose_model)
        self.head.addStretch(1)
        self.head.addWidget(self.open_button)
        self.column.addWidget(self.empty)
        self.column.addWidget(self.facts)
        actions.session.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show the session's state."""
        session, body = self._actions.session, self._actions.session.body
        set_locked(
            self.open_button,
            session.why_locked(),
            self.tr("A .bitt or .safetensors file; a drop on the window does too"),
        )
        self.facts.setVisible(body is not None)
        self.empty.setVisible(body is None)
        if body is None:
            self.title.setText(self.tr("No model is loaded"))
            opening = self._actions.opening
            self.empty.setText(
                self.tr("{model} is being loaded…").format(model=opening.stem)
                if opening
                else self.tr("Open a .bitt or .safetensors file, or drop one anywhere on this window.")
            )
            return
        self.title.setText(body.name)
        stored = self.tr("ternary, 2 bits a weight") if body.packed else self.tr("float weights, ternary when used")
        self.facts.set(self.tr("Weights"), f"{wording.parameters(body.parameters)} · {stored}")
        self.facts.set(
            self.tr("Shape"),
            self.tr("{layers} layers, {width} wide, {vocab} tokens known, {variant} memory").format(
                layers=body.layers, width=body.hidden_dim, vocab=wording.number(body.vocab_size), variant=body.variant
            ),
        )
        self.facts.set(self.tr("File"), f"{body.path} · {wording.size(body.file_bytes)}")
        self.facts.set(self.tr("Runs on"), f"{body.device.upper()} · {body.runtime} · {body.reason}")
        self.facts.set(self.tr("Fingerprint"), body.fingerprint[:16], body.fingerprint)


class ModelsCard(Card):
    """The models at hand: the bundled one and those opened lately."""

    def __init__(self, actions: Actions) -> None:
        super().__init__()
        self.title.setText(self.tr("At hand"))
        self._actions = actions
        self._rows = QVBoxLayout()
        self._rows.setSpacing(theme.GAP_XS)
        self.column.addLayout(self._rows)
        self.empty = label(self.tr("Models that you open are listed here."), "muted", wrap=True)
        self.column.addWidget(self.empty)
        self.load_buttons: dict[Path, QPushButton] = {}
        actions.session.changed.connect(self.refresh)
        actions.settings.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show what is at hand."""
        known = known_models(self._actions)
        if list(self.load_buttons) != known:
            self._build(known)
        self.empty.setVisible(not known)
        body, locked = self._actions.session.body, self._actions.session.why_locked()
        for path, control in self.load_buttons.items():
            here = body is not None and body.path == path
            control.setText(self.tr("Loaded") if here else self.tr("Load"))
            set_locked(control, locked or (self.tr("It is loaded.") if here else ""), str(path))

    def _build(self, known: list[Path]) -> None:
        while (item := self._rows.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        self.load_buttons = {}
        for path in known:
            row = QWidget()
            line = QHBoxLayout(row)
            line.setContentsMargins(0, 0, 0, 0)
            line.setSpacing(theme.GAP_M)
            name = path.stem if path.suffix else path.name
            line.addWidget(label(name))
            line.addWidget(Elided(str(path.parent), "small"), 1)
            load = button(self.tr("Load"), name=self.tr("Load {model}").format(model=name))
            load.clicked.connect(lambda _=False, path=path: self._actions.open_model(path))
            line.addWidget(load)
            self.load_buttons[path] = load
            self._rows.addWidget(row)


class LabPage(QWidget):
    """Three views, chosen at the left."""

    def __init__(self, actions: Actions) -> None:
        super().__init__()
        self.setObjectName("page")
        self._actions = actions
        self.body = BodyCard(actions)
        self.models = ModelsCard(actions)
        self.soul = SoulCard(actions)
        self.night = NightCard(actions)
        self.sleep = SleepCard(actions)
        self.learned = LearnedCard(actions)
        self.soul.forget_wanted.connect(self._forget_lived_in)
        self._stack = QStackedWidget()
        self._pair = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._pair.setSpacing(18)
        self._pair.addWidget(self.night, 3)
        self._pair.addWidget(self.sleep, 2)
        models = QVBoxLayout()
        models.setSpacing(18)
        models.addWidget(self.body)
        models.addWidget(self.models)
        models.addStretch(1)
        soul = QVBoxLayout()
        soul.setSpacing(18)
        soul.addWidget(self.soul)
        soul.addLayout(self._pair)
        soul.addStretch(1)
        learned = QVBoxLayout()
        learned.addWidget(self.learned)
        for view in (models, soul, learned):
            self._stack.addWidget(_scrolled(view))
        side = QFrame()
        side.setObjectName("side")
        side.setFixedWidth(theme.SIDE_WIDTH)
        column = QVBoxLayout(side)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(theme.GAP_XS)
        self.views = QButtonGroup(self)
        for number, text in enumerate((self.tr("Models"), self.tr("Soul and sleep"), self.tr("What it was told"))):
            choice = button(text, "row")
            choice.setCheckable(True)
            self.views.addButton(choice, number)
            column.addWidget(choice)
        column.addStretch(1)
        self.views.idToggled.connect(lambda number, on: self._stack.setCurrentIndex(number) if on else None)
        self.views.button(0).setChecked(True)
        page = QHBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        page.setSpacing(0)
        page.addWidget(side)
        page.addWidget(self._stack, 1)
        actions.session.changed.connect(self._mark_dream)
        self._mark_dream()

    def show_view(self, number: int) -> None:
        """Show the models (0), the soul and its sleep (1) or what it was told (2)."""
        self.views.button(number).setChecked(True)

    def _forget_lived_in(self, moment: Moment) -> None:
        self._actions.start(self._tick_lived_in(moment))

    async def _tick_lived_in(self, moment: Moment) -> None:
        if await self.learned.tick_lived_in(moment):
            self.show_view(2)
            self.learned.forget()
        else:
            self._actions.told.emit(self.tr("Nothing that was said is known to have been lived there."))

    def _mark_dream(self) -> None:
        dreaming = self._actions.session.is_dreaming
        self.views.button(1).setText(self.tr("Soul and sleep") + (" ☾" if dreaming else ""))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = self.width() - theme.SIDE_WIDTH >= _NARROW
        self._pair.setDirection(QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.BottomToTop)


def _scrolled(view: QVBoxLayout) -> QScrollArea:
    """A view that scrolls where the window is too low for it."""
    inner = QWidget()
    inner.setObjectName("inner")
    view.setContentsMargins(26, 22, 26, 22)
    inner.setLayout(view)
    area = QScrollArea()
    area.setWidget(inner)
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return area
