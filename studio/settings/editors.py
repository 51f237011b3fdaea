"""The control of one setting, made from its declaration: number, text, choice, switch or folders."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractButton,
    QDoubleSpinBox,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QSlider,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from studio import theme
from studio.settings.declarations import Setting
from studio.settings.store import Settings
from studio.widgets.controls import Elided, SegmentedControl, ToggleSwitch, button, label, prose
from studio.widgets.painted import dress

_FIELD_WIDTH = 96
_SLIDER_STEPS = 600
"""A number with more steps than this is typed, not dragged."""


def words(text: str) -> str:
    """A text of a declaration in the language of the person."""
    return QCoreApplication.translate("Settings", text) if text else ""


class WheelGuard(QObject):
    """Lets a page scroll past its controls: the wheel changes only the one that has the focus."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Wheel and isinstance(watched, QWidget) and not watched.hasFocus():
            event.ignore()
            return True
        return False


class Editor(QWidget):
    """One row of the settings page: label, control, reset arrow, help."""

    def __init__(self, setting: Setting, settings: Settings, guard: WheelGuard) -> None:
        super().__init__()
        self.setting, self._settings, self._guard = setting, settings, guard
        name = words(setting.label)
        self.reset = button("", "quiet", self.tr("Reset {name}").format(name=name))
        self.reset.clicked.connect(lambda: settings.reset(setting.key))
        self.reset.setFixedSize(26, 26)
        self.written = " ".join(
            [setting.label, setting.help, name, words(setting.help), setting.also, setting.key]
            + [words(text) for _, text in setting.choices]
        )
        """All that is written on it and what else it is called, for searching."""
        head = self._head = QHBoxLayout()
        head.setSpacing(theme.GAP_S)
        head.addWidget(label(name, "title"))
        head.addWidget(self.reset)
        head.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, theme.GAP_S, 0, theme.GAP_S)
        column.setSpacing(theme.GAP_XS)
        column.addLayout(head)
        column.addWidget(prose(words(setting.help)))
        column.addSpacing(2)
        self._build(column, name)
        settings.changed.connect(self._changed)
        self.load()
        self._dress()

    def _changed(self, key: str) -> None:
        if key == self.setting.key:
            self.load()

    def load(self) -> None:
        """Show the value in force."""
        value = self._settings.get(self.setting.key)
        self._show(value)
        default = self._settings.is_default(self.setting.key)
        self.reset.setEnabled(not default)
        self.reset.setToolTip(self.tr("This is the default.") if default else self.tr("Back to the default"))

    def take_focus(self) -> None:
        """Give the keyboard to the control."""
        found = [child for child in self.findChildren(QWidget) if child.focusPolicy() & Qt.FocusPolicy.TabFocus]
        chosen = [child for child in found if isinstance(child, QAbstractButton) and child.isChecked()]
        for child in (chosen or found)[:1]:
            child.setFocus()

    def _build(self, column: QVBoxLayout, name: str) -> None:
        raise NotImplementedError

    def _show(self, value: Any) -> None:
        raise NotImplementedError

    def _change(self, value: Any) -> None:
        self._settings.set(self.setting.key, value)

    def _dress(self) -> None:
        dress(self.reset, "reset", "text")

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "reset"):
            self._dress()


class NumberEditor(Editor):
    """A slider and a field that show the same number; the field alone where there are too many steps to drag."""

    def _build(self, column: QVBoxLayout, name: str) -> None:
        setting = self.setting
        self.field: QDoubleSpinBox | QSpinBox
        if setting.kind == "float":
            self.field = QDoubleSpinBox()
            self.field.setDecimals(2)
            self.field.setRange(setting.low, setting.high)
            self.field.setSingleStep(setting.step)
        else:
            self.field = QSpinBox()
            self.field.setRange(int(setting.low), int(setting.high))
            self.field.setSingleStep(int(setting.step))
        self.field.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.field.setKeyboardTracking(False)
        self.field.setSpecialValueText(words(setting.low_text))
        self.field.setAccessibleName(name)
        self.field.setAccessibleDescription(words(setting.help))
        self.field.installEventFilter(self._guard)
        self.field.valueChanged.connect(self._change)
        row = QHBoxLayout()
        row.setSpacing(theme.GAP_L)
        self.slider: QSlider | None = None
        if (setting.high - setting.low) / setting.step <= _SLIDER_STEPS:
            self.slider = QSlider(Qt.Orientation.Horizontal)
            self.slider.setRange(0, round((setting.high - setting.low) / setting.step))
            self.slider.setAccessibleName(name)
            self.slider.installEventFilter(self._guard)
            self.slider.valueChanged.connect(self._slid)
            row.addWidget(self.slider, 1)
            self.field.setFixedWidth(_FIELD_WIDTH)
        else:
            self.field.setFixedWidth(2 * _FIELD_WIDTH)
        row.addWidget(self.field)
        if self.slider is None:
            row.addStretch(1)
        column.addLayout(row)

    def _show(self, value: Any) -> None:
        for control, shown in ((self.field, value), (self.slider, self._notch(value))):
            if control is not None:
                control.blockSignals(True)
                control.setValue(shown)
                control.blockSignals(False)

    def _notch(self, value: float) -> int:
        return round((value - self.setting.low) / self.setting.step)

    def _slid(self, notch: int) -> None:
        value = min(self.setting.high, round(self.setting.low + notch * self.setting.step, 6))
        self._change(int(value) if self.setting.kind == "int" else value)


class ChoiceEditor(Editor):
    """A segment with one part for each choice."""

    def _build(self, column: QVBoxLayout, name: str) -> None:
        self.segment = SegmentedControl([words(text) for _, text in self.setting.choices], name)
        self.segment.chosen.connect(lambda number: self._change(self.setting.choices[number][0]))
        column.addWidget(self.segment, 0, Qt.AlignmentFlag.AlignLeft)

    def _show(self, value: Any) -> None:
        self.segment.blockSignals(True)
        self.segment.choose([name for name, _ in self.setting.choices].index(value))
        self.segment.blockSignals(False)


class SwitchEditor(Editor):
    """On or off."""

    def _build(self, column: QVBoxLayout, name: str) -> None:
        self.switch = ToggleSwitch(name)
        self.switch.toggled.connect(self._change)
        self._head.addWidget(self.switch)

    def _show(self, value: Any) -> None:
        self.switch.setChecked(value)


class PathsEditor(Editor):
    """Folders."""

    def _build(self, column: QVBoxLayout, name: str) -> None:
        self.list = PathList()
        self.list.changed.connect(self._change)
        column.addWidget(self.list)

    def _show(self, value: Any) -> None:
        self.list.show_paths(value)


class LineEditor(Editor):
    """One line of text."""

    def _build(self, column: QVBoxLayout, name: str) -> None:
        self.field = QLineEdit()
        self.field.setMaximumWidth(320)
        self.field.setMaxLength(60)
        self.field.setAccessibleName(name)
        self.field.textChanged.connect(self._change)
        column.addWidget(self.field)

    def _show(self, value: Any) -> None:
        if self.field.text() != value:
            self.field.setText(value)


class PageEditor(Editor):
    """Several lines of text."""

    def _build(self, column: QVBoxLayout, name: str) -> None:
        self.field = QPlainTextEdit()
        self.field.setProperty("kind", "field")
        self.field.setFrameShape(QFrame.Shape.NoFrame)
        self.field.setTabChangesFocus(True)
        self.field.setAcceptDrops(False)
        self.field.setFixedHeight(96)
        self.field.setAccessibleName(name)
        self.field.textChanged.connect(lambda: self._change(self.field.toPlainText()))
        column.addWidget(self.field)

    def _show(self, value: Any) -> None:
        if self.field.toPlainText() != value:
            self.field.setPlainText(value)


def editor_for(setting: Setting, settings: Settings, guard: WheelGuard) -> Editor:
    """The editor that a declaration asks for."""
    if setting.kind in ("float", "int"):
        return NumberEditor(setting, settings, guard)
    if setting.kind == "choice":
        return ChoiceEditor(setting, settings, guard)
    if setting.kind == "bool":
        return SwitchEditor(setting, settings, guard)
    if setting.kind == "paths":
        return PathsEditor(setting, settings, guard)
    return PageEditor(setting, settings, guard) if setting.long else LineEditor(setting, settings, guard)


class PathList(QWidget):
    """Shows folders; `changed` has the list that the person wants instead."""

    changed = Signal(list)

    def __init__(self) -> None:
        super().__init__()
        self._paths: list[str] = []
        self._rows = QVBoxLayout()
        self._rows.setSpacing(theme.GAP_XS)
        self.empty = label(self.tr("None yet."), "small")
        self.add = button(self.tr("Add a folder…"))
        self.add.clicked.connect(self._choose)
        foot = QHBoxLayout()
        foot.addWidget(self.add)
        foot.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP_S)
        column.addWidget(self.empty)
        column.addLayout(self._rows)
        column.addLayout(foot)

    def show_paths(self, paths: list[str]) -> None:
        """Show these folders."""
        self._paths = list(paths)
        self.empty.setVisible(not paths)
        while (item := self._rows.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for path in paths:
            row = QWidget()
            line = QHBoxLayout(row)
            line.setContentsMargins(0, 0, 0, 0)
            shown = Elided(path)
            shown.setToolTip(path)
            remove = button(self.tr("Remove"), "quiet", self.tr("Remove {folder}").format(folder=path))
            remove.clicked.connect(partial(self._remove, path))
            line.addWidget(shown, 1)
            line.addWidget(remove)
            self._rows.addWidget(row)

    def _remove(self, path: str) -> None:
        self.changed.emit([kept for kept in self._paths if kept != path])

    def _choose(self) -> None:
        dialog = QFileDialog(self.window(), self.tr("Add a folder of models"), str(Path.home()))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(lambda chosen: self.changed.emit(list(dict.fromkeys([*self._paths, chosen]))))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
