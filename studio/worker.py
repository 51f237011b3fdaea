"""The one thread that owns the engine. Commands come in, events go out; no widget and no Qt object is ever touched.

The engine is imported inside the thread, so that the window need not wait for it.
"""

from __future__ import annotations

import queue
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.messages import (
    BodyFacts,
    Close,
    Command,
    Done,
    Dreaming,
    EngineFailure,
    Event,
    Failed,
    Line,
    LoadSoul,
    Open,
    Opened,
    ResetSoul,
    Said,
    SaveSoul,
    Say,
    Sleep,
    Slept,
    SoulFacts,
    Switch,
    Switched,
    TakeIn,
    TakenIn,
    Token,
)
from studio.turns import Turns

if TYPE_CHECKING:
    from engine.memory.log import Entry
    from engine.memory.mind import Mind, SleepProgress
    from engine.memory.workspace import Workspace, WorkspaceLock

_DREAM_INTERVAL_S = 0.05
"""A sleep tells of itself at most so often; the last word always comes."""


@dataclass(frozen=True)
class Claim:
    """A workspace that is locked for this program."""

    root: Path
    workspace: Workspace
    lock: WorkspaceLock


def claim(path: Path | None, portable: bool = False) -> Claim:
    """Open and lock a workspace (the person's own where `path` is None); quick, loads no engine.

    Raises `EngineFailure` for one that is in use or cannot be used.
    """
    from engine.errors import BitLlamaError
    from engine.memory.workspace import Workspace

    try:
        workspace = Workspace.open(path, portable)
        return Claim(workspace.root, workspace, workspace.lock())
    except BitLlamaError as error:
        raise EngineFailure(str(error)) from error


def where(path: Path | None, portable: bool = False) -> Path:
    """The workspace that `claim` would take."""
    from engine.memory.workspace import default_path

    return (path.expanduser() if path is not None else default_path(portable)).absolute()


class Worker(threading.Thread):
    """Carries out one command after another until `Close`."""

    def __init__(self, place: Claim, commands: queue.SimpleQueue[Command], events: queue.SimpleQueue[Event]) -> None:
        super().__init__(name="inference", daemon=True)
        self._place = place
        self._commands, self._events = commands, events
        self._mind: Mind | None = None
        self._turns: Turns
        self._newest = ""
        """The log entry that was written last."""
        self._handlers: dict[type[Command], Callable[[Any], object]] = {
            Open: self._open,
            Say: self._say,
            Sleep: self._sleep,
            SaveSoul: self._save_soul,
            LoadSoul: self._load_soul,
            ResetSoul: self._reset_soul,
            TakeIn: self._take_in,
            Switch: self._switch,
        }

    def run(self) -> None:
        """The thread's life."""
        while True:
            command = self._commands.get()
            work = self._close if isinstance(command, Close) else self._handlers[type(command)]
            try:
                answer: Event = Done(command.request, work(command))
            except Exception as error:  # whatever it is, the window hears of it and the thread lives on
                answer = _failed(command.request, error)
            ended = isinstance(command, Close) and (isinstance(answer, Done) or command.even_unsaved)
            if ended:
                self._place.lock.release()
            self._events.put(answer)
            if ended:
                return

    def _open(self, command: Open) -> Opened:
        from engine.llama import Llama
        from engine.memory.life import REPLACED
        from engine.memory.mind import Mind

        llama = Llama.load_auto(command.path)
        if self._mind is not None:
            self._mind.save()  # the next mind may live in the same body and read this soul
        self._mind = Mind(self._place.workspace, self._place.lock, llama)
        self._turns = Turns(self._mind)
        heard = self._mind.log.entries(soul=self._mind.store.key)
        self._newest = heard[-1].id if heard else ""
        entries = [entry for entry in heard if entry.text and entry.extra.get(REPLACED) is not True]
        problems = tuple(self._mind.log.problems)
        return Opened(self._body_facts(), self._soul_facts(), tuple(map(_line, entries)), problems)

    def _say(self, command: Say) -> Said:
        from engine.text.sampling import SamplingParams

        mind = self._awake()
        first = 0.0

        def on_text(text: str) -> bool:
            nonlocal first
            first = first or time.perf_counter()
            self._events.put(Token(command.request, text, float(mind.llama.runtime.inner_losses.mean())))
            return not command.cancel.is_set()

        if (command.conversation, command.dial) != (mind.conversation, mind.dial):
            mind.new_conversation(command.conversation, command.dial)
        learns = command.dial == "learn"
        if learns:
            self._turns.begin(command.instead_of)
        else:  # a mark taken while the soul stands aside would be of a state that it never lives
            self._turns.clear()
        level = mind.level
        try:
            reply = mind.say(
                command.text,
                command.conversation,
                command.system,
                SamplingParams(command.temperature, command.top_k, command.top_p, seed=command.seed),
                command.max_tokens,
                on_text,
                command.cancel.is_set,
                command.dial,
            )
        except BaseException:
            self._new_lines()
            if learns:
                self._turns.give_up()
            raise
        lines = self._new_lines()
        if learns:
            self._turns.finish(lines)
        writing = time.perf_counter() - first if first else 0.0
        return Said(
            tuple(line for line in lines if line.text and line.role != "system"),
            self._soul_facts(),
            reply.tokens,
            mind.level - level,
            reply.seconds,
            (reply.tokens - 1) / writing if writing > 0 and reply.tokens > 1 else 0.0,
            reply.stopped,
            self._turns.turns(),
            reply.unsaved,
        )

    def _switch(self, command: Switch) -> Switched:
        lines = self._turns.switch(command.line, command.version)
        shown = tuple(line for line in lines if line.text and line.role != "system")
        return Switched(shown, self._soul_facts(), self._turns.turns())

    def _new_lines(self) -> tuple[Line, ...]:
        """What came into the log since this was asked last."""
        mind = self._awake()
        entries = mind.log.entries(after=self._newest or None, soul=mind.store.key)
        self._newest = entries[-1].id if entries else self._newest
        return tuple(map(_line, entries))

    def _sleep(self, command: Sleep) -> Slept:
        told = 0.0

        def on_progress(progress: SleepProgress) -> None:
            nonlocal told
            now = time.perf_counter()
            if now - told >= _DREAM_INTERVAL_S or progress.fraction >= 1.0:
                told = now
                self._events.put(
                    Dreaming(
                        command.request,
                        progress.fraction,
                        progress.line,
                        progress.tokens_per_second,
                        progress.seconds_left,
                    )
                )

        mind = self._awake()
        before = mind.waiting()
        self._turns.clear()
        report = mind.sleep(on_progress, command.cancel.is_set, rate=command.rate)
        left = {entry.id for entry in mind.waiting()}
        return Slept(
            self._soul_facts(),
            report.conversations,
            tuple(entry.text for entry in before if entry.id not in left),
            report.tokens,
            report.rate,
            report.rate_asked,
            report.seconds,
            report.woken,
            report.kept,
            f"{report.why} {report.note}".strip() if report.verdict == "rejected" else "",
            (report.before.right, len(report.before.answers)),
            (report.after.right, len(report.after.answers)),
            report.drift,
        )

    def _save_soul(self, command: SaveSoul) -> SoulFacts:
        self._awake().save_soul_as(command.path)
        return self._soul_facts()

    def _load_soul(self, command: LoadSoul) -> SoulFacts:
        self._awake().load_soul(command.path)
        self._turns.clear()
        return self._soul_facts()

    def _reset_soul(self, command: ResetSoul) -> SoulFacts:
        self._awake().reset()
        self._turns.clear()
        return self._soul_facts()

    def _take_in(self, command: TakeIn) -> TakenIn:
        mind = self._awake()
        entries = [mind.log.append(line.role, line.text, line.conversation, mind.store.key) for line in command.lines]
        self._new_lines()
        return TakenIn(tuple(map(_line, entries)), self._soul_facts())

    def _close(self, command: Command) -> None:
        if self._mind is not None:
            self._mind.save()

    def _awake(self) -> Mind:
        if self._mind is None:
            raise EngineFailure("No model is loaded. Open one in Model Lab first.")
        return self._mind

    def _body_facts(self) -> BodyFacts:
        llama = self._awake().llama
        body, config = llama.body, llama.body.config
        path = Path(body.path) if body.path else Path()
        weights = path / "model.safetensors" if path.is_dir() else path
        return BodyFacts(
            name=path.parent.name if path.name == "model.safetensors" else path.stem,
            path=path,
            parameters=config.num_parameters,
            layers=config.num_layers,
            hidden_dim=config.hidden_dim,
            vocab_size=config.vocab_size,
            variant=config.ttt_variant,
            packed=body.encoding == "packed",
            file_bytes=weights.stat().st_size,
            fingerprint=body.fingerprint,
            device=llama.runtime.device,
            runtime=llama.runtime.name,
            reason=llama.runtime.reason,
        )

    def _soul_facts(self) -> SoulFacts:
        mind = self._awake()
        slept = [event["created"] for event in mind.soul.meta.history if event.get("event") == "sleep"]
        saved = mind.store.active.stat() if mind.store.active.exists() else None
        waiting = mind.waiting()
        return SoulFacts(
            name=mind.soul_name,
            level=mind.level,
            layers=mind.llama.body.config.num_layers,
            file_bytes=saved.st_size if saved else 0,
            saved_at=saved.st_mtime if saved else 0.0,
            slept_at=_seconds(slept[-1]) if slept else 0.0,
            waiting=tuple(entry.text for entry in waiting),
            waiting_conversations=len({entry.conversation for entry in waiting}),
        )


def _failed(request: int, error: Exception) -> Failed:
    from engine.errors import BitLlamaError

    if isinstance(error, (BitLlamaError, EngineFailure)):
        return Failed(request, str(error), "")
    what = f"Something unexpected went wrong ({type(error).__name__}: {error}). Nothing that was saved is lost."
    return Failed(request, what, "".join(traceback.format_exception(error)))


def _line(entry: Entry) -> Line:
    return Line(entry.role, entry.text, entry.timestamp, entry.conversation, entry.id)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _seconds(timestamp: object) -> float:
    try:
        return datetime.fromisoformat(str(timestamp)).timestamp()
    except ValueError:
        return 0.0
