"""The settings of sleep in short, beside its button: the same ones as in Settings, changed here or there."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QGridLayout, QSpinBox, QWidget

from studio import theme
from studio.declarations import DECLARATIONS, Setting
from studio.settings import Settings
from studio.ui.editors import WheelGuard, words
from studio.ui.picker import Picker
from studio.ui.widgets import label

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
