"""The settings, shown from their declarations; each takes effect as soon as it is changed, or says when."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QLabel, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from engine.text.folding import fold
from studio import theme
from studio.settings.declarations import DECLARATIONS, GROUPS
from studio.settings.editors import Editor, WheelGuard, editor_for, words
from studio.settings.help import show_about
from studio.settings.store import Settings
from studio.widgets.controls import Card, Prose, button, label

_WIDTH = 680


class SettingsPage(QWidget):
    """One card for each group, then those of `cards`; the column at the left leads to them and searches in them."""

    def __init__(self, settings: Settings, cards: Sequence[Card] = ()) -> None:
        super().__init__()
        self.setObjectName("page")
        self.settings = settings
        self.editors: dict[str, Editor] = {}
        self._rules: dict[Editor, QFrame] = {}
        self._guard = WheelGuard(self)
        self.cards = [*(self._group_card(group) for group in GROUPS), *cards]
        inner = QWidget()
        inner.setObjectName("inner")
        column = QVBoxLayout(inner)
        column.setContentsMargins(26, 22, 26, 22)
        column.setSpacing(18)
        for card in self.cards:
            card.title.setProperty("role", "heading")
            card.setMaximumWidth(_WIDTH)
            row = QHBoxLayout()
            row.addStretch(1)
            row.addWidget(card, 1000)
            row.addStretch(1)
            column.addLayout(row)
        self.nothing = label(self.tr("No setting has these words."), "muted")
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.nothing.hide()
        column.addWidget(self.nothing)
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

    def _group_card(self, group: str) -> Card:
        card = Card(words(group))
        for setting in (setting for setting in DECLARATIONS if setting.group == group):
            rule = QFrame()
            rule.setObjectName("rule")
            card.column.addWidget(rule)
            editor = self.editors[setting.key] = editor_for(setting, self.settings, self._guard)
            self._rules[editor] = rule
            card.column.addWidget(editor)
        self._rule_between(card)
        return card

    def _side(self) -> QFrame:
        side = QFrame()
        side.setObjectName("side")
        side.setFixedWidth(theme.SIDE_WIDTH)
        column = QVBoxLayout(side)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(theme.GAP_XS)
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Search settings"))
        self.search.setAccessibleName(self.tr("Search settings"))
        self.search.textChanged.connect(self._search)
        column.addWidget(self.search)
        column.addSpacing(theme.GAP_XS)
        self.groups = QButtonGroup(self)
        for number, card in enumerate(self.cards):
            choice = button(card.title.text(), "row")
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
        begun = [number for number, card in enumerate(self.cards) if not card.isHidden() and card.y() <= line]
        self.groups.button(begun[-1] if begun else 0).setChecked(True)

    def _search(self, text: str) -> None:
        """Show what has all of these words, in the language of the window or in English."""
        asked = fold(text).split()

        def has(written: str) -> bool:
            return all(word in fold(written) for word in asked)

        for number, card in enumerate(self.cards):
            whole = has(card.title.text())
            rows = [editor for editor in self._rules if card.isAncestorOf(editor)]
            for editor in rows:
                editor.setVisible(whole or has(editor.written))
            self._rule_between(card)
            shown = any(not editor.isHidden() for editor in rows) if rows else whole or has(_written(card))
            card.setVisible(shown)
            self.groups.button(number).setEnabled(shown)
        self.nothing.setVisible(all(card.isHidden() for card in self.cards))
        self.area.verticalScrollBar().setValue(0)

    def _rule_between(self, card: Card) -> None:
        """A line before every row that is shown, but the first."""
        first = True
        for editor, rule in self._rules.items():
            if card.isAncestorOf(editor):
                rule.setVisible(not editor.isHidden() and not first)
                first = first and editor.isHidden()


def _written(card: Card) -> str:
    return " ".join(part.plain if isinstance(part, Prose) else part.text() for part in card.findChildren(QLabel))
