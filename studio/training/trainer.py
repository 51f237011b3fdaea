"""The one owner of training: what is checked, what trains, what was trained. Runs in the window's thread."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import time
from collections.abc import Iterator, Sequence
from enum import Enum
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from engine.errors import BitLlamaError
from engine.formats import atomic
from studio.messages import EngineFailure
from studio.training import run_folder
from studio.training.check import HELD_OUT, Draft, read_check
from studio.training.child import Child
from studio.training.run_folder import Run
from studio.training.sizes import SIZES
from studio.translation import sentence

POLL_S = 0.2
"""How often the curve of a run under way is read."""
PATIENCE_S = 60.0
"""How long closing waits for a run to finish its step and save; then its last checkpoint is what stays."""

_NEW = ".new"


class Doing(Enum):
    """One thing at a time."""

    NOTHING = "nothing"
    CHECKING = "checking"
    TRAINING = "training"
    STOPPING = "stopping"
    """The run finishes its step and saves."""
    EXPORTING = "exporting"
    """The model is written as a file that can be opened."""


class Trainer(QObject):
    """Checks texts, trains, goes on, exports, deletes; each in a process of its own. The worker is not concerned.

    Attributes:
        doing: what is under way.
        current: the run that trains or is exported.
        draft: what is being set up.
        runs: all trainings of the workspace, the newest first.
    """

    changed = Signal()
    """Any of the attributes is another."""
    moved = Signal()
    """The check or the curve of `current` has come further."""
    trained = Signal(object)
    """A run came to its end, and its model was written: `Run`."""

    def __init__(self, workspace: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.folder = workspace / "training"
        self.doing = Doing.NOTHING
        self.current: Run | None = None
        self.draft = Draft()
        self._child: Child | None = None
        self._closing = False
        self._idle = asyncio.Event()
        self._idle.set()
        self._next_poll = 0.0
        shutil.rmtree(self.folder / _NEW, ignore_errors=True)
        self.runs = run_folder.found(self.folder)

    # State

    @property
    def left_going(self) -> Run | None:
        """A run that the last end of the program stopped and that can go on; None where there is none."""
        return next((run for run in self.runs if run.going and run is not self.current), None)

    def why_busy(self) -> str:
        """Why nothing else can be begun, as a sentence for a tooltip; empty where it can."""
        name = self.current.name if self.current else ""
        return {
            Doing.NOTHING: "",
            Doing.CHECKING: self.tr("A text is being checked. Wait for it, or stop it."),
            Doing.TRAINING: self.tr("{name} is being trained. Stop it first; it can go on later.").format(name=name),
            Doing.STOPPING: self.tr("{name} finishes its step and saves.").format(name=name),
            Doing.EXPORTING: self.tr("{name} is written as a model file.").format(name=name),
        }[self.doing]

    def models(self) -> list[Path]:
        """The models that were trained here."""
        return [model for run in self.runs for model in run.models()]

    # The text

    def choose(self, source: Path | None, begin: str) -> None:
        """Set up another training: of this text, from this model. What was checked holds no more."""
        name = self.draft.name
        if source is not None and source != self.draft.source:
            name = run_folder.free_name(self.folder, source.stem)
        self.draft = Draft(source, begin, name)
        self.changed.emit()

    async def check(self) -> None:
        """Turn the chosen text into tokens, which finds all that is wrong with it; the draft says what came of it."""
        draft = self.draft
        if draft.source is None:
            return
        new = self.folder / _NEW
        # Of a file in a checkpoint folder, the folder has the tokenizer.
        begin = Path(draft.begin).parent if draft.begin.endswith(".safetensors") else Path(draft.begin)
        tokenizer = ["--tokenizer", os.fspath(begin)] if draft.begin else []
        with self._job(Doing.CHECKING):
            shutil.rmtree(new, ignore_errors=True)
            try:
                atomic.make_folder(new)
                source = os.fspath(draft.source)
                child = self._start(
                    ["prepare", source, "--out", "data", "--val-fraction", str(HELD_OUT), *tokenizer], new
                )
                child.said.connect(self._hear_check)
                if await child.end():
                    draft.checked = read_check(new / "data" / "meta.json")
            except EngineFailure as failure:
                draft.problem = str(failure)
            except BitLlamaError as error:
                draft.problem = sentence(error.told)
            if draft.checked is None:
                shutil.rmtree(new, ignore_errors=True)

    def _hear_check(self, line: str) -> None:
        with contextlib.suppress(ValueError, KeyError, TypeError):
            told = json.loads(line)
            self.draft.doing, self.draft.done = str(told["doing"]), float(told["done"])
            self.moved.emit()

    # A run

    async def start(self, name: str, size: str, steps: int) -> None:
        """Train on the text that was checked; returns when that has ended, however it did.

        Raises `EngineFailure` for a name that cannot be, and with what a run that failed says.
        """
        draft = self.draft
        if why := self.why_busy():
            raise EngineFailure(why)
        if draft.checked is None:
            raise EngineFailure(self.tr("Choose a text first; it is checked before anything is trained on it."))
        try:
            folder = self.folder / run_folder.check_name(name)
            if folder.exists():
                raise EngineFailure(self.tr("There is a training called {name}.").format(name=folder.name))
            new = self.folder / _NEW
            arguments = tuple(SIZES[size].arguments(steps, draft.begin))
            Run(new, str(draft.source), draft.begin, size, steps, arguments).write()
            new.rename(folder)
        except BitLlamaError as error:
            raise EngineFailure(sentence(error.told)) from error
        except OSError as error:
            raise EngineFailure(str(error)) from error
        self.draft = Draft(begin=draft.begin)
        run = run_folder.read(folder)
        assert run is not None
        await self.go_on(run, steps)

    async def go_on(self, run: Run, steps: int) -> None:
        """Train a run up to a step, from its last checkpoint where there is one; its model is exported at the end.

        Raises `EngineFailure` with what a run that failed says; what it had saved is kept.
        """
        with self._job(Doing.TRAINING, run):
            self.current = run = run.changed(going=True, problem="", steps=steps)
            self.changed.emit()
            try:
                await self._start(run.command(), run.folder).end()
                over = run.step >= run.steps
                self.current = run = run.changed(going=self._closing and not over)
                if over and not self._closing:
                    await self._export(run, "run/model")
                    self.trained.emit(run)
            except EngineFailure as failure:
                run.changed(going=False, problem=str(failure))
                raise

    async def export(self, run: Run) -> Path:
        """Write the model of the last checkpoint where that was not done yet; returns its path.

        Raises `EngineFailure` where that is not possible.
        """
        if not run.model.exists():
            with self._job(Doing.EXPORTING, run):
                await self._export(run, f"run/checkpoints/step-{run.step:07d}")
        return run.model

    async def _export(self, run: Run, source: str) -> None:
        self.doing = Doing.EXPORTING
        self.changed.emit()
        if not await self._start(["export", source, run.model.name], run.folder).end():
            raise EngineFailure(self.tr("Stopped. Nothing was written."))

    def stop(self) -> None:
        """End what is under way: a run finishes its step and saves, a check ends at once."""
        if self._child is None:
            return
        if self.doing is Doing.CHECKING:
            self._child.kill()
        elif self.doing is Doing.TRAINING:
            self._child.stop()
            self.doing = Doing.STOPPING
            self.changed.emit()

    def let_be(self, run: Run) -> None:
        """A run that was going shall wait until it is asked for."""
        run.changed(going=False)
        self._list()

    def delete(self, run: Run) -> None:
        """Delete a run that is not under way, with its models. Raises `WorkspaceError` for what cannot be deleted."""
        try:
            run.delete()
        finally:
            self._list()

    def poll(self) -> None:
        """Read what the run under way has written since; called once a frame, and reads a few times a second."""
        now = time.monotonic()
        if self.current is not None and now >= self._next_poll:
            self._next_poll = now + POLL_S
            if self.current.curve.read():
                self.moved.emit()

    # The end

    async def close(self) -> None:
        """Stop what is under way; a run saves, and waits to go on. Returns when no process is left."""
        self._closing = True
        if self._child is None:
            return
        self.stop()
        try:
            await asyncio.wait_for(self._idle.wait(), PATIENCE_S)
        except TimeoutError:
            self._child.kill()
            await self._idle.wait()

    def close_now(self, seconds: float) -> None:
        """The end without an event loop: a run that has not saved by then stays as it was saved before."""
        self._closing = True
        if self._child is not None:
            self._child.wait(seconds)

    def _start(self, arguments: Sequence[str], folder: Path) -> Child:
        if self._child is not None:
            self._child.deleteLater()
        self._child = Child(arguments, folder, self)
        return self._child

    @contextlib.contextmanager
    def _job(self, doing: Doing, run: Run | None = None) -> Iterator[None]:
        """Be at something with a run, alone. Raises `EngineFailure` while something else is under way."""
        if why := self.why_busy():
            raise EngineFailure(why)
        self.doing, self.current = doing, run
        self._idle.clear()
        self._list()
        try:
            yield
        finally:
            if self._child is not None:
                self._child.deleteLater()
            self.doing, self.current, self._child = Doing.NOTHING, None, None
            self._idle.set()
            self._list()

    def _list(self) -> None:
        self.runs = run_folder.found(self.folder)
        self.changed.emit()
