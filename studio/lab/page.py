"""The Model Lab: the models at hand, the soul with its sleep, what it was told, and training."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from studio import theme
from studio.actions import Actions
from studio.chat.conversations import Conversations
from studio.lab.catalogue import ModelCatalogue
from studio.lab.learned_card import LearnedCard
from studio.lab.models_card import LoadedModelCard, ModelsCard
from studio.lab.night_card import NightCard
from studio.lab.run_card import RunCard
from studio.lab.sleep import SleepCard
from studio.lab.soul_card import SoulCard
from studio.lab.train_card import TrainCard
from studio.protocol import TimelineEntry
from studio.widgets.controls import button

_NARROW = 820
"""Under this width two cards that belong together stand one above the other."""
TRAINING = 3
"""The view in which models are trained."""


class LabPage(QWidget):
    """Four views, chosen at the left."""

    def __init__(self, actions: Actions, conversations: Conversations, catalogue: ModelCatalogue) -> None:
        super().__init__()
        self.setObjectName("page")
        self._actions = actions
        self.body = LoadedModelCard(actions)
        self.models = ModelsCard(actions, catalogue)
        self.soul = SoulCard(actions)
        self.night = NightCard(actions)
        self.sleep = SleepCard(actions)
        self.learned = LearnedCard(actions, conversations)
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
        self.train, self.runs = TrainCard(actions, catalogue), RunCard(actions)
        self._training = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._training.setSpacing(18)
        self._training.addWidget(self.train, 2)
        self._training.addWidget(self.runs, 3)
        training = QVBoxLayout()
        training.addLayout(self._training, 1)
        for view in (models, soul, learned, training):
            self._stack.addWidget(_scrolled(view))
        side = QFrame()
        side.setObjectName("side")
        side.setFixedWidth(theme.SIDE_WIDTH)
        column = QVBoxLayout(side)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(theme.GAP_XS)
        self.views = QButtonGroup(self)
        names = (self.tr("Models"), self.tr("Soul and sleep"), self.tr("What it was told"), self.tr("Training"))
        for number, text in enumerate(names):
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
        actions.session.training.changed.connect(self._mark_training)
        self._mark_dream()
        self._mark_training()

    def show_view(self, number: int) -> None:
        """Show the models (0), the soul and its sleep (1), what it was told (2) or `TRAINING` (3)."""
        self.views.button(number).setChecked(True)

    def _forget_lived_in(self, moment: TimelineEntry) -> None:
        self._actions.start(self._tick_lived_in(moment))

    async def _tick_lived_in(self, moment: TimelineEntry) -> None:
        if await self.learned.tick_lived_in(moment):
            self.show_view(2)
            self.learned.forget()
        else:
            self._actions.told.emit(self.tr("Nothing that was said is known to have been lived there."))

    def _mark_dream(self) -> None:
        dreaming = self._actions.session.is_dreaming
        self.views.button(1).setText(self.tr("Soul and sleep") + (" ☾" if dreaming else ""))

    def _mark_training(self) -> None:
        busy = self._actions.session.training.current is not None
        self.views.button(TRAINING).setText(self.tr("Training") + (" ●" if busy else ""))
        self._turn()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._turn()

    def _turn(self) -> None:
        """Put the cards side by side, or what one looks at first above the other."""
        wide = self.width() - theme.SIDE_WIDTH >= _NARROW
        busy = self._actions.session.training.current is not None
        stacked = QBoxLayout.Direction.BottomToTop if busy else QBoxLayout.Direction.TopToBottom
        self._pair.setDirection(QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.BottomToTop)
        self._training.setDirection(QBoxLayout.Direction.LeftToRight if wide else stacked)


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
