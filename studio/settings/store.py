"""The settings of a person: those of `studio.settings.declarations`, kept as JSON in the workspace."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from engine.errors import BitLlamaError, ConfigError, Message
from studio.json_file import JsonFile
from studio.settings.declarations import DECLARATIONS
from studio.translation import sentence

FILE_NAME = "settings.json"
WRITE_DELAY_MS = 400
"""A slider on its way writes the file once, not at every step."""


class Settings(QObject):
    """The values in force. Read with `get`, changed with `set`; `changed` names the key that changed."""

    changed = Signal(str)
    problem = Signal(str)
    """A sentence for the person: the file could not be written."""

    def __init__(self, workspace: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.path = workspace / FILE_NAME
        self.problems: list[str] = []
        """What could not be used of the file when it was read, one sentence each."""
        self._declared = {setting.key: setting for setting in DECLARATIONS}
        self._values = {setting.key: setting.default for setting in DECLARATIONS}
        self._unknown: dict[str, Any] = {}
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(WRITE_DELAY_MS)
        self._timer.timeout.connect(self.write)
        self._dirty = False
        self._file = JsonFile(self.path, Message("the defaults are in force"))
        self._read()

    def get(self, key: str) -> Any:
        """The value in force; a `KeyError` for a key that nobody declared."""
        return self._values[key]

    def set(self, key: str, value: Any) -> None:
        """Change a setting. Raises `ConfigError` for a value that cannot be."""
        value = self._declared[key].check(value)
        if value != self._values[key] or key in self._unknown:
            self._unknown.pop(key, None)
            self._values[key] = value
            self._dirty = True
            self._timer.start()
            self.changed.emit(key)

    def reset(self, key: str) -> None:
        """Back to the default."""
        self.set(key, self._declared[key].default)

    def is_default(self, key: str) -> bool:
        """Whether the value in force is the declared default."""
        return bool(self._values[key] == self._declared[key].default)

    def write(self) -> None:
        """Put what was changed on the disk now; a failure is told through `problem` and tried again later."""
        self._timer.stop()
        if not self._dirty:
            return
        changed = {key: value for key, value in self._values.items() if not self.is_default(key)}
        try:
            self._file.write(self._unknown | changed)
        except BitLlamaError as error:
            self.problem.emit(sentence(error.message))
            return
        self._dirty = False

    def discard(self) -> None:
        """What was changed and not written yet shall not be written."""
        self._timer.stop()
        self._dirty = False

    def _read(self) -> None:
        self.problems += [self._file.problem] if self._file.problem else []
        for key, value in self._file.data.items():
            if key not in self._declared:
                self._unknown[key] = value  # a newer version's; written back as it came
                continue
            try:
                self._values[key] = self._declared[key].check(value)
            except ConfigError as error:
                self._unknown[key] = value  # until the person chooses another
                self.problems.append(Message("{path}: {error} The default is in force.", path=self.path, error=error))
