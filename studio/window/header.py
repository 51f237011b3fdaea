"""The top bar: the name, the three tabs, and the chips of the model and the soul."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QMenu, QWidget

from studio import theme
from studio.actions import Actions
from studio.lab.catalogue import known_models
from studio.protocol import model_name
from studio.session import Busy
from studio.widgets import wording
from studio.widgets.controls import Chip, SegmentedControl, label
from studio.widgets.painted import Logo

HEIGHT = 52


class Header(QFrame):
    """Tabs and chips; each chip opens its menu."""

    def __init__(self, actions: Actions) -> None:
        super().__init__()
        self.setObjectName("header")
        self.setMinimumHeight(HEIGHT)
        self._actions = actions
        self.tabs = SegmentedControl([self.tr("Model Lab"), self.tr("Chat"), self.tr("Settings")], self.tr("Tabs"))
        self.body = Chip("body")
        self.body.clicked.connect(self.open_body_menu)
        self.soul = Chip("soul")
        self.soul.clicked.connect(self.open_soul_menu)
        self.name = label(self.tr("Bit-Llama Studio"), "name")
        left, right = QWidget(), QWidget()
        row = QHBoxLayout(left)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GAP_S)
        row.addWidget(Logo())
        row.addWidget(self.name)
        row.addStretch(1)
        row = QHBoxLayout(right)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        row.addStretch(1)
        row.addWidget(self.body)
        row.addWidget(self.soul)
        grid = QGridLayout(self)
        grid.setContentsMargins(18, 0, theme.GAP_L, 0)
        grid.setHorizontalSpacing(theme.GAP_M)
        grid.addWidget(left, 0, 0)
        grid.addWidget(self.tabs, 0, 1, Qt.AlignmentFlag.AlignCenter)
        grid.addWidget(right, 0, 2)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(2, 1)
        actions.session.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show which model and soul are there."""
        session = self._actions.session
        model, soul = session.model, session.soul
        if session.busy is Busy.OPENING and self._actions.opening is not None:
            self.body.show_facts(self.tr("Model"), model_name(self._actions.opening), self.tr("loading…"))
        elif model is None:
            self.body.show_facts(self.tr("Model"), self.tr("No model"), "")
        else:
            bits = self.tr("1.58-bit") if model.packed else self.tr("float file")
            if model.bits_per_weight:
                bits = self.tr("{n} bits").format(n=wording.decimal(model.bits_per_weight, 1))
            self.body.show_facts(self.tr("Model"), model.name, bits)
        self.soul.setVisible(soul is not None and session.can_learn)
        if soul is not None:
            fact = (
                self.tr("dreaming")
                if session.is_dreaming
                else self.tr("{tokens} lived").format(tokens=wording.tokens(soul.level))
            )
            self.soul.show_facts(self.tr("Soul"), session.soul_words, fact)

    def open_body_menu(self) -> QMenu:
        """The models known, and the way to others."""
        menu = QMenu(self)
        locked = self._actions.session.why_locked()
        for path in known_models(self._actions):
            action = menu.addAction(model_name(path))
            action.setToolTip(locked or str(path))
            action.setEnabled(not locked)
            action.triggered.connect(lambda _=False, path=path: self._actions.open_model(path))
        if menu.actions():
            menu.addSeparator()
        action = menu.addAction(self.tr("Open a model…"))
        action.setEnabled(not locked)
        action.setToolTip(locked)
        action.triggered.connect(self._actions.choose_model)
        return self._pop_up(menu, self.body)

    def open_soul_menu(self) -> QMenu:
        """What can be done with the soul."""
        menu = QMenu(self)
        locked = self._actions.session.why_silent()
        for text, what in (
            (self.tr("Save a copy…"), self._actions.choose_where_to_save),
            (self.tr("Load a soul…"), self._actions.choose_soul),
            (self.tr("Begin a fresh soul…"), self._actions.reset_soul),
        ):
            action = menu.addAction(text)
            action.setEnabled(not locked)
            action.setToolTip(locked)
            action.triggered.connect(what)
        return self._pop_up(menu, self.soul)

    def _pop_up(self, menu: QMenu, under: QWidget) -> QMenu:
        menu.setToolTipsVisible(True)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        right = under.mapToGlobal(QPoint(under.width() - menu.sizeHint().width(), under.height() + 4))
        menu.popup(right)
        return menu

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        compact = self.width() < theme.FOLD_WIDTH
        self.body.set_compact(compact)
        self.soul.set_compact(compact)
        self.name.setVisible(not compact)  # the window's own title says it too
