"""A body, its soul and its log together: what the terminal chat and the Studio talk to."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import Any

from engine.errors import BitLlamaError, FileFormatError
from engine.formats import atomic
from engine.formats.soul import Soul, new_id
from engine.llama import Callback, Llama
from engine.memory import dial as dials
from engine.memory.dial import Dial
from engine.memory.forgetting import ForgetPlan, OnForget, carry_out, plan_forgetting
from engine.memory.household import Household
from engine.memory.life import REPLACED, heard_by, slept_until
from engine.memory.lives import Lives
from engine.memory.living import LivingSoul
from engine.memory.log import ConversationLog, Entry
from engine.memory.nights import Decide, Nights
from engine.memory.reply import Reply
from engine.memory.sleep import OnProgress, SleepProgress, SleepReport, SleepSettings, chosen, to_replay
from engine.memory.souls import SoulStore
from engine.memory.timeline import Timeline
from engine.memory.workspace import Workspace, WorkspaceLock
from engine.resources import resource_path
from engine.runtime.base import Cancel
from engine.text.sampling import SamplingParams
from engine.text.template import Message

__all__ = ["Mind", "Reply", "SleepProgress", "SleepReport", "bundled_model", "new_conversation_id"]


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
        household: the souls of this body.
        soul: the live soul and its file.
        nights: its sleeps.
        log: what was said to every soul of the workspace.
        conversation: the conversation that is going on.
        dial: what that conversation leaves behind.
    """

    def __init__(self, workspace: Workspace, lock: WorkspaceLock, llama: Llama, soul: str | None = None) -> None:
        self.workspace, self.llama = workspace, llama
        self.household = Household(workspace, llama.body.config, llama.body.fingerprint)
        self.log = ConversationLog(workspace.memories)
        self.soul = LivingSoul(llama, self.household.store(soul), self.log)
        self.nights = Nights(self.soul)
        self._lives = Lives(self.household, self.soul)
        self.conversation = new_conversation_id()
        self.dial: Dial = "learn"
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
        soul: str | None = None,
    ) -> Mind:
        """Lock a workspace, load a body (the bundled one where none is named), and wake a soul of it.

        That is the soul called `soul`, or the one that was used last; where there is none yet, a newborn.

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
        """Tokens lived by the soul; a conversation that it does not learn from does not count."""
        return self.soul.meta.level

    @property
    def soul_name(self) -> str:
        """What the soul is called."""
        return self.household.name_of(self.store.name)

    @property
    def timeline(self) -> Timeline:
        """The kept moments of this soul."""
        return Timeline(self.store)

    def say(
        self,
        text: str,
        conversation: str | None = None,
        system: str = "",
        sampling: SamplingParams | None = None,
        max_tokens: int = 256,
        on_text: Callback | None = None,
        cancel: Cancel | None = None,
        dial: Dial | None = None,
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
            dial: what the conversation leaves behind (`engine.memory.dial`); None for what it was, ``learn`` in a new
                one. Setting it otherwise begins a conversation.

        What was answered is in the log and in the saved soul, also when it was stopped. Raises `WorkspaceError` when
        the message cannot be kept (nothing was lived then), `ConfigError` for settings that cannot work; after an
        exception while reading or answering, the state is the one of before the message.
        """
        another = conversation is not None and conversation != self.conversation
        dial = dials.checked(dial or ("learn" if another else self.dial))
        if another or dial != self.dial:
            self.new_conversation(conversation, dial)
        if dial != "learn" and not self.soul.is_aside:
            self.soul.stand_aside(dial)
        messages = [Message("user", text)]
        system = system.strip()
        if system and system != ("" if self.llama.fresh else self._system):
            messages.insert(0, Message("system", system))
        if dial == "learn":
            self._log_messages(messages)
        heard: list[str] = []

        def listen(piece: str) -> bool | None:
            heard.append(piece)
            return on_text(piece) if on_text is not None else None

        with self.soul.whole():
            try:
                done = self.llama.stream_chat(messages, max_tokens, sampling, listen, cancel=cancel)
            except BaseException:
                if dial == "learn" and heard:
                    self.log.append("assistant", "".join(heard), self.conversation, self.store.key)
                raise
            if done.prompt_tokens:
                self._system = system
            if done.prompt_tokens and dial == "learn":
                tokens = {"tokens": list(done.ids)}
                self.soul.lived(self.log.append("assistant", done.text, self.conversation, self.store.key, tokens).id)
        unsaved = ""
        if dial == "learn":
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

    def _log_messages(self, messages: list[Message]) -> None:
        """Write down what is to be lived, and where in the life of this soul (see `engine.memory.life`)."""
        place: dict[str, Any] = {"after": self.llama.meta.lived}
        if self.llama.fresh:
            place["begins"] = True
        for message in messages:
            self.log.append(message.role, message.text, self.conversation, self.store.key, place)
            place = {}

    def new_conversation(self, conversation: str | None = None, dial: Dial = "learn") -> str:
        """Begin another conversation: what was learned stays, what is transient goes. Returns its id.

        Args:
            conversation: its id, a fresh one where None.
            dial: what it leaves behind. After one that is not ``learn`` the soul is, bit for bit, the one of before.
        """
        self.dial = dials.checked(dial)
        self.soul.come_back()
        self.llama.new_conversation()
        if dial == "learn":
            self.soul.milestone()
        self.conversation = conversation or new_conversation_id()
        return self.conversation

    def mark(self) -> Any:
        """Where the conversation that goes on stands, for `go_back`. The soul must be living it (dial ``learn``)."""
        return self.llama.snapshot(), self.conversation, self._system

    def go_back(self, mark: Any, replaced: Collection[str] = (), restored: Collection[str] = ()) -> None:
        """Go on from where `mark` was taken, bit for bit, as another soul than the one that went on from there.

        Args:
            mark: of this body, from before or after something was said; no event may lie between.
            replaced: ids of messages in whose place something else is said: they stay in the log, and no night draws
                on them.
            restored: ids of messages that were `replaced` and count again.

        Raises `WorkspaceError` or `FileFormatError` where that cannot be written; the live state is that of before.
        """
        self.soul.come_back()
        state, conversation, system = mark

        def change(entry: Entry) -> Entry:
            if entry.id in replaced:
                return replace(entry, extra=entry.extra | {REPLACED: True})
            if entry.id in restored:
                return replace(entry, extra={key: value for key, value in entry.extra.items() if key != REPLACED})
            return entry

        with self.soul.whole():
            self.llama.restore(state)
            self.llama.adopt(replace(self.llama.meta, id=new_id()))
            self.save()
            for path, data in self.log.rewritten(change).items():
                atomic.write_bytes(path, data)
        self.conversation, self._system, self.dial = conversation, system, "learn"

    def waiting(self) -> list[Entry]:
        """What the next sleep would replay: the user's messages that this soul heard and has not slept on."""
        return to_replay(self._since_sleep())

    def _since_sleep(self) -> list[Entry]:
        history = self.soul.meta.history
        return heard_by(self.log.entries(after=slept_until(history)), self.store.key, history)

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
        heard = heard_by(self.log.entries(), self.store.key, self.soul.meta.history)
        older = [entry for entry in heard if waiting and entry.id < waiting[0].id]
        return self.nights.sleep(
            waiting, older, chosen(settings, **changes), decide=decide, keep=keep, cancel=cancel, progress=on_progress
        )

    def accept_sleep(self) -> Soul:
        """Go on as the soul of the night that waits for a decision; see `Nights.accept`."""
        return self.nights.accept()

    def reject_sleep(self) -> None:
        """Let the night go that waits for a decision; see `Nights.reject`."""
        self.nights.reject()

    def save(self) -> None:
        """Write the soul to disk as it lives; done by itself after every answer and on closing.

        A conversation that it does not learn from ends with this.
        """
        if self.soul.save():
            self.household.choose(self.store.name)

    def keep(self, note: str = "") -> Soul:
        """`save`, and keep this moment in the soul's history under an id; returns it as written."""
        self.save()
        return self.soul.commit("save", note)

    def save_soul_as(self, path: str | PathLike[str]) -> Soul:
        """Write a copy of the soul, with an id of its own, to a file of the user's."""
        return self.soul.copy_to(path)

    def load_soul(self, path: str | PathLike[str]) -> Soul:
        """Go on as the soul in a file; the former one is kept. Raises what `Llama.load_soul` does, changing nothing."""
        return self._went(self._lives.load(Path(path)))

    def restore(self, which: str) -> Soul:
        """Go on as a moment that was kept (its id or label, see `Timeline`); the present soul is kept too."""
        return self._went(self._lives.restore(which))

    def undo(self) -> Soul:
        """Go back to before the last event (sleep, import, reset, restore) of this soul; a second undo takes that back.

        Raises `ConfigError` where there was none, or where the soul of before is not kept.
        """
        return self._went(self._lives.undo())

    def reset(self) -> None:
        """Begin a new soul, newborn; the former one is kept, and the log stays as it is."""
        self._went(self._lives.reset())

    def branch(self, name: str, which: str | None = None) -> SoulStore:
        """Begin a soul called `name` from a kept moment, or from the soul as it is; `switch` goes on as it."""
        return self._lives.branch(name, which)

    def switch(self, name: str) -> None:
        """Go on as another soul of this body, the one that wakes from now on. Raises `ConfigError` for a stranger."""
        self._lives.switch(name)
        self.new_conversation()

    def forget_plan(self, *ids: str, pinned_too: bool = False) -> ForgetPlan:
        """What it costs to forget messages of the log, and what it touches; see `plan_forgetting`."""
        self.save()
        return plan_forgetting(self.household, self.log, self.llama, ids, pinned_too)

    def forget(self, plan: ForgetPlan, cancel: Cancel | None = None, progress: OnForget | None = None) -> None:
        """Forget as planned, and go on as the soul that never heard it; see `engine.memory.forgetting`.

        Raises `Cancelled` when `cancel` answers True. After any exception everything is as before.
        """
        self.save()
        with self.soul.whole():
            carry_out(plan, self.workspace.root, self.household, self.log, self.llama, cancel, progress)
            self.soul.wake()
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

    def _went(self, soul: Soul) -> Soul:
        self.new_conversation()
        return soul


def _path(path: str | PathLike[str] | None) -> Path | None:
    return None if path is None else Path(path)
