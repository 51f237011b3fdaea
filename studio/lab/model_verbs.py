"""What can be done with a model that lies somewhere: convert it, look at all that is known of it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QPlainTextEdit, QProgressBar, QWidget

from studio.actions import Actions
from studio.protocol import ConvertModel, EngineFailure, ModelDetails, UnloadModel
from studio.session import Busy
from studio.widgets import wording
from studio.widgets.dialogs import Notice

_DETAILS_WIDTH, _DETAILS_HEIGHT = 640, 380


class Converting(Notice):
    """How far it has come; closing it stops it."""

    def __init__(self, parent: QWidget, actions: Actions, source: Path, target: Path, packed: bool) -> None:
        text = f"{source.name} → {target.name}"
        super().__init__(parent, self.tr("Converting"), text)
        self._actions, self._session = actions, actions.session
        self._over = False
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(self.tr("How far it has come"))
        self.body.insertWidget(2, self.bar)
        self.stop_button = self.offer(self.tr("Stop"))
        self._session.job_moved.connect(lambda share: self.bar.setValue(round(1000 * share)))
        actions.start(self._convert(source, target, packed))

    def reject(self) -> None:
        """Stop it; the dialog goes when that is done."""
        if self._over:
            super().reject()
        else:
            self._session.stop()

    async def _convert(self, source: Path, target: Path, packed: bool) -> None:
        try:
            done = await self._session.call(
                ConvertModel(source=source, target=target, packed=packed), busy=Busy.CONVERTING
            )
        finally:
            self._over = True
            self.reject()
        if done is None:
            self._actions.told.emit(self.tr("Stopped. Nothing was written."))
            return
        text = self.tr("{file} was written, {size}, read back, and is the same model.")
        self._actions.told.emit(text.format(file=done.path.name, size=wording.size(done.file_bytes)))


class ModelVerbs(QObject):
    """One method for each verb."""

    def __init__(self, window: QWidget, actions: Actions) -> None:
        super().__init__(window)
        self._widget, self._actions, self._session = window, actions, actions.session

    def unload(self) -> None:
        """Save the soul and let the model go."""
        self._actions.start(self._unload())

    async def _unload(self) -> None:
        await self._session.call(UnloadModel())
        self._actions.told.emit(self.tr("The model is let go. Its soul is saved."))

    def choose_target(self, source: Path) -> None:
        """Ask where, then write a .bitt: packed, or with float weights where its name filter says so."""
        packed = self.tr("Packed, 2 bits a weight (*.bitt)")
        dialog = QFileDialog(self._widget.window(), self.tr("Convert"), str(source.parent))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters([packed, self.tr("Float weights (*.bitt)")])
        dialog.setDefaultSuffix("bitt")
        name = source.parent.name if source.name == "model.safetensors" else source.stem
        dialog.selectFile(f"{name}-packed.bitt")
        dialog.fileSelected.connect(
            lambda chosen: self.convert(source, Path(chosen), dialog.selectedNameFilter() == packed)
        )
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def convert(self, source: Path, target: Path, packed: bool) -> None:
        """Write a model as a .bitt."""
        if why := self._session.why_locked():
            self._actions.fail(EngineFailure(why))
            return
        Converting(self._widget.window(), self._actions, source, target, packed).open()

    def show(self, card: ModelDetails) -> Notice:
        """Show all that is known of a model."""
        notice = Notice(self._widget.window(), card.path.name, str(card.path.parent), card.details)
        for details in notice.findChildren(QPlainTextEdit):  # aligned lines, as the command prints them
            details.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
            details.setMinimumWidth(_DETAILS_WIDTH)
            details.setFixedHeight(_DETAILS_HEIGHT)
        notice.offer(self.tr("Close"), "primary")
        notice.open()
        return notice
