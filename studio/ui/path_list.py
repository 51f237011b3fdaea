"""A list of folders: added by a dialog, taken out one by one."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from studio import theme
from studio.ui.widgets import Elided, button, label


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
