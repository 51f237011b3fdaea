"""Presets: how replies are chosen, the character, and how it learns and sleeps, in a file that can be given to others.

Where things lie on this machine, and how the window looks, is nobody else's business and is left out.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QWidget

from engine.errors import BitLlamaError, ConfigError, FileFormatError
from engine.io import atomic
from studio import theme
from studio.protocol import EngineFailure
from studio.settings.declarations import DECLARATIONS, GROUPS, Setting
from studio.settings.editors import words
from studio.settings.store import Settings
from studio.translation import sentence
from studio.widgets import dialogs, wording
from studio.widgets.controls import Card, button, prose

SUFFIX = ".preset"
FORMAT = 1
MOST_BYTES = 1_000_000
SHARED = tuple(setting for setting in DECLARATIONS if setting.group in (GROUPS[0], GROUPS[1], GROUPS[3]))
"""The settings of a preset."""


def write(path: Path, get: Callable[[str], Any]) -> None:
    """Write the preset in force. Raises what the atomic writer does."""
    values = {setting.key: get(setting.key) for setting in SHARED}
    text = json.dumps({"bit_llama_preset": FORMAT, "settings": values}, ensure_ascii=False, indent=2)
    atomic.write_text(path, text + "\n")


def read(path: Path) -> list[tuple[Setting, Any]]:
    """The settings of a preset file, each checked against its declaration.

    Raises `FileFormatError` for what is no preset, and `ConfigError` for a value that cannot be, naming file and key.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise FileFormatError("{path} is too large for a preset; choose a file that was exported here.", path=path)
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise FileFormatError(
            "{path} cannot be read as a preset ({error}); choose one that was exported.", path=path, error=error
        ) from error
    values = data.get("settings") if isinstance(data, dict) and data.get("bit_llama_preset") == FORMAT else None
    if not isinstance(values, dict):
        raise FileFormatError("{path} is no preset of this version; choose a file that was exported here.", path=path)
    try:
        return [(setting, setting.check(values[setting.key])) for setting in SHARED if setting.key in values]
    except ConfigError as error:
        raise ConfigError("{path}: {error} Nothing was changed.", path=path, error=error) from error


class PresetCard(Card):
    """Settings to give to others, and those of others."""

    chosen = Signal(object)
    """A preset of others is to be taken over: its path."""
    failed = Signal(object)
    """An `EngineFailure`."""
    told = Signal(str)
    """Something worth a line."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(self.tr("Presets"))
        self._settings = settings
        self.column.addWidget(
            prose(
                self.tr(
                    "A preset is how replies are chosen, the character, and the sleep, in one file. "
                    "Folders, language and look stay yours."
                )
            )
        )
        self.export_button = button(self.tr("Export…"), name=self.tr("Export a preset"))
        self.export_button.clicked.connect(self._export)
        self.import_button = button(self.tr("Import…"), name=self.tr("Import a preset"))
        self.import_button.clicked.connect(self._import)
        row = QHBoxLayout()
        row.setSpacing(theme.GAP_S)
        row.addWidget(self.export_button)
        row.addWidget(self.import_button)
        row.addStretch(1)
        self.column.addLayout(row)

    def _export(self) -> None:
        dialog = QFileDialog(self.window(), self.tr("Export a preset"), str(Path.home()))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter(self.tr("Presets (*.preset)"))
        dialog.setDefaultSuffix(SUFFIX.lstrip("."))
        dialog.selectFile(self.tr("My preset") + SUFFIX)
        dialog.fileSelected.connect(self._write)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _write(self, chosen: str) -> None:
        try:
            write(Path(chosen), self._settings.get)
        except BitLlamaError as error:
            self.failed.emit(EngineFailure(sentence(error.message)))
        else:
            self.told.emit(self.tr("Exported as {file}.").format(file=Path(chosen).name))

    def _import(self) -> None:
        dialog = QFileDialog(self.window(), self.tr("Import a preset"), str(Path.home()))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilter(self.tr("Presets (*.preset)"))
        dialog.fileSelected.connect(lambda chosen: self.chosen.emit(Path(chosen)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()


_SHOWN = 60
"""Characters of a text that are shown."""


def _tr(text: str) -> str:
    return QCoreApplication.translate("Upkeep", text)


def take_preset(parent: QWidget, settings: Settings, path: Path, tell: Callable[[str], object]) -> None:
    """Show what a preset would change, and change it once the person agrees; `tell` hears what came of it.

    Raises `EngineFailure` for a file that is no preset.
    """
    get = settings.get
    try:
        found = read(path)
    except BitLlamaError as error:
        raise EngineFailure(sentence(error.message)) from error
    changes = [(setting, value) for setting, value in found if value != get(setting.key)]
    if not changes:
        tell(_tr("{file} changes nothing: it is what you have.").format(file=path.name))
        return

    def take() -> None:
        for setting, value in changes:
            settings.set(setting.key, value)
        tell(_tr("The preset {file} is in force.").format(file=path.name))

    lines = [f"{words(setting.label)}: {_said(setting, get(setting.key))} → {_said(setting, value)}"
             for setting, value in changes]  # fmt: skip
    title = _tr("Take over the preset {file}?").format(file=path.stem)
    dialogs.ask(parent, title, "\n".join(lines), _tr("Take it over"), take)


def _said(setting: Setting, value: Any) -> str:
    """A value as the settings page shows it."""
    if setting.kind == "choice":
        return words(dict(setting.choices)[value])
    if setting.kind == "text":
        return f"“{wording.short(value, _SHOWN)}”" if value else _tr("none")
    if setting.low_text and value == setting.low:
        return words(setting.low_text)
    return wording.decimal(value) if setting.kind == "float" else wording.number(value)
