"""What the window knows of the engine: one way to call it, and one poll a frame for what it says."""

from __future__ import annotations

import asyncio
import itertools
import queue
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from enum import Enum
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from studio.disk import Disk
from studio.protocol import (
    AcceptNight,
    Answer,
    BlendSouls,
    Close,
    Command,
    Done,
    DreamProgress,
    EngineFailure,
    ExchangeVersions,
    Failed,
    ForgetMessages,
    JobProgress,
    KeepSoul,
    LinesImported,
    LoadSoul,
    MessagesForgotten,
    ModelOpened,
    ModelSummary,
    OpenModel,
    RejectNight,
    ReplyChunk,
    Request,
    ResetSoul,
    Response,
    RestoreEntry,
    Said,
    Say,
    Slept,
    SoulSummary,
    SoulTimeline,
    SoulWoken,
    TimelineChanged,
    UndoLastEvent,
    UnloadModel,
    VersionSwitched,
    WakeSoul,
)
from studio.session.fetching import Fetching
from studio.session.surprise import Surprise
from studio.training import Trainer
from studio.translation import sentence
from studio.worker import ClaimedWorkspace, Worker

FRAME_MS = 16
POLL_BUDGET_S = 0.006
"""The longest time one poll may take out of a frame; what is left waits for the next."""
UNNAMED = "main"
"""The name of a soul that nobody named."""

REPLACES_SOUL = (
    OpenModel, UnloadModel, LoadSoul, ResetSoul, RestoreEntry, UndoLastEvent, BlendSouls, WakeSoul, ForgetMessages,
)  # fmt: skip
"""After these another soul is awake: what was known of the one before is of no use."""


class Busy(Enum):
    """What the worker is doing for the window. One thing at a time."""

    NOTHING = "nothing"
    OPENING = "opening"
    REPLYING = "replying"
    WITHOUT_SOUL = "without soul"
    """The model answers without the soul."""
    DREAMING = "dreaming"
    SOUL = "soul"
    """Saving, loading or resetting a soul."""
    COMPARING = "comparing"
    """Two souls answer the same words."""
    FORGETTING = "forgetting"
    """A soul is made anew without something."""
    CONVERTING = "converting"
    """A model is written in another form."""
    CLOSING = "closing"


class Session(QObject):
    """All that the pages know of the engine. Runs in the window's thread; calls are awaited under qasync.

    One call is under way at a time: the pages lock what cannot be done meanwhile and say why (`why_locked`).

    Attributes:
        responses: what the worker says; read by the poll alone.
        disk: the thread for what the disk may take long over.
        training: what is trained, in processes of its own.
        fetching: the download of a model. It, the training and the disk's thread are closed with the session.
    """

    text_arrived = Signal(str, list)
    """The reply's new text, folded: at most once a frame; and its `ReplyChunk` events."""
    dream_moved = Signal(object)
    """A `DreamProgress` event."""
    job_moved = Signal(float)
    """How far a job has come that may be stopped, 0 to 1."""
    timeline_moved = Signal()
    """`timeline` is another."""
    soul_replaced = Signal(object)
    """Another soul is awake: what it has heard and said (`LogLine`s), None where that is as before."""
    changed = Signal()
    """`busy`, `model`, `soul` or `speed` is another."""

    def __init__(self, place: ClaimedWorkspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.workspace = place.root
        self.busy = Busy.NOTHING
        self.model: ModelSummary | None = None
        self.soul: SoulSummary | None = None
        self.timeline: SoulTimeline | None = None
        """The entries kept of the souls of the loaded model."""
        self.dream: DreamProgress | None = None
        """The last word of the sleep under way."""
        self.last_sleep: Slept | None = None
        self.speed = 0.0
        """Tokens a second of the last reply or of the sleep under way; 0 where nothing was measured."""
        self.learns = True
        """Whether the soul keeps what is being said; it does not where the dial of the chat says so."""
        self.turns: tuple[ExchangeVersions, ...] = ()
        """The exchanges that can be taken back now, oldest first."""
        self.surprise = Surprise(self)
        """What the soul that is awake found surprising lately."""
        self.disk = Disk()
        self.training = Trainer(place.root, self.disk, self)
        self.fetching = Fetching(self)
        self.responses: queue.SimpleQueue[Response] = queue.SimpleQueue()
        self._requests: queue.SimpleQueue[Request] = queue.SimpleQueue()
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._cancel = threading.Event()
        self._worker = Worker(place, self._requests, self.responses)
        self._worker.start()
        self._timer = QTimer(self)
        self._timer.setInterval(FRAME_MS)
        self._timer.timeout.connect(self.poll_inference_events)
        self._timer.start()

    # State

    @property
    def soul_name(self) -> str:
        """The name of the soul that is awake, for labels."""
        return self.soul.name if self.soul else self.tr("The soul")

    @property
    def soul_words(self) -> str:
        """What the soul is called where a sentence begins: its name, unless nobody gave it one of its own."""
        return self.tr("The soul") if self.soul is None or self.soul.name == UNNAMED else self.soul.name

    @property
    def soul_words_inside(self) -> str:
        """`soul_words` in the middle of a sentence."""
        return self.tr("the soul") if self.soul is None or self.soul.name == UNNAMED else self.soul.name

    @property
    def can_learn(self) -> bool:
        """Whether the loaded model learns at all; a transformer without a memory does not."""
        return self.model is not None and self.model.learns

    @property
    def is_dreaming(self) -> bool:
        """True from the moment sleep is asked for until the soul is awake again."""
        return self.busy is Busy.DREAMING

    @property
    def is_comparing(self) -> bool:
        """Whether two souls are being asked."""
        return self.busy is Busy.COMPARING

    def why_locked(self) -> str:
        """Why chat input and model operations are off, as a sentence for a tooltip; empty where they are on."""
        match self.busy:
            case Busy.DREAMING:
                return self.tr("{name} is dreaming. Wake it up first.").format(name=self.soul_words)
            case Busy.REPLYING:
                return self.tr("A reply is being written. Stop it first (Esc).")
            case Busy.WITHOUT_SOUL:
                return self.tr("The model answers without the soul. Stop it first (Esc).")
            case Busy.OPENING:
                return self.tr("A model is being loaded.")
            case Busy.SOUL:
                return self.tr("The soul is being saved or loaded.")
            case Busy.COMPARING:
                return self.tr("Two souls are being asked. Wait for them, or stop them.")
            case Busy.FORGETTING:
                return self.tr("Something is being forgotten. Wait for it, or stop it.")
            case Busy.CONVERTING:
                return self.tr("A model is being converted. Wait for it, or stop it.")
            case Busy.CLOSING:
                return self.tr("The Studio is closing.")
        return ""

    def why_silent(self) -> str:
        """Why nothing can be said or slept on now: a lock, or no model; empty where it can."""
        return self.why_locked() or ("" if self.model else self.tr("No model is loaded. Open one in Model Lab."))

    # Calls

    async def call(self, command: Command[Answer], busy: Busy | None = Busy.SOUL) -> Answer:
        """Have the worker carry out a command, and wait for its answer.

        Args:
            command: one of `studio.protocol`, which says what its answer is.
            busy: what the session is at meanwhile; None for what locks nothing and takes its turn between others.

        Raises:
            EngineFailure: it cannot be carried out, or another call is under way. Then nothing has changed.
        """
        if busy is None:
            return await self._send(command, threading.Event())
        if isinstance(command, Say) and self.busy is Busy.NOTHING:
            self.learns = command.dial == "learn" and self.can_learn  # before anybody looks at what the session is at
        with self.occupied(busy):
            self._cancel = threading.Event()
            answer = await self._send(command, self._cancel)
            self._take_over(command, answer)
        if isinstance(command, REPLACES_SOUL):
            self.soul_replaced.emit(() if isinstance(command, UnloadModel) else getattr(answer, "lines", None))
        return answer

    async def _send(self, command: Command[Answer], cancel: threading.Event) -> Answer:
        number = next(self._numbers)
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting[number] = future
        self._requests.put(Request(number, command, cancel))
        return await future

    def _take_over(self, command: Command[Any], answer: object) -> None:
        """The one place where an answer changes what the window knows."""
        if isinstance(command, REPLACES_SOUL):
            self.surprise.clear()
            self.turns, self.last_sleep = (), None
        match answer:
            case SoulSummary():
                self.soul = answer
            case Said() | VersionSwitched():
                self.soul, self.turns = answer.soul, answer.turns
            case Slept():
                self.soul, self.turns, self.last_sleep = answer.soul, (), answer
            case ModelOpened():
                self.model, self.soul, self.speed = answer.model, answer.soul, 0.0
            case SoulWoken() | MessagesForgotten() | LinesImported():
                self.soul = answer.soul
        match command:
            case Say() if isinstance(answer, Said):
                self.speed = answer.tokens_per_second
            case KeepSoul():
                self.turns = ()
            case AcceptNight():
                self.turns = ()
                self.last_sleep = self.last_sleep and replace(self.last_sleep, kept=True)
            case RejectNight():
                self.last_sleep = None
            case UnloadModel():
                self.model = self.soul = self.timeline = None
                self.speed = 0.0
                self.timeline_moved.emit()

    @contextmanager
    def occupied(self, busy: Busy) -> Iterator[None]:
        """Be busy for the length of a call. Raises `EngineFailure` while another one is under way."""
        if self.busy is not Busy.NOTHING:
            raise EngineFailure(self.why_locked())
        self.busy, self.dream = busy, None
        self.changed.emit()
        try:
            yield
        finally:
            if self.busy is busy:  # closing, which does not wait for others, stays
                self.busy = Busy.NOTHING
            self.changed.emit()

    def stop(self) -> None:
        """End what is under way: a reply within one token, a sleep within one chunk, after which its soul is kept."""
        self._cancel.set()

    async def close(self, even_unsaved: bool = False) -> None:
        """Stop what is under way, save the soul, end the worker and let a training save.

        Raises `EngineFailure` where saving failed, and closes nothing then; with `even_unsaved` it closes all the same.
        """
        self.stop()
        self.busy = Busy.CLOSING
        self.changed.emit()
        try:
            if self._worker.is_alive():
                await self.call(Close(even_unsaved=even_unsaved), busy=None)
        except EngineFailure:
            if not even_unsaved:
                self.busy = Busy.NOTHING
                self.changed.emit()
                raise
        self._worker.join()
        self.fetching.close()
        await self.training.close()
        await self.disk.close()
        self._timer.stop()

    def close_now(self, seconds: float = 10.0) -> None:
        """The end without an event loop, for the last resort: what can be saved in that time is."""
        self.stop()
        self._requests.put(Request(0, Close(even_unsaved=True)))
        self._worker.join(seconds)
        self.fetching.close()
        self.training.close_now(seconds)
        self.disk.close_now()
        self._timer.stop()

    # The one place where events come in

    def poll_inference_events(self) -> None:
        """Hand over what was read, and within `POLL_BUDGET_S` what the worker has sent since the last frame."""
        self.disk.poll()
        self.training.poll()
        deadline = time.perf_counter() + POLL_BUDGET_S
        chunks: list[ReplyChunk] = []
        while time.perf_counter() < deadline:
            try:
                response = self.responses.get_nowait()
            except queue.Empty:
                break
            if isinstance(response.event, ReplyChunk):
                chunks.append(response.event)
                continue
            self._tell(chunks)
            match response.event:
                case DreamProgress() as dream:
                    self.dream = dream
                    self.dream_moved.emit(dream)
                case JobProgress(fraction):
                    self.job_moved.emit(fraction)
                case TimelineChanged(timeline):
                    self.timeline = timeline
                    self.timeline_moved.emit()
                case Done() | Failed() as end:
                    self._settle(response.number, end)
        self._tell(chunks)
        if self._waiting and not self._worker.is_alive() and self.responses.empty():
            for number in list(self._waiting):
                self._settle(number, Failed(self.tr("The worker has ended unexpectedly. Start the Studio again."), ""))

    def _tell(self, chunks: list[ReplyChunk]) -> None:
        if chunks:
            self.text_arrived.emit("".join(chunk.text for chunk in chunks), list(chunks))
            if self.model is None or self.model.learns:
                self.surprise.add([chunk.inner_loss for chunk in chunks])
            chunks.clear()

    def _settle(self, number: int, end: Done | Failed) -> None:
        future = self._waiting.pop(number, None)
        if future is None or future.done():
            return
        if isinstance(end, Done):
            future.set_result(end.result)
        else:
            future.set_exception(EngineFailure(sentence(end.message), end.details))
