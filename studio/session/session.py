"""What the window knows of the engine, and the wire to it: one poll a frame, awaitable requests."""

from __future__ import annotations

import asyncio
import itertools
import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from studio.disk import Disk
from studio.protocol import (
    BodyFacts,
    Close,
    Command,
    Done,
    Dreaming,
    EngineFailure,
    Event,
    Failed,
    Progress,
    Slept,
    SoulFacts,
    Timeline,
    TimelineMoved,
    Token,
    Turn,
)
from studio.session.busy import Busy
from studio.session.chat import Talk
from studio.session.compare import Comparing
from studio.session.files import Files
from studio.session.forgetting import Forgetting
from studio.session.models import Models
from studio.session.nights import Nights
from studio.session.souls import Souls
from studio.session.surprise import Surprise
from studio.training import Trainer
from studio.translation import sentence
from studio.worker import Claim, Worker

FRAME_MS = 16
POLL_BUDGET_S = 0.006
"""The longest time one poll may take out of a frame; what is left waits for the next."""


UNNAMED = "main"
"""The name of a soul that nobody named."""


class Session(QObject):
    """All that the pages know of the engine. Runs in the window's thread; requests are awaited under qasync.

    One request is under way at a time: the pages lock what cannot be done meanwhile and say why (`why_locked`).

    Attributes:
        models, talk, souls, nights, compare, forgetting, files: the requests, by subject. They alone, and the poll,
            change this state.
        disk: the thread for what the disk may take long over.
        training: what is trained, in processes of its own; it and the disk's thread are closed with the session.
    """

    text_arrived = Signal(str, list)
    """The reply's new text, folded: at most once a frame; and its `Token` events."""
    dream_moved = Signal(object)
    """A `Dreaming` event."""
    job_moved = Signal(float)
    """How far a job has come that may be stopped, 0 to 1."""
    timeline_moved = Signal()
    """`timeline` is another."""
    changed = Signal()
    """`busy`, `body`, `soul` or `speed` is another."""

    def __init__(self, place: Claim, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.workspace = place.root
        self.busy = Busy.NOTHING
        self.body: BodyFacts | None = None
        self.soul: SoulFacts | None = None
        self.timeline: Timeline | None = None
        """The entries kept of the souls of the loaded model."""
        self.dream: Dreaming | None = None
        """The last word of the sleep under way."""
        self.last_sleep: Slept | None = None
        self.speed = 0.0
        """Tokens a second of the last reply or of the sleep under way; 0 where nothing was measured."""
        self.learns = True
        """Whether the soul keeps what is being said; it does not where the dial of the chat says so."""
        self.turns: tuple[Turn, ...] = ()
        """The exchanges that can be taken back now, oldest first."""
        self.surprise = Surprise(self)
        """What the soul that is awake found surprising lately."""
        self.models, self.talk, self.souls = Models(self), Talk(self), Souls(self)
        self.nights, self.compare, self.forgetting = Nights(self), Comparing(self), Forgetting(self)
        self.files = Files(self)
        self.disk = Disk()
        self.training = Trainer(place.root, self.disk, self)
        self._commands: queue.SimpleQueue[Command] = queue.SimpleQueue()
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._cancel = threading.Event()
        self._worker = Worker(place, self._commands, self._events)
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
        """What the soul is called in a sentence: its name, unless nobody gave it one of its own."""
        return self.tr("The soul") if self.soul is None or self.soul.name == UNNAMED else self.soul.name

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
        if self.busy is Busy.DREAMING:
            return self.tr("{name} is dreaming. Wake it up first.").format(name=self.soul_words)
        if self.busy is Busy.REPLYING:
            return self.tr("A reply is being written. Stop it first (Esc).")
        if self.busy is Busy.ASIDE:
            return self.tr("The model answers without the soul. Stop it first (Esc).")
        if self.busy is Busy.OPENING:
            return self.tr("A model is being loaded.")
        if self.busy is Busy.SOUL:
            return self.tr("The soul is being saved or loaded.")
        if self.busy is Busy.COMPARING:
            return self.tr("Two souls are being asked. Wait for them, or stop them.")
        if self.busy is Busy.FORGETTING:
            return self.tr("Something is being forgotten. Wait for it, or stop it.")
        if self.busy is Busy.CONVERTING:
            return self.tr("A model is being converted. Wait for it, or stop it.")
        if self.busy is Busy.CLOSING:
            return self.tr("The Studio is closing.")
        return ""

    def why_silent(self) -> str:
        """Why nothing can be said or slept on now: a lock, or no model; empty where it can."""
        return self.why_locked() or ("" if self.body else self.tr("No model is loaded. Open one in Model Lab."))

    # Requests

    async def ask(self, command: Callable[[int], Command]) -> Any:
        """Send a command, made with its number, and wait for its answer. Raises `EngineFailure`."""
        number = next(self._numbers)
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting[number] = future
        self._commands.put(command(number))
        return await future

    def fresh_cancel(self) -> threading.Event:
        """What the command that is about to be sent is stopped by."""
        self._cancel = threading.Event()
        return self._cancel

    @contextmanager
    def occupied(self, busy: Busy) -> Iterator[None]:
        """Be busy for the length of a request. Raises `EngineFailure` while another one is under way."""
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

    def begin_anew(self) -> None:
        """Another soul is awake: what was known of the one before is of no use."""
        self.surprise.clear()
        self.turns, self.last_sleep = (), None

    def stop(self) -> None:
        """End the reply under way within one token, or the sleep under way within one chunk."""
        self._cancel.set()

    wake = stop

    async def close(self, even_unsaved: bool = False) -> None:
        """Stop what is under way, save the soul, end the worker and let a training save.

        Raises `EngineFailure` where saving failed, and closes nothing then; with `even_unsaved` it closes all the same.
        """
        self._cancel.set()
        self.busy = Busy.CLOSING
        self.changed.emit()
        try:
            if self._worker.is_alive():
                await self.ask(lambda number: Close(number, even_unsaved))
        except EngineFailure:
            if not even_unsaved:
                self.busy = Busy.NOTHING
                self.changed.emit()
                raise
        self._worker.join()
        await self.training.close()
        await self.disk.close()
        self._timer.stop()

    def close_now(self, seconds: float = 10.0) -> None:
        """The end without an event loop, for the last resort: what can be saved in that time is."""
        self._cancel.set()
        self._commands.put(Close(0, even_unsaved=True))
        self._worker.join(seconds)
        self.training.close_now(seconds)
        self.disk.close_now()
        self._timer.stop()

    # The one place where events come in

    def poll_inference_events(self) -> None:
        """Hand over what was read, and within `POLL_BUDGET_S` what the worker has sent since the last frame."""
        self.disk.poll()
        self.training.poll()
        deadline = time.perf_counter() + POLL_BUDGET_S
        tokens: list[Token] = []
        while time.perf_counter() < deadline:
            try:
                event = self._events.get_nowait()
            except queue.Empty:
                break
            if isinstance(event, Token):
                tokens.append(event)
                continue
            self._tell(tokens)
            if isinstance(event, Dreaming):
                self.dream = event
                self.dream_moved.emit(event)
            elif isinstance(event, Progress):
                self.job_moved.emit(event.fraction)
            elif isinstance(event, TimelineMoved):
                self.timeline = event.timeline
                self.timeline_moved.emit()
            else:
                self._settle(event)
        self._tell(tokens)
        if self._waiting and not self._worker.is_alive() and self._events.empty():
            for number in list(self._waiting):
                self._settle(Failed(number, self.tr("The worker has ended unexpectedly. Start the Studio again."), ""))

    def _tell(self, tokens: list[Token]) -> None:
        if tokens:
            self.text_arrived.emit("".join(token.text for token in tokens), list(tokens))
            self.surprise.add([token.inner_loss for token in tokens])
            tokens.clear()

    def _settle(self, event: Event) -> None:
        future = self._waiting.pop(event.request, None)
        if future is None or future.done():
            return
        if isinstance(event, Done):
            future.set_result(event.result)
        elif isinstance(event, Failed):
            future.set_exception(EngineFailure(sentence(event.message), event.details))
