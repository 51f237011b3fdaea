"""What stands on the settings page beside the settings: presets, keys, and what is kept of the person."""

from __future__ import annotations

from pathlib import Path

import shiboken6
from PySide6.QtCore import QCoreApplication, QUrl
from PySide6.QtGui import QDesktopServices, QShowEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit

from engine.errors import BitLlamaError
from studio import theme
from studio.actions import Actions
from studio.protocol import EngineFailure
from studio.settings import presets, privacy
from studio.settings.keys import key_grid
from studio.translation import sentence
from studio.widgets import dialogs, wording
from studio.widgets.controls import Card, Facts, button, label, prose, set_locked


class PresetCard(Card):
    """Settings to give to others, and those of others."""

    def __init__(self, actions: Actions) -> None:
        super().__init__(self.tr("Presets"))
        self._actions = actions
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
        dialog.setDefaultSuffix(presets.SUFFIX.lstrip("."))
        dialog.selectFile(self.tr("My preset") + presets.SUFFIX)
        dialog.fileSelected.connect(self._write)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _write(self, chosen: str) -> None:
        try:
            presets.write(Path(chosen), self._actions.settings.get)
        except BitLlamaError as error:
            self._actions.fail(EngineFailure(sentence(error.message)))
        else:
            self._actions.told.emit(self.tr("Exported as {file}.").format(file=Path(chosen).name))

    def _import(self) -> None:
        dialog = QFileDialog(self.window(), self.tr("Import a preset"), str(Path.home()))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilter(self.tr("Presets (*.preset)"))
        dialog.fileSelected.connect(lambda chosen: self._actions.take_preset(Path(chosen)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()


class KeysCard(Card):
    """The keys, where one looks for them."""

    def __init__(self) -> None:
        super().__init__(self.tr("Keys"))
        self.column.addLayout(key_grid())


class PrivacyCard(Card):
    """What is kept of the person and where, the way to it, and the way to delete all of it."""

    def __init__(self, actions: Actions) -> None:
        super().__init__(self.tr("Privacy"))
        self._actions = actions
        self.facts = Facts()
        self.column.addWidget(
            prose(
                self.tr("Everything is kept in this folder of yours and nowhere else. Nothing is ever sent anywhere.")
                + "\n"
                + str(actions.session.workspace)
            )
        )
        self.column.addWidget(self.facts)
        self.open_button = button(self.tr("Open the folder"))
        self.open_button.clicked.connect(self._open)
        self.delete_button = button(self.tr("Delete everything…"), "danger")
        self.delete_button.clicked.connect(lambda: ask_to_delete(actions))
        row = QHBoxLayout()
        row.setSpacing(theme.GAP_S)
        row.addWidget(self.open_button)
        row.addStretch(1)
        row.addWidget(self.delete_button)
        self.column.addSpacing(theme.GAP_S)
        self.column.addLayout(row)
        actions.session.changed.connect(self._lock)
        self._lock()
        for kind in privacy.KINDS:
            self.facts.set(QCoreApplication.translate("Privacy", kind.text), self.tr("being counted"))

    def refresh(self) -> None:
        """Count anew."""
        self._actions.start(self._count())

    async def _count(self) -> None:
        held = await self._actions.session.disk.do(privacy.all_held, self._actions.session.workspace)
        if not shiboken6.isValid(self):  # made anew meanwhile, in another language
            return
        for kind, (files, size) in held.items():
            name = QCoreApplication.translate("Privacy", kind.text)
            many = self.tr("1 file") if files == 1 else self.tr("{n} files").format(n=wording.number(files))
            self.facts.set(name, f"{many} · {wording.size(size)}" if files else self.tr("nothing"))

    def _lock(self) -> None:
        set_locked(self.delete_button, self._actions.session.why_locked())

    def _open(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._actions.session.workspace)))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()


def _tr(text: str) -> str:
    return QCoreApplication.translate("DeleteAll", text)


def ask_to_delete(actions: Actions) -> dialogs.Notice:
    """Ask for a typed word before everything is deleted."""
    word = _tr("DELETE")
    notice = dialogs.Notice(
        actions.window,
        _tr("Delete everything?"),
        _tr(
            "All conversations, all souls with all that they learned, settings and crash reports are deleted for good. "
            "There is no way back. The Studio closes then. Copies that you saved elsewhere stay."
        ),
    )
    field = QLineEdit()
    field.setAccessibleName(_tr("The word that confirms"))
    notice.body.insertWidget(2, label(_tr("Type {word} to confirm.").format(word=word)))
    notice.body.insertWidget(3, field)
    notice.offer(_tr("Cancel"))
    last = notice.offer(_tr("Delete everything"), "danger", actions.everything_unwanted.emit)
    why = _tr("Type the word first.")
    set_locked(last, why)
    field.textChanged.connect(lambda text: set_locked(last, "" if text.strip() == word else why))
    notice.open()
    field.setFocus()
    return notice
