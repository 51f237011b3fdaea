"""Sleep in the Model Lab: what waits, how it goes, and its settings in short."""

from __future__ import annotations

import time
from typing import Any

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QGridLayout,
    QHBoxLayout,
    QSpinBox,
    QWidget,
)

from studio import theme
from studio.actions import Actions
from studio.chat.dream import DreamView
from studio.settings.declarations import DECLARATIONS, Setting
from studio.settings.editors import WheelGuard, words
from studio.settings.store import Settings
from studio.widgets import wording
from studio.widgets.controls import Card, Facts, Picker, button, label, prose, set_locked
from studio.widgets.painted import dress


class SleepCard(Card):
    """Sleep in the Model Lab: what waits, how it goes, what the last one did."""

    def __init__(self, actions: Actions) -> None:
        super().__init__()
        self.title.setText(self.tr("Sleep"))
        self._actions = actions
        self.view = DreamView()
        self.facts = Facts()
        self.fields = SleepFields(actions.settings)
        self.sleep_button = button(self.tr("Sleep"), "primary")
        self.sleep_button.clicked.connect(actions.sleep)
        self.wake_button = button(self.tr("Wake up and keep"))
        self.wake_button.clicked.connect(actions.wake)
        row = QHBoxLayout()
        row.addWidget(self.sleep_button)
        row.addWidget(self.wake_button)
        row.addStretch(1)
        self.column.addWidget(self.view)
        self.column.addSpacing(theme.GAP_S)
        self.column.addLayout(row)
        self.column.addSpacing(theme.GAP_S)
        self.column.addWidget(self.facts)
        self.column.addWidget(self.fields)
        self.note = prose()
        self.note.set_plain(
            self.tr(
                "Sleep replays what you said, so that it is learned more firmly. Waking early keeps what the finished "
                "conversations taught. The soul of before is kept."
            )
        )
        self.column.addWidget(self.note)
        self.column.addStretch(1)
        actions.session.dream_moved.connect(self.view.show_dream)
        actions.session.changed.connect(self.refresh)
        self.refresh()
        self._dress()

    def refresh(self) -> None:
        """Show the session's state."""
        session, soul = self._actions.session, self._actions.session.soul
        if session.is_dreaming:
            self.view.show_dream(session.dream)
        elif soul is None:
            self.view.show_rest(self.tr("Nobody here"), self.tr("no model is loaded"))
        else:
            slept = wording.ago(time.time() - soul.slept_at) if soul.slept_at else ""
            last = self.tr("last slept {ago}").format(ago=slept) if slept else self.tr("has not slept yet")
            self.view.show_rest(self.tr("Awake"), last)
        self.facts.set(self.tr("Waiting"), self._waiting())
        chat = self.tr("open") if soul is not None else self.tr("waits for a model")
        self.facts.set(self.tr("Chat"), self.tr("locked while dreaming") if session.is_dreaming else chat)
        self.sleep_button.setVisible(not session.is_dreaming)
        self.wake_button.setVisible(session.is_dreaming)
        self.fields.set_locked(session.why_locked() if session.is_dreaming else "")
        set_locked(self.sleep_button, self._actions.why_awake(), self.tr("Replay what was said and keep it"))

    def _waiting(self) -> str:
        soul = self._actions.session.soul
        if soul is None or not soul.waiting:
            return self.tr("nothing")
        return f"{wording.conversations(soul.waiting_conversations)}, {wording.messages(len(soul.waiting))}"

    def _dress(self) -> None:
        dress(self.sleep_button, "moon", "on_fill")
        dress(self.wake_button, "sun")

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "wake_button"):
            self._dress()


_DECLARED = {setting.key: setting for setting in DECLARATIONS}
KEYS = ("sleep_way", "sleep_passes", "sleep_rate", "sleep_decide")


class SleepFields(QWidget):
    """One row for each."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._settings = settings
        self._guard = WheelGuard(self)
        self.fields: dict[str, QComboBox | QSpinBox | QDoubleSpinBox] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(theme.GAP_L)
        grid.setVerticalSpacing(theme.GAP_XS)
        grid.setColumnStretch(1, 1)
        for row, key in enumerate(KEYS):
            setting = _DECLARED[key]
            field = self.fields[key] = self._field(setting)
            field.setAccessibleName(words(setting.label))
            field.setToolTip(words(setting.help))
            field.installEventFilter(self._guard)
            name = label(words(setting.label), "muted")
            name.setToolTip(words(setting.help))
            grid.addWidget(name, row, 0)
            grid.addWidget(field, row, 1)
            self._load(key)
        settings.changed.connect(self._load)

    def set_locked(self, reason: str) -> None:
        """Disable them where `reason` is not empty."""
        for key, field in self.fields.items():
            field.setEnabled(not reason)
            field.setToolTip(reason or words(_DECLARED[key].help))

    def _field(self, setting: Setting) -> QComboBox | QSpinBox | QDoubleSpinBox:
        if setting.kind == "choice":
            box = Picker()
            box.view().setAccessibleName(words(setting.label))
            for value, text in setting.choices:
                box.addItem(words(text), value)
            box.currentIndexChanged.connect(lambda _, key=setting.key: self._settings.set(key, box.currentData()))
            return box
        field: QSpinBox | QDoubleSpinBox
        if setting.kind == "int":
            field = QSpinBox()
            field.setRange(int(setting.low), int(setting.high))
        else:
            field = QDoubleSpinBox()
            field.setDecimals(1)
            field.setRange(setting.low, setting.high)
            field.setSingleStep(setting.step)
            field.setPrefix("× ")
        field.setSpecialValueText(words(setting.low_text))
        field.setAlignment(Qt.AlignmentFlag.AlignCenter)
        field.setKeyboardTracking(False)
        field.valueChanged.connect(lambda value, key=setting.key: self._settings.set(key, value))
        return field

    def _load(self, key: str) -> None:
        field = self.fields.get(key)
        if field is None:
            return
        value: Any = self._settings.get(key)
        field.blockSignals(True)
        if isinstance(field, QComboBox):
            field.setCurrentIndex(field.findData(value))
        else:
            field.setValue(value)
        field.blockSignals(False)
