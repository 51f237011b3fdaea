"""A body, its soul and its log together: what the terminal chat and the Studio talk to."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

from engine.errors import BitLlamaError, FileFormatError
from engine.formats.soul import Soul, load_soul
from engine.llama import Callback, Llama, Stopped
from engine.memory.living import LivingSoul
from engine.memory.log import ConversationLog, Entry
from engine.memory.nights import Decide, Nights
from engine.memory.sleep import OnProgress, SleepProgress, SleepReport, SleepSettings, chosen, to_replay
from engine.memory.souls import DEFAULT_NAME, Event, SoulStore
from engine.memory.workspace import Workspace, WorkspaceLock
from engine.resources import resource_path
from engine.runtime.base import Cancel
from engine.text.sampling import SamplingParams
from engine.text.template import Message

__all__ = ["Mind", "Reply", "SleepProgress", "SleepReport", "bundled_model", "new_conversation_id"]


@dataclass(frozen=True)
class Reply:
    """What the model answered."""

    text: str
    """The whole answer, also when it was stopped."""
    conversation: str
    """The conversation that it belongs to."""
    tokens: int
    """Tokens generated."""
    prompt_tokens: int
    """Tokens read before the answer: the message in its template, and the system prompt when it was due."""
    seconds: float
    """Time from the first token read to the last one written."""
    stopped: Stopped
    """Why it ended: the model said so, `max_tokens`, a stop sequence, or the listener wanted no more."""
    level: int
    """Tokens lived by the soul, this exchange included."""
    unsaved: str = ""
    """Why the soul could not be written afterwards; "" when it was. The exchange was lived and is in the log."""


def bundled_model() -> Path:
    """The body that comes with the program. Raises `FileFormatError` where it is missing."""
    path = resource_path("models/companion.bitt")
    if not path.exists():
        raise FileFormatError(f"The bundled model {path} is missing; name a model, or install the program again.")
    return path


def new_conversation_id() -> str:
    """A fresh name for a conversation."""
    return secrets.token_hex(8)


class Mind:
    """One soul awake in one body, in a workspace that is locked for it. Use it from one thread at a time.

    Every message is on disk before it is answered; the soul is on disk after every answer.

    Attributes:
        workspace: where it lives.
        llama: the body and the live state.
        soul: the live soul and its file.
        log: what was said to every soul of the workspace.
        conversation: the conversation that is going on.
    """

    def __init__(self, workspace: Workspace, lock: WorkspaceLock, llama: Llama, soul: str = DEFAULT_NAME) -> None:
        self.workspace, self.llama = workspace, llama
        store = SoulStore(workspace, llama.body.config, llama.body.fingerprint, soul)
        self.soul = LivingSoul(llama, store)
        self.nights = Nights(self.soul)
        self.log = ConversationLog(workspace.memories)
        self.conversation = new_conversation_id()
        self._lock = lock
        self._system = ""  # the system prompt that the state has read
        self.soul.wake()

    @classmethod
    def open(
        cls,
        workspace: Workspace | str | PathLike[str] | None = None,
        model_path: str | PathLike[str] | None = None,
        device: str = "auto",
        threads: int | None = None,
        soul: str = DEFAULT_NAME,
    ) -> Mind:
        """Lock a workspace, load a body (the bundled one where none is named), and wake its soul where it has one.

        Raises `WorkspaceError` for a workspace that is in use or unusable, and what `Llama.load_auto` and
        `SoulStore.load_active` raise; the workspace is free again then.
        """
        place = workspace if isinstance(workspace, Workspace) else Workspace.open(_path(workspace))
        lock = place.lock()
        try:
            llama = Llama.load_auto(_path(model_path) or bundled_model(), device, threads)
            return cls(place, lock, llama, soul)
        except BaseException:
            lock.release()
            raise

    @property
    def store(self) -> SoulStore:
        """Where the souls of this mind are kept."""
        return self.soul.store

    @property
    def level(self) -> int:
        """Tokens lived by the soul."""
        return self.llama.level

    def say(
        self,
        text: str,
        conversation: str | None = None,
        system: str = "",
        sampling: SamplingParams | None = None,
        max_tokens: int = 256,
        on_text: Callback | None = None,
        cancel: Cancel | None = None,
    ) -> Reply:
        """Tell it something and hear the answer.

        Args:
            text: the message; on disk before anything is made of it.
            conversation: which one it belongs to, None for the one that is going on; another one begins anew, with
                the same fast weights.
            system: the system prompt; read when a conversation begins or when it differs from the one read last.
            sampling: how tokens are chosen.
            max_tokens: the longest answer.
            on_text: gets the answer as it comes; returns False to stop it.
            cancel: asked before every chunk and every token. While the message is still being read, the state goes
                back to before it.

        What was answered is in the log and in the saved soul, also when it was stopped. Raises `WorkspaceError` when
        the message cannot be kept (nothing was lived then), `ConfigError` for settings that cannot work; after an
        exception while reading or answering, the state is the one of before the message.
        """
        if conversation is not None and conversation != self.conversation:
            self.new_conversation(conversation)
        messages = [Message("user", text)]
        system = system.strip()
        if system != self._system and system:
            messages.insert(0, Message("system", system))
        for message in messages:
            self.log.append(message.role, message.text, self.conversation, self.store.key)
        heard: list[str] = []

        def listen(piece: str) -> bool | None:
            heard.append(piece)
            return on_text(piece) if on_text is not None else None

        try:
            done = self.llama.stream_chat(messages, max_tokens, sampling, listen, cancel=cancel)
        except BaseException:
            self._log_reply("".join(heard))
            raise
        self._log_reply(done.text)
        if done.prompt_tokens:
            self._system = system
        unsaved = ""
        try:
            self.save()
        except BitLlamaError as error:  # the exchange stands: it must not look as if it could be said again
            unsaved = str(error)
        return Reply(
            done.text,
            self.conversation,
            done.tokens,
            done.prompt_tokens,
            done.seconds,
            done.stopped,
            self.level,
            unsaved,
        )

    def _log_reply(self, text: str) -> None:
        if text:
            self.log.append("assistant", text, self.conversation, self.store.key)

    def new_conversation(self, conversation: str | None = None) -> str:
        """Begin another conversation: what was learned stays, what is transient goes. Returns its id."""
        self.llama.new_conversation()
        self._system = ""
        self.conversation = conversation or new_conversation_id()
        return self.conversation

    def waiting(self) -> list[Entry]:
        """What the next sleep would replay: the user's messages that this soul heard and has not slept on."""
        return to_replay(self._since_sleep())

    def _since_sleep(self) -> list[Entry]:
        marks = [until for event in self.llama.soul_history if isinstance(until := event.get("until"), str) and until]
        return self.log.entries(after=marks[-1] if marks else None, soul=self.store.key)

    def sleep(
        self,
        on_progress: OnProgress | None = None,
        cancel: Cancel | None = None,
        *,
        decide: Decide = "auto",
        keep: bool = True,
        settings: SleepSettings | None = None,
        **changes: Any,
    ) -> SleepReport:
        """Sleep on what waits, on a copy; see `Nights.sleep` and `engine.memory.sleep.dream`.

        Args:
            on_progress, cancel: told and asked at every chunk and step.
            decide: ``auto`` takes the new soul over unless it drifted too far; ``ask`` keeps it for `accept_sleep`.
            keep: when woken, keep what whole conversations and whole rounds taught.
            settings: how; the defaults where None.
            changes: single fields of `SleepSettings`, such as ``rate=3``.

        Whatever goes wrong, the soul in memory and on disk is the one of before.
        """
        waiting = self._since_sleep()
        first = waiting[0].id if waiting else ""
        older = [entry for entry in self.log.entries(soul=self.store.key) if entry.id < first]
        report = self.nights.sleep(
            waiting, older, chosen(settings, **changes), decide=decide, keep=keep, cancel=cancel, progress=on_progress
        )
        if report.kept:
            self._system = ""  # the transient part of the state is new: the next message begins with the system prompt
        return report

    def accept_sleep(self) -> Soul:
        """Go on as the soul of the night that waits for a decision; see `Nights.accept`."""
        taken = self.nights.accept()
        self._system = ""
        return taken

    def reject_sleep(self) -> None:
        """Let the night go that waits for a decision; see `Nights.reject`."""
        self.nights.reject()

    def save(self) -> None:
        """Write the soul to disk as it lives; done by itself after every answer and on closing."""
        self.soul.save()

    def keep(self, note: str = "") -> Soul:
        """`save`, and keep this moment in the soul's history under an id; returns it as written."""
        return self.soul.commit("save", note)

    def save_soul_as(self, path: str | PathLike[str]) -> Soul:
        """Write a copy of the soul to a file of the user's."""
        return self.llama.save_soul(path, self.store.name)

    def load_soul(self, path: str | PathLike[str]) -> Soul:
        """Go on as the soul in a file; the former one is kept. Raises what `Llama.load_soul` does, changing nothing."""
        soul = load_soul(Path(path))
        facts = {} if self.store.knows(soul.meta.id) else {"until": self._newest_entry()}
        return self._become(soul, "import", f"from {Path(path).name}", facts)

    def restore(self, soul_id: str) -> Soul:
        """Go on as a soul that was kept (see `SoulStore.entries`); the former one is kept too."""
        soul = self.store.read(soul_id)
        return self._become(soul, "restore", f"back to {soul.meta.id}")

    def reset(self) -> None:
        """Begin a new soul, newborn; the former one is kept, and the log stays as it is."""
        self.soul.reset({"until": self._newest_entry()})
        self.new_conversation()

    def close(self) -> None:
        """Save the soul and give the workspace back; harmless when done twice."""
        if not self._lock.held:
            return
        try:
            self.save()
        finally:
            self._lock.release()

    def __enter__(self) -> Mind:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _newest_entry(self) -> str | None:
        """The mark of a soul that has nothing to sleep on: what was said so far was said to another one."""
        newest = self.log.entries(soul=self.store.key)[-1:]
        return newest[0].id if newest else None

    def _become(self, soul: Soul, event: Event, note: str, facts: dict[str, Any] | None = None) -> Soul:
        kept = self.soul.become(soul, event, note, facts)
        self.new_conversation()
        return kept


def _path(path: str | PathLike[str] | None) -> Path | None:
    return None if path is None else Path(path)
