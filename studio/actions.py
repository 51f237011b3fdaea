"""What can be done with models and souls, from whatever place of the window: one method for each verb."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from engine.errors import BitLlamaError
from engine.io import atomic
from studio.chat import transfer
from studio.chat.conversations import Conversations
from studio.crash import CrashReport
from studio.protocol import EngineFailure, LoadSoul, OpenModel, ResetSoul, SaveSoul, Sleep
from studio.session import Busy, Session
from studio.settings import presets, take_preset
from studio.settings.store import Settings
from studio.translation import sentence
from studio.widgets import dialogs, wording

if TYPE_CHECKING:
    from studio.lab.catalogue import ModelCatalogue

RECENT = 6
"""How many models are remembered."""


class Actions(QObject):
    """The verbs of the Studio. Each checks that it may be done and shows what went wrong."""

    opened = Signal(object)
    """A model was loaded: `ModelOpened`."""
    soul_replaced = Signal()
    """Another soul is awake: loaded or fresh."""
    report_wanted = Signal()
    """The person wants to see what the last night did."""
    everything_unwanted = Signal()
    """The person wants everything deleted, and has confirmed it."""
    corpus_chosen = Signal(object)
    """A text to train on was dropped: its path."""
    told = Signal(str)
    """Something worth a line: a soul was saved."""

    def __init__(self, window: QWidget, session: Session, settings: Settings) -> None:
        super().__init__(window)
        self.session, self.settings = session, settings
        self.opening: Path | None = None
        """The model that is being loaded."""
        self.chat: Conversations
        """The conversations; set by the window that owns both."""
        self.catalogue: ModelCatalogue
        """The models at hand; set likewise."""
        self.trains_here: Callable[[], bool] = lambda: False
        """Whether training is what is shown, so that a text is meant for it; set likewise."""
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

    def open_path(self, path: Path) -> None:
        """Open whatever a path is: a model or a soul, or a text for what is shown."""
        if self.is_corpus(path):
            self.corpus_chosen.emit(path)
        elif not kind_of(path):
            kinds = self.tr(
                "{path} is nothing that the Studio opens. It opens models (.bitt, .safetensors, a checkpoint folder), "
                "souls (.soul), chats (.md, .json, .jsonl), texts to learn (.txt) and presets (.preset)."
            )
            self.fail(EngineFailure(kinds.format(path=path)))
        elif kind_of(path) == "soul":
            self.load_soul(path)
        elif kind_of(path) in ("chats", "text"):
            self.take_in(path)
        elif kind_of(path) == "preset":
            self.take_preset(path)
        else:
            self.open_model(path)

    def is_corpus(self, path: Path) -> bool:
        """Whether a path, dropped now, is a text to train on: training is shown, and it is nothing that is loaded."""
        return self.trains_here() and is_corpus(path)

    def open_model(self, path: Path) -> None:
        """Load a model and the soul that belongs to it."""
        if not self._refused(self.session.why_locked()):
            self.start(self.open_now(path))

    async def open_now(self, path: Path) -> None:
        """`open_model`, awaited."""
        self.opening = path
        try:
            get = self.settings.get
            opened = await self.session.call(
                OpenModel(path=path, device=get("device"), threads=get("threads") or None), busy=Busy.OPENING
            )
        finally:
            self.opening = None
        recent = [str(path), *(known for known in self.settings.get("recent_models") if known != str(path))]
        self.settings.set("recent_models", recent[:RECENT])
        self.settings.set("last_model", str(path))
        self.opened.emit(opened)
        if opened.problems:
            self.fail(EngineFailure("\n".join(map(sentence, opened.problems))))

    def choose_model(self) -> None:
        """Ask for a model file and load it."""
        self._ask_for_file(
            self.tr("Open a model"), self.tr("Models (*.bitt *.safetensors)"), self._start_folder(), self.open_model
        )

    def load_soul(self, path: Path) -> None:
        """Put a soul from a file into the loaded model."""
        if not self._refused(self.session.why_silent()):
            self.start(self._load_soul(path))

    async def _load_soul(self, path: Path) -> None:
        await self.session.call(LoadSoul(path=path))
        self.soul_replaced.emit()
        self.told.emit(self.tr("{file} is awake. The soul of before is kept.").format(file=path.name))

    def choose_soul(self) -> None:
        """Ask for a soul file and load it."""
        self._ask_for_file(self.tr("Load a soul"), self.tr("Souls (*.soul)"), Path.home(), self.load_soul)

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
        if not self._refused(self.session.why_silent()):
            self.start(self._save_soul(path))

    async def _save_soul(self, path: Path) -> None:
        await self.session.call(SaveSoul(path=path))
        self.told.emit(self.tr("Saved a copy as {file}.").format(file=path.name))

    def reset_soul(self) -> None:
        """Ask, then begin a fresh soul."""
        if self._refused(self.session.why_silent()):
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
        self.soul_replaced.emit()
        self.told.emit(self.tr("A fresh soul is awake. The soul of before is kept."))

    def sleep(self) -> None:
        """Replay what waits."""
        if not self._refused(self.why_awake()):
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
        elif not self._refused(self.why_awake()):
            self.sleep()

    def export_chats(self, conversations: list[str]) -> None:
        """Ask for a file and write conversations to it, in the format that its name says."""
        chats = self.chat.exported(conversations)
        name = chats[0].title if len(chats) == 1 else self.tr("Conversations")
        dialog = QFileDialog(self.window, self.tr("Export"), str(Path.home()))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters(
            [self.tr("Markdown (*.md)"), self.tr("JSON (*.json)"), self.tr("JSON lines, one message a line (*.jsonl)")]
        )
        dialog.setDefaultSuffix("md")
        dialog.filterSelected.connect(lambda kind: dialog.setDefaultSuffix(kind.rpartition("*.")[2].rstrip(")")))
        dialog.selectFile("".join(c for c in name if c not in '\\/:*?"<>|').strip(" .")[:60] + ".md")
        dialog.fileSelected.connect(lambda chosen: self._export(chats, Path(chosen)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _export(self, chats: list[transfer.ExportedChat], path: Path) -> None:
        suffix = path.suffix.lower() if path.suffix.lower() in transfer.FORMATS else ".md"
        try:
            atomic.write_text(path, transfer.written(chats, suffix))
        except BitLlamaError as error:
            self.fail(EngineFailure(sentence(error.message)))
        else:
            self.told.emit(self.tr("Exported as {file}.").format(file=path.name))

    def import_chats(self) -> None:
        """Ask for a file of conversations and add them to the log."""
        self._ask_for_file(
            self.tr("Import chats"), self.tr("Conversations (*.md *.json *.jsonl)"), Path.home(), self.take_in
        )

    def take_in(self, path: Path) -> None:
        """Add the conversations of a file, or a text, once the person has agreed to what that means."""
        if self._refused(self.session.why_silent()):
            return
        text = kind_of(path) == "text"
        try:
            chats = [transfer.read_text(path)] if text else transfer.read(path)
        except BitLlamaError as error:
            self.fail(EngineFailure(sentence(error.message)))
            return
        title, words, verb = (
            self.tr("Import {conversations}?").format(conversations=wording.conversations(len(chats))),
            self.tr(
                "They join your own, and {name} learns what you said in them when it sleeps next. "
                "Until then it does not know them."
            ).format(name=self.session.soul_words),
            self.tr("Import"),
        )
        if text:
            title, verb = self.tr("Have {file} learned?").format(file=path.name), self.tr("Take it in")
            words = self.tr(
                "Its text becomes a chat of {messages}, as if you had said them, and {name} learns them when it "
                "sleeps next. Until then it does not know them."
            ).format(messages=wording.messages(len(chats[0].lines)), name=self.session.soul_words)
        dialogs.ask(self.window, title, words, verb, lambda: self.start(self._take_in(chats)))

    async def _take_in(self, chats: list[transfer.ExportedChat]) -> None:
        await self.chat.take_in(chats)
        self.told.emit(self.tr("Imported {conversations}.").format(conversations=wording.conversations(len(chats))))

    def take_preset(self, path: Path) -> None:
        """Take over the settings of a preset, once the person has seen which they are."""
        take_preset.take_preset(self, path)

    def why_awake(self) -> str:
        """Why sleep cannot begin now, as a sentence; empty where it can."""
        soul = self.session.soul
        if why := self.session.why_silent():
            return why
        if soul is not None and soul.undecided is not None:
            return self.tr("A night waits for your decision in Model Lab.")
        return "" if soul is None or soul.waiting else self.tr("Nothing new waits for sleep.")

    def _refused(self, why: str) -> bool:
        if why:
            self.fail(EngineFailure(why))
        return bool(why)

    def _start_folder(self) -> Path:
        recent = self.settings.get("recent_models")
        return Path(recent[0]).parent if recent else Path.home()

    def _ask_for_file(self, title: str, kinds: str, folder: Path, then: Any) -> None:
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


CORPORA = (".txt", ".jsonl")
"""What a model is trained on."""


def kind_of(path: Path) -> str:
    """``model``, ``soul``, ``chats``, ``text``, ``preset``, or empty for what the Studio cannot open."""
    suffix = path.suffix.lower()
    if suffix == ".soul":
        return "soul"
    if suffix in transfer.FORMATS:
        return "chats"
    if suffix in (".txt", presets.SUFFIX):
        return "text" if suffix == ".txt" else "preset"
    if suffix in (".bitt", ".safetensors") or (path.is_dir() and (path / "config.json").exists()):
        return "model"
    return ""


def is_corpus(path: Path) -> bool:
    """Whether a path can be trained on: a text, dialogues, or a folder that is no model."""
    return path.suffix.lower() in CORPORA or (path.is_dir() and kind_of(path) != "model")
