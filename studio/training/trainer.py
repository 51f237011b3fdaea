"""The one owner of training: what is checked, what trains, what was trained. Runs in the window's thread."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import time
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import Future
from dataclasses import replace
from enum import Enum
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from engine.errors import BitLlamaError
from studio.disk import Disk
from studio.protocol import EngineFailure
from studio.training import runs
from studio.training.child import ChildProcess
from studio.training.runs import TrainingArchive, TrainingRun
from studio.training.setup import HELD_OUT, SIZES, TrainingDraft, read_check
from studio.translation import sentence

POLL_S = 0.2
"""How often the curve of a run under way is read."""
PATIENCE_S = 60.0
"""How long closing waits for a run to finish its step and save; then its last checkpoint is what stays."""


class Trainer(QObject):
    """Checks texts, trains, goes on and exports, each in a process of its own. The worker is not concerned, and what
    lies on the disk is read in the disk's thread.

    Attributes:
        state: what is under way.
        current: the run that trains or is exported, as it is now.
        draft: what is being set up.
        runs: all trainings of the workspace, the newest first, as they were before what is under way.
        known: set once `runs` was read for the first time.
    """

    changed = Signal()
    """Any of the attributes is another."""
    moved = Signal()
    """The check or the curve of `current` has come further."""
    listed = Signal()
    """`runs` was read anew."""
    trained = Signal(object)
    """A run came to its end, and its model was written: `TrainingRun`."""

    def __init__(self, workspace: Path, disk: Disk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.folder = workspace / "training"
        self._disk, self._archive = disk, TrainingArchive(self.folder)
        self.state = TrainingState.NOTHING
        self.current: TrainingRun | None = None
        self.draft = TrainingDraft()
        self._child: ChildProcess | None = None
        self._stop_wanted = self._closing = False
        self._idle = asyncio.Event()
        self._idle.set()
        self._next_poll = 0.0
        self._following = False
        self.runs: list[TrainingRun] = []
        self.known = asyncio.Event()
        disk.begin(self._know, self._archive.first_look)

    # State

    @property
    def left_going(self) -> TrainingRun | None:
        """A run that the last end of the program stopped and that can go on; None where there is none."""
        return next((run for run in self.runs if run.going and not self.is_under_way(run)), None)

    def is_under_way(self, run: TrainingRun) -> bool:
        """Whether this is the run that trains or is exported."""
        return self.current is not None and self.current.folder == run.folder

    def why_busy(self) -> str:
        """Why nothing else can be begun, as a sentence for a tooltip; empty where it can."""
        name = self.current.name if self.current else ""
        return {
            TrainingState.NOTHING: "",
            TrainingState.CHECKING: self.tr("A text is being checked. Wait for it, or stop it."),
            TrainingState.TRAINING: self.tr("{name} is being trained. Stop it first; it can go on later.").format(
                name=name
            ),
            TrainingState.STOPPING: self.tr("{name} finishes its step and saves.").format(name=name),
            TrainingState.EXPORTING: self.tr("{name} is written as a model file.").format(name=name),
        }[self.state]

    def models(self) -> list[Path]:
        """The models that were trained here."""
        return [model for run in self.runs for model in run.models]

    # The text

    def choose(self, source: Path | None, begin: str) -> None:
        """Set up another training: of this text, from this model. What was checked holds no more."""
        name = self.draft.name
        if source is not None and source != self.draft.source:
            name = runs.free_name(self.folder, source.stem)
        self.draft = TrainingDraft(source, begin, name)
        self.changed.emit()

    async def check(self) -> None:
        """Turn the chosen text into tokens, which finds all that is wrong with it; the draft says what came of it."""
        draft = self.draft
        if draft.source is None:
            return
        # Of a file in a checkpoint folder, the folder has the tokenizer.
        begin = Path(draft.begin).parent if draft.begin.endswith(".safetensors") else Path(draft.begin)
        tokenizer = ["--tokenizer", os.fspath(begin)] if draft.begin else []
        prepare = ["prepare", os.fspath(draft.source), "--out", "data", "--val-fraction", str(HELD_OUT), *tokenizer]
        async with self._job(TrainingState.CHECKING):
            try:
                await self._disk.do(self._archive.clear_new)
                if not self._stop_wanted:
                    child = self._start(prepare, self._archive.new)
                    child.said.connect(self._hear_check)
                    if await child.end():
                        draft.checked = await self._disk.do(read_check, self._archive.new / "data" / "meta.json")
            except EngineFailure as failure:
                draft.problem = str(failure)
            if draft.checked is None:
                await self._disk.do(self._archive.drop_new)

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
            folder = self.folder / runs.check_name(name)
        except BitLlamaError as error:
            raise EngineFailure(sentence(error.message)) from error
        arguments = tuple(SIZES[size].arguments(steps, draft.begin))
        new = TrainingRun(self._archive.new, str(draft.source), draft.begin, size, steps, arguments)
        run = await self._disk.do(runs.settle, new, folder)
        self.draft = TrainingDraft(begin=draft.begin)
        await self.go_on(run, steps)

    async def go_on(self, run: TrainingRun, steps: int) -> None:
        """Train a run up to a step, from its last checkpoint where there is one; its model is exported at the end.

        Raises `EngineFailure` with what a run that failed says; what it had saved is kept.
        """
        async with self._job(TrainingState.TRAINING, run):
            run = await self._put(going=True, problem="", steps=steps)
            if self._stop_wanted:
                await self._put(going=self._closing)
                return
            try:
                await self._start(run.command(), run.folder).end()
                run = await self._disk.do(self._archive.again, self._under_way)
                over = run.step >= run.steps
                run = await self._put(checkpoint=run.checkpoint, curve=run.curve, going=self._closing and not over)
                if over and not self._closing:
                    await self._export(run, "run/model")
                    self.trained.emit(run)
            except EngineFailure as failure:
                await self._put(going=False, problem=str(failure))
                raise

    async def export(self, run: TrainingRun) -> Path:
        """Write the model of the last checkpoint where that was not done yet; returns its path.

        Raises `EngineFailure` where that is not possible.
        """
        if not await self._disk.do(run.model.exists):
            async with self._job(TrainingState.EXPORTING, run):
                await self._export(run, f"run/checkpoints/step-{run.step:07d}")
        return run.model

    async def _export(self, run: TrainingRun, source: str) -> None:
        self.state = TrainingState.EXPORTING
        self.changed.emit()
        if not await self._start(["export", source, run.model.name], run.folder).end():
            raise EngineFailure(self.tr("Stopped. Nothing was written."))

    def stop(self) -> None:
        """End what is under way: a run finishes its step and saves, a check ends at once."""
        if self.state not in (TrainingState.CHECKING, TrainingState.TRAINING):
            return
        self._stop_wanted = True  # it may not have begun yet
        if self.state is TrainingState.CHECKING:
            if self._child is not None:
                self._child.kill()
            return
        if self._child is not None:
            self._child.stop()
        self.state = TrainingState.STOPPING
        self.changed.emit()

    async def let_be(self, run: TrainingRun) -> None:
        """A run that was going shall wait until it is asked for. Raises `EngineFailure` where that cannot be noted."""
        await self._disk.do(replace(run, going=False).write)
        await self._list()

    async def delete(self, run: TrainingRun) -> None:
        """Delete a run that is not under way, with its models; from the list it goes at once.

        Raises `EngineFailure` for what cannot be deleted.
        """
        aside = await self._disk.do(self._archive.put_aside, run)
        await self._list()
        await self._disk.do(self._archive.delete, aside)

    def poll(self) -> None:
        """Have read what the run under way has written since; called once a frame, and reads a few times a second."""
        now = time.monotonic()
        if self.current is not None and not self._following and now >= self._next_poll:
            self._next_poll, self._following = now + POLL_S, True
            self._disk.begin(self._follow, self._archive.again, self.current)

    def _follow(self, read: Future[TrainingRun]) -> None:
        self._following = False
        seen, current = read.result(), self.current
        if current is None or not self.is_under_way(seen):
            return
        if seen.curve is not current.curve or seen.checkpoint != current.checkpoint:
            self.current = replace(current, curve=seen.curve, checkpoint=seen.checkpoint)
            self.moved.emit()

    # The end

    async def close(self) -> None:
        """Stop what is under way; a run saves, and waits to go on. Returns when no process is left."""
        self._closing = True
        self.stop()
        try:
            await asyncio.wait_for(self._idle.wait(), PATIENCE_S)
        except TimeoutError:
            if self._child is not None:
                self._child.kill()
            await self._idle.wait()

    def close_now(self, seconds: float) -> None:
        """The end without an event loop: a run that has not saved by then stays as it was saved before."""
        self._closing = True
        if self._child is not None:
            self._child.wait(seconds)

    def _start(self, arguments: Sequence[str], folder: Path) -> ChildProcess:
        if self._child is not None:
            self._child.deleteLater()
        self._child = ChildProcess(arguments, folder, self)
        return self._child

    @property
    def _under_way(self) -> TrainingRun:
        assert self.current is not None, "asked only within a job that has a run"
        return self.current

    async def _put(self, **fields: Any) -> TrainingRun:
        """The run under way is another: said at once, then written."""
        self.current = run = replace(self._under_way, **fields)
        self.changed.emit()
        await self._disk.do(run.write)
        return run

    @contextlib.asynccontextmanager
    async def _job(self, state: TrainingState, run: TrainingRun | None = None) -> AsyncIterator[None]:
        """Be at something with a run, alone. Raises `EngineFailure` while something else is under way."""
        if why := self.why_busy() or (self.tr("The Studio is closing.") if self._closing else ""):
            raise EngineFailure(why)
        self.state, self.current, self._stop_wanted = state, run, False
        self._idle.clear()
        self.changed.emit()
        try:
            yield
        finally:
            await self._end_job()

    async def _end_job(self) -> None:
        runs = await self._disk.do(self._archive.all)
        if self._child is not None:
            self._child.deleteLater()
        self.state, self.current, self._child = TrainingState.NOTHING, None, None
        self._idle.set()
        self._show(runs)

    async def _list(self) -> None:
        self._show(await self._disk.do(self._archive.all))

    def _know(self, read: Future[list[TrainingRun]]) -> None:
        self._show(read.result())
        self.known.set()

    def _show(self, runs: list[TrainingRun]) -> None:
        self.runs = runs
        self.listed.emit()
        self.changed.emit()


class TrainingState(Enum):
    """One thing at a time."""

    NOTHING = "nothing"
    CHECKING = "checking"
    TRAINING = "training"
    STOPPING = "stopping"
    """The run finishes its step and saves."""
    EXPORTING = "exporting"
    """The model is written as a file that can be opened."""
