"""The settings, shown from their declarations; each takes effect as soon as it is changed."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from studio import theme
from studio.settings import DECLARATIONS, GROUPS, Settings
from studio.ui.about import show_about
from studio.ui.editors import Editor, WheelGuard, editor_for, words
from studio.ui.widgets import Card, button, label

_WIDTH = 680


class SettingsPage(QWidget):
    """One card for each group; the groups at the left lead to them."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self.setObjectName("page")
        self.settings = settings
        self.editors: dict[str, Editor] = {}
        self.cards: list[Card] = []
        guard = WheelGuard(self)
        inner = QWidget()
        inner.setObjectName("inner")
        column = QVBoxLayout(inner)
        column.setContentsMargins(26, 22, 26, 22)
        column.setSpacing(18)
        for group in GROUPS:
            card = Card()
            card.title.setText(words(group))
            card.title.setProperty("role", "heading")
            card.setMaximumWidth(_WIDTH)
            for setting in DECLARATIONS:
                if setting.group == group:
                    if self.cards and self.cards[-1] is card:
                        card.column.addWidget(_rule())
                    else:
                        self.cards.append(card)
                    self.editors[setting.key] = editor_for(setting, settings, guard)
                    card.column.addWidget(self.editors[setting.key])
            row = QHBoxLayout()
            row.addStretch(1)
            row.addWidget(card, 1000)
            row.addStretch(1)
            column.addLayout(row)
        where = label(self.tr("Kept in {path}").format(path=settings.path), "small", wrap=True)
        where.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(where)
        column.addStretch(1)
        self.area = QScrollArea()
        self.area.setWidget(inner)
        self.area.setWidgetResizable(True)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.verticalScrollBar().valueChanged.connect(self._mark_group)
        page = QHBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        page.setSpacing(0)
        page.addWidget(self._side())
        page.addWidget(self.area, 1)

    def _side(self) -> QFrame:
        side = QFrame()
        side.setObjectName("side")
        side.setFixedWidth(theme.SIDE_WIDTH)
        column = QVBoxLayout(side)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(theme.GAP_XS)
        self.groups = QButtonGroup(self)
        for number, group in enumerate(GROUPS):
            choice = button(words(group), "row")
            choice.setCheckable(True)
            self.groups.addButton(choice, number)
            column.addWidget(choice)
        column.addStretch(1)
        self.about = button(self.tr("About"), "row")
        self.about.clicked.connect(lambda: show_about(self))
        column.addWidget(self.about)
        self.groups.button(0).setChecked(True)
        self.groups.idClicked.connect(self.show_group)
        return side

    def show_group(self, number: int) -> None:
        """Scroll to a group."""
        bar = self.area.verticalScrollBar()
        bar.setValue(min(bar.maximum(), self.cards[number].y() - 22))
        self.groups.button(number).setChecked(True)

    def _mark_group(self, value: int) -> None:
        """Mark the group that is being read: the last one whose card begins in the upper half."""
        bar = self.area.verticalScrollBar()
        line = value + self.area.viewport().height() // 2 if value < bar.maximum() else 1 << 30
        begun = [number for number, card in enumerate(self.cards) if card.y() <= line]
        self.groups.button(begun[-1] if begun else 0).setChecked(True)


def _rule() -> QFrame:
    rule = QFrame()
    rule.setObjectName("rule")
    return rule
