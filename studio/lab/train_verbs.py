"""What can be done with trainings, from whatever place of the window: one method for each verb."""

from __future__ import annotations

import shlex
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QWidget

from studio.actions import Actions
from studio.protocol import EngineFailure
from studio.session import Busy
from studio.training import TrainingRun
from studio.widgets import dialogs, wording
from studio.widgets.dialogs import Notice


class TrainVerbs(QObject):
    """One method for each verb."""

    def __init__(self, window: QWidget, actions: Actions) -> None:
        super().__init__(window)
        self._widget, self._actions = window, actions
        self._trainer = actions.session.training

    def choose_file(self) -> None:
        """Ask for a text or a file of dialogues, and check it."""
        dialog = QFileDialog(self._widget.window(), self.tr("Train on a text"), str(self._start_folder()))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilter(self.tr("Texts and dialogues (*.txt *.jsonl)"))
        self._ask(dialog)

    def choose_folder(self) -> None:
        """Ask for a folder of texts, and check it."""
        dialog = QFileDialog(self._widget.window(), self.tr("Train on a folder of texts"), str(self._start_folder()))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        self._ask(dialog)

    def _ask(self, dialog: QFileDialog) -> None:
        dialog.fileSelected.connect(lambda chosen: self.take(Path(chosen)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _start_folder(self) -> Path:
        source = self._trainer.draft.source
        return source.parent if source is not None else Path.home()

    def take(self, source: Path) -> None:
        """Set up a training on this text, and check it."""
        self.set_up(source, self._trainer.draft.begin)

    def set_up(self, source: Path | None, begin: str) -> None:
        """Set up a training on this text from this model ("" for a new one), and check the text for it."""
        if why := self._trainer.why_busy():
            self._actions.fail(EngineFailure(why))
            return
        self._trainer.choose(source, begin)
        self._actions.start(self._trainer.check())

    def start(self, name: str) -> None:
        """Train on what was checked."""
        get = self._actions.settings.get
        self._actions.start(self._trainer.start(name, get("train_size"), get("train_steps")))

    def stop(self) -> None:
        """Let the run finish its step and save."""
        self._trainer.stop()

    def go_on(self, run: TrainingRun, steps: int) -> None:
        """Train a run further."""
        self._actions.start(self._trainer.go_on(run, steps))

    def open(self, run: TrainingRun) -> None:
        """Load the model of a run as far as it has come."""
        self._actions.start(self._open(run))

    async def _open(self, run: TrainingRun) -> None:
        model = await self._trainer.export(run)
        if self._actions.session.busy is not Busy.CLOSING:  # else it is there next time
            self._actions.open_model(model)

    def copy_command(self, run: TrainingRun) -> None:
        """Put the command line that goes on with a run into the clipboard."""
        lines = [f"cd {shlex.quote(str(run.folder))}", shlex.join(["bit-llama", *run.command()])]
        QGuiApplication.clipboard().setText("\n".join(lines))
        self._actions.told.emit(self.tr("Copied. The command goes on with it in a terminal."))

    def delete(self, run: TrainingRun) -> Notice:
        """Ask, then delete a run with its models."""
        return dialogs.ask(
            self._actions.window,
            self.tr("Delete {name}?").format(name=run.name),
            self.tr(
                "What was trained goes for good: {size} of checkpoints, tokens and models in {folder}. The text that "
                "it learned from stays where it is."
            ).format(size=wording.size(run.held), folder=run.folder),
            self.tr("Delete it"),
            lambda: self._actions.start(self._trainer.delete(run)),
        )

    async def offer_to_go_on(self) -> None:
        """Where the last end of the program stopped a run, ask whether it shall go on."""
        await self._trainer.known.wait()
        run = self._trainer.left_going
        if run is None:
            return
        text = self.tr(
            "It was saved at step {step} of {steps} when the Studio ended. You find it in Model Lab, Training."
        )
        notice = Notice(
            self._actions.window,
            self.tr("Go on training {name}?").format(name=run.name),
            text.format(step=wording.number(run.step), steps=wording.number(run.steps)),
        )
        notice.offer(self.tr("Not now"), then=lambda: self._actions.start(self._trainer.let_be(run)))
        notice.offer(self.tr("Go on"), "primary", lambda: self.go_on(run, run.steps))
        notice.open()
