"""What can be done with the model and the soul, from whatever place of the window: one method for each verb."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from studio.crash import CrashReport
from studio.protocol import EngineFailure, LoadSoul, OpenModel, ResetSoul, SaveSoul, Sleep
from studio.session import Busy, Session
from studio.settings.store import Settings
from studio.translation import sentence
from studio.widgets import dialogs, wording

RECENT = 6
"""How many models are remembered."""


class Actions(QObject):
    """The verbs of the Studio. Each checks that it may be done and shows what went wrong."""

    report_wanted = Signal()
    """The person wants to see what the last night did."""
    told = Signal(str)
    """Something worth a line: a soul was saved."""

    def __init__(self, window: QWidget, session: Session, settings: Settings) -> None:
        super().__init__(window)
        self.session, self.settings = session, settings
        self._opening: Path | None = None
        self.window = window
        self._tasks = Tasks(self.fail)

    def start(self, work: Coroutine[Any, Any, Any]) -> None:
        """Run a coroutine; its failure is shown."""
        self._tasks.start(work)

    def fail(self, failure: EngineFailure) -> None:
        """Show what went wrong."""
        dialogs.show_failure(self.window, failure)

    def show_crash(self, report: CrashReport) -> None:
        """Say that the Studio ended unexpectedly, and what it left behind."""
        if not report.trace:
            self.told.emit(self.tr("Last time it was ended from outside. Everything that was said is there."))
            return
        sentence = self.tr(
            "The Studio ended unexpectedly last time. Everything that was said until then is there. What is known of "
            "it is below and in {path}; nothing was sent anywhere."
        )
        dialogs.show_failure(
            self.window,
            EngineFailure(sentence.format(path=report.path), report.text),
            self.tr("It ended unexpectedly"),
        )

    @property
    def opening(self) -> Path | None:
        """The model that is being loaded, None where none is."""
        return self._opening if self.session.busy is Busy.OPENING else None

    def open_model(self, path: Path) -> None:
        """Load a model and the soul that belongs to it."""
        if not self.refused(self.session.why_locked()):
            self.start(self.open_now(path))

    async def open_now(self, path: Path) -> None:
        """`open_model`, awaited."""
        self._opening = path
        try:
            get = self.settings.get
            opened = await self.session.call(
                OpenModel(path=path, device=get("device"), threads=get("threads") or None), busy=Busy.OPENING
            )
        finally:
            self._opening = None
        recent = [str(path), *(known for known in self.settings.get("recent_models") if known != str(path))]
        self.settings.set("recent_models", recent[:RECENT])
        self.settings.set("last_model", str(path))
        if opened.problems:
            self.fail(EngineFailure("\n".join(map(sentence, opened.problems))))

    def choose_model(self) -> None:
        """Ask for a model file and load it."""
        self.ask_for_file(
            self.tr("Open a model"),
            self.tr("Models (*.gguf *.bitt *.safetensors config.json)"),
            self._start_folder(),
            lambda path: self.open_model(path.parent if path.name == "config.json" else path),
        )

    def load_soul(self, path: Path) -> None:
        """Put a soul from a file into the loaded model."""
        if not self.refused(self.session.why_silent()):
            self.start(self._load_soul(path))

    async def _load_soul(self, path: Path) -> None:
        await self.session.call(LoadSoul(path=path))
        self.told.emit(self.tr("{file} is awake. The soul of before is kept.").format(file=path.name))

    def choose_soul(self) -> None:
        """Ask for a soul file and load it."""
        self.ask_for_file(self.tr("Load a soul"), self.tr("Souls (*.soul)"), Path.home(), self.load_soul)

    def choose_where_to_save(self) -> None:
        """Ask where a copy of the soul shall go and write it there."""
        dialog = QFileDialog(self.window, self.tr("Save a copy of the soul"), str(Path.home()))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter(self.tr("Souls (*.soul)"))
        dialog.setDefaultSuffix("soul")
        dialog.selectFile(f"{self.session.soul_name}.soul")
        dialog.fileSelected.connect(lambda chosen: self.save_soul(Path(chosen)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def save_soul(self, path: Path) -> None:
        """Write a copy of the soul to a file."""
        if not self.refused(self.session.why_silent()):
            self.start(self._save_soul(path))

    async def _save_soul(self, path: Path) -> None:
        await self.session.call(SaveSoul(path=path))
        self.told.emit(self.tr("Saved a copy as {file}.").format(file=path.name))

    def reset_soul(self) -> None:
        """Ask, then begin a fresh soul."""
        if self.refused(self.session.why_silent()):
            return
        name = self.session.soul_words
        lived = wording.number(self.session.soul.level) if self.session.soul else "0"
        dialogs.ask(
            self.window,
            self.tr("Begin a fresh soul?"),
            self.tr(
                "{name} has lived {n} tokens. A fresh soul has lived none and knows nothing of you. "
                "The soul of now is kept in the workspace."
            ).format(name=name, n=lived),
            self.tr("Begin afresh"),
            lambda: self.start(self._reset_soul()),
        )

    async def _reset_soul(self) -> None:
        await self.session.call(ResetSoul())
        self.told.emit(self.tr("A fresh soul is awake. The soul of before is kept."))

    def sleep(self) -> None:
        """Replay what waits."""
        if not self.refused(self.why_awake()):
            self.start(self._sleep())

    async def _sleep(self) -> None:
        get = self.settings.get
        await self.session.call(
            Sleep(
                rate=get("sleep_rate"),
                passes=get("sleep_passes"),
                method=get("sleep_way"),
                ask=get("sleep_decide") == "ask",
            ),
            busy=Busy.DREAMING,
        )

    def wake(self) -> None:
        """End the sleep under way."""
        if self.session.is_dreaming:
            self.session.stop()

    def sleep_or_wake(self) -> None:
        """The one or the other, for the key that does both."""
        if self.session.is_dreaming:
            self.wake()
        elif not self.refused(self.why_awake()):
            self.sleep()

    def why_awake(self) -> str:
        """Why sleep cannot begin now, as a sentence; empty where it can."""
        soul = self.session.soul
        if why := self.session.why_silent():
            return why
        if not self.session.can_learn:
            return self.tr("This model has no memory, so it does not sleep.")
        if soul is not None and soul.undecided is not None:
            return self.tr("A night waits for your decision in Model Lab.")
        return "" if soul is None or soul.waiting else self.tr("Nothing new waits for sleep.")

    def refused(self, why: str) -> bool:
        """Show why something cannot be done now; False where `why` is empty."""
        if why:
            self.fail(EngineFailure(why))
        return bool(why)

    def _start_folder(self) -> Path:
        recent = self.settings.get("recent_models")
        return Path(recent[0]).parent if recent else Path.home()

    def ask_for_file(self, title: str, kinds: str, folder: Path, then: Callable[[Path], object]) -> None:
        """Have a file chosen and hand it over."""
        dialog = QFileDialog(self.window, title, str(folder))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilter(kinds)
        dialog.fileSelected.connect(lambda chosen: then(Path(chosen)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()


class Tasks:
    """Runs coroutines on the window's loop and hands every `EngineFailure` to `show`."""

    def __init__(self, show: Callable[[EngineFailure], None]) -> None:
        self._show = show
        self._running: set[asyncio.Task[Any]] = set()  # asyncio itself holds tasks only weakly

    def start(self, work: Coroutine[Any, Any, Any]) -> None:
        """Run `work` to its end in the background."""
        task = asyncio.get_running_loop().create_task(work)
        self._running.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if task.cancelled():
            return
        error = task.exception()
        if isinstance(error, EngineFailure):
            self._show(error)
        elif error is not None:
            sys.excepthook(type(error), error, error.__traceback__)
