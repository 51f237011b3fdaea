"""A model, its soul and its log together: what the terminal chat and the Studio talk to."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from engine.io.conversation_log import ConversationLog, Entry
from engine.io.model_file import ANY_MEMORY
from engine.io.soul import Soul, SoulMeta, load_soul
from engine.llama import Completion, Llama
from engine.runtime.base import Cancel
from engine.session.active_soul import ActiveSoul, Dial
from engine.session.blend import blend, blend_facts, find_second
from engine.session.consolidation import Consolidation, Decide
from engine.session.conversation import Conversation, Reply
from engine.session.default_model import default_model
from engine.session.forgetting import ForgetPlan, OnForget, carry_out, plan_forgetting
from engine.session.history import ELSEWHERE, event_note
from engine.session.move import MoveReport, move_soul
from engine.session.soul_registry import SoulRegistry
from engine.session.soul_store import SoulStore
from engine.session.timeline import Timeline
from engine.session.workspace import Workspace, WorkspaceLock
from engine.sleep import OnProgress, SleepProgress, SleepReport, SleepSettings, make_settings, to_replay
from engine.text.sampling import SamplingParams
from engine.text.template import ChatMessage

__all__ = ["MemorySession", "Reply", "SleepProgress", "SleepReport"]


P = ParamSpec("P")
R = TypeVar("R")


def _while_open(
    method: Callable[Concatenate[MemorySession, P], R],
) -> Callable[Concatenate[MemorySession, P], R]:
    """A method that needs the workspace and the state for itself."""

    @functools.wraps(method)
    def guarded(self: MemorySession, *args: P.args, **kwargs: P.kwargs) -> R:
        with self.llama.exclusive:
            self._lock.require()
            return method(self, *args, **kwargs)

    return guarded


class MemorySession:
    """One soul awake in one model, in a workspace that is locked for it. One thread at a time is in it; another waits.
    Once it is closed, or its lock is gone, whatever reads or writes the workspace raises `WorkspaceError`.

    Every message is on disk before it is answered; the soul is on disk after every answer.

    Attributes:
        workspace: where it lives.
        llama: the model and the live state.
        household: the souls of this model.
        soul: the live soul and its file.
        nights: its sleeps.
        log: what was said to every soul of the workspace.
        problems: what was wrong with small files beside the souls and was mended, one sentence each.
        say, new_conversation: `Conversation.say` and `Conversation.begin` of the conversation with it.
        hear, read: `Conversation.hear` and `Conversation.read`, for what was answered elsewhere.
        mark, rewind: `Conversation.mark` and `Conversation.rewind`, to say something otherwise.
    """

    def __init__(self, workspace: Workspace, lock: WorkspaceLock, llama: Llama, soul: str | None = None) -> None:
        self.workspace, self.llama = workspace, llama
        self.registry = SoulRegistry(workspace, llama.body.fast_config, llama.body.fingerprint)
        self.log = ConversationLog(workspace.memories)
        self.soul = ActiveSoul(llama, self.registry.store(soul), self.log)
        self.nights = Consolidation(self.soul)
        self._talk = Conversation(self.soul, self.registry)
        self.problems = self.registry.mend()
        self._lock = lock
        self.say, self.new_conversation = self._guarded(self._talk.say), self._guarded(self._talk.begin)
        self.hear, self.read = self._guarded(self._talk.hear), self._guarded(self._talk.read)
        self.mark, self.rewind = self._guarded(self._talk.mark), self._guarded(self._talk.rewind)
        self.soul.wake()

    @classmethod
    def open(
        cls,
        workspace: Workspace | str | PathLike[str] | None = None,
        model_path: str | PathLike[str] | None = None,
        device: str = "auto",
        threads: int | None = None,
        soul: str | None = None,
        memory: str | PathLike[str] | None = ANY_MEMORY,
    ) -> MemorySession:
        """Lock a workspace, load a model (`default_model` where none is named), and wake a soul of it.

        That is the soul called `soul`, or the one that was used last; where there is none yet, a newborn. `memory` is
        that of a transformer: see `engine.io.model_file.open_model`.

        Raises `WorkspaceError` for a workspace that is in use or unusable, and what `Llama.load_auto` and
        `SoulStore.load_active` raise; the workspace is free again then.
        """
        place = workspace if isinstance(workspace, Workspace) else Workspace.open(_path(workspace))
        lock = place.lock()
        try:
            llama = Llama.load_auto(_path(model_path) or default_model(place.root), device, threads, memory)
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
        return self.registry.name_of(self.store.name)

    @property
    def timeline(self) -> Timeline:
        """The kept moments of this soul."""
        return Timeline(self.store)

    @property
    def conversation(self) -> str:
        """Id of the conversation that is going on."""
        return self._talk.id

    @property
    def dial(self) -> Dial:
        """What that conversation leaves behind."""
        return self._talk.dial

    @property
    def notes(self) -> list[Entry]:
        """What was said since the last sleep and stands in the conversation that is going on, or would if it began
        now; the newest first. See `engine.session.notes`."""
        return self._talk.notes

    @property
    def notable(self) -> list[Entry]:
        """What would be noted in a conversation that begins now, if `use_notes` is on; the newest first."""
        return self._talk.noting.choose()

    @property
    def use_notes(self) -> bool:
        """Whether conversations that begin have notes; a model that looks back on no words never has any."""
        return self._talk.noting.wanted and self._talk.noting.possible

    @use_notes.setter
    def use_notes(self, wanted: bool) -> None:
        self._talk.noting.wanted = wanted

    @_while_open
    def answer_without_soul(
        self,
        text: str,
        system: str = "",
        sampling: SamplingParams | None = None,
        max_tokens: int = 256,
        cancel: Cancel | None = None,
        rate: float = 1.0,
    ) -> Completion:
        """What a newborn in the same model would answer: the measure of what the soul knows. Nothing is kept of it.

        Args:
            text: what is asked; a newborn has heard nothing else.
            system: the system prompt, read first where there is one.
            sampling, max_tokens, cancel: as in `Llama.stream_chat`.
            rate: factor on the inner learning rate meanwhile.

        Raises `ConfigError` for settings that cannot work. The state is afterwards, bit for bit, the one of before.
        """
        messages = [ChatMessage("system", system.strip())] if system.strip() else []
        before = self.llama.snapshot()
        try:
            self.llama.reset_state()
            with self.llama.at_rate(rate):
                return self.llama.stream_chat(
                    [*messages, ChatMessage("user", text)], max_tokens, sampling, cancel=cancel
                )
        finally:
            self.llama.restore(before)

    def _guarded(self, part: Callable[P, R]) -> Callable[P, R]:
        """A method of one of its parts, as one of its own."""

        @functools.wraps(part)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            with self.llama.exclusive:
                self._lock.require()
                return part(*args, **kwargs)

        return guarded

    def waiting(self) -> list[Entry]:
        """What the next sleep would replay: the user's messages that this soul heard and has not slept on."""
        self._lock.require()
        return to_replay(self.nights.waiting())

    @_while_open
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
        """Sleep on what waits, on a copy; see `Consolidation.sleep` and `engine.sleep.consolidate`.

        Args:
            on_progress, cancel: told and asked at every chunk and step.
            decide: ``auto`` takes the new soul over unless the night was refused; ``ask`` keeps it for `accept_sleep`.
            keep: when woken, keep what whole conversations and whole rounds taught.
            settings: how; the defaults where None.
            changes: single fields of `SleepSettings`, such as ``rate=3``.

        Whatever goes wrong, the soul in memory and on disk is the one of before.
        """
        how = make_settings(settings, **changes)
        return self.nights.sleep(how, decide=decide, keep=keep, cancel=cancel, progress=on_progress)

    @_while_open
    def accept_sleep(self) -> Soul:
        """Go on as the soul of the night that waits for a decision; see `Consolidation.accept`."""
        return self.nights.accept()

    @_while_open
    def reject_sleep(self) -> None:
        """Let the night go that waits for a decision; see `Consolidation.reject`."""
        self.nights.reject()

    @_while_open
    def save(self) -> None:
        """Write the soul to disk as it lives; done by itself after every answer and on closing.

        A conversation that it does not learn from ends with this.
        """
        self._talk.save()

    @_while_open
    def keep(self, note: str = "") -> Soul:
        """`save`, and keep this moment in the soul's history under an id; returns it as written."""
        self.save()
        return self.soul.commit("save", note)

    @_while_open
    def save_soul_as(self, path: str | PathLike[str]) -> Soul:
        """Write a copy of the soul, with an id of its own, to a file of the user's."""
        return self.soul.copy_to(path)

    @_while_open
    def load_soul(self, path: str | PathLike[str]) -> Soul:
        """Go on as the soul in a file; the former one is kept. Raises what `Llama.load_soul` does, changing nothing."""
        path = Path(path)
        soul = load_soul(path)
        facts: dict[str, Any] = {}
        if not self._was_lived_here(soul.meta):  # what was said here to another soul does not wait for its sleep
            soul = replace(soul, meta=replace(soul.meta, lived=ELSEWHERE))
            facts = {"until": self._newest_entry()}
        return self._begun_as(self.soul.replace_state(soul, "import", event_note("import", path.name), facts))

    @_while_open
    def restore(self, which: str) -> Soul:
        """Go on as a moment that was kept (its id or label, see `Timeline`); the present soul is kept too."""
        moment = self.timeline.find(which)
        note = event_note("restore", moment.called)
        return self._begun_as(self.soul.replace_state(self.timeline.read(moment.id), "restore", note))

    @_while_open
    def undo(self) -> Soul:
        """Go back to before the last event (sleep, import, reset, restore, blend); a second undo takes that back.

        Raises `ConfigError` where there was none, or where the soul of before is not kept.
        """
        self.soul.save()
        return self.restore(self.timeline.before_last_event(self.soul.meta).id)

    @_while_open
    def reset(self) -> None:
        """Begin a new soul, newborn; the former one is kept, and the log stays as it is."""
        self._begun_as(self.soul.reset({"until": self._newest_entry()}))

    @_while_open
    def branch(self, name: str, which: str | None = None) -> SoulStore:
        """Begin a soul called `name` from a kept moment, or from the soul as it is; `switch` goes on as it."""
        self.soul.save()
        soul = self.llama.soul() if which is None else self.timeline.read(which)
        return self.registry.branch(self.store, soul, name)

    @_while_open
    def blend(self, second: str | Path, share: float = 0.5, first: str = "") -> Soul:
        """Go on as the weighted mean of two souls of this model; the present soul is kept. See `engine.session.blend`.

        Args:
            second: the soul that is blended in: the id or label of a kept moment, the name of a soul, or a `Path`.
            share: how much of it, between 0 and 1.
            first: a kept moment of this soul whose life goes on; the soul as it is where empty.

        Raises what `find_second` and `blend` raise.
        """
        self.soul.save()
        soul = self.timeline.read(first) if first else self.llama.soul()
        other = find_second(second, self.registry, self.store, self.log)
        facts = blend_facts(soul, other, share)
        return self._begun_as(
            self.soul.replace_state(blend(soul, other.soul, share), "blend", other.told(share), facts)
        )

    @_while_open
    def switch(self, name: str) -> None:
        """Go on as another soul of this model, the one that wakes from now on. Raises `ConfigError` for a stranger."""
        self.soul.move(self.registry.existing(name))
        self.registry.choose(self.store.name)
        self.new_conversation()

    @_while_open
    def move_to(
        self,
        target: Llama | str | PathLike[str],
        name: str = "",
        on_progress: OnProgress | None = None,
        cancel: Cancel | None = None,
        *,
        settings: SleepSettings | None = None,
        **changes: Any,
    ) -> MoveReport:
        """Let a new soul of another model learn what was said to this one, and wake there from now on; this session and
        its soul stay as they are. See `engine.session.move.move_soul`.

        Args:
            target: the other model, or its file with the memory that belongs to it.
            name: of the new soul; that of this one where empty.
            on_progress, cancel: of the night; stopped, it leaves everything as it was.
            settings, changes: as for `sleep`.
        """
        self.save()
        how = make_settings(settings, **changes)
        other = target if isinstance(target, Llama) else Llama.load_auto(Path(target))
        return move_soul(self.workspace, self.log, self.registry, self.store, other, name, how, cancel, on_progress)

    @_while_open
    def forget_plan(self, *ids: str, pinned_too: bool = False) -> ForgetPlan:
        """What it costs to forget messages of the log, and what it touches; see `plan_forgetting`."""
        self.save()
        return plan_forgetting(self.registry, self.log, self.llama, ids, pinned_too)

    @_while_open
    def forget(self, plan: ForgetPlan, cancel: Cancel | None = None, progress: OnForget | None = None) -> None:
        """Forget as planned, and go on as the soul that never heard it; see `engine.session.forgetting`.

        Raises `Cancelled` when `cancel` answers True. After any exception everything is as before.
        """
        self.save()
        with self.soul.whole():
            carry_out(plan, self.workspace.root, self.registry, self.log, self.llama, cancel, progress)
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

    def __enter__(self) -> MemorySession:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _begun_as(self, soul: Soul) -> Soul:
        """Begin a conversation with the soul that has just taken the place of another; returns it."""
        self.new_conversation()
        return soul

    def _newest_entry(self) -> str | None:
        newest = self.log.entries(soul=self.store.key)[-1:]
        return newest[0].id if newest else None

    def _was_lived_here(self, meta: SoulMeta) -> bool:
        """Whether it is a soul of this store, a copy of one, or heard last what was said here."""
        if self.store.knows(meta.id) or self.store.knows(meta.parent or ""):
            return True
        return bool(meta.lived) and any(entry.id == meta.lived for entry in self.log.entries(soul=self.store.key))


def _path(path: str | PathLike[str] | None) -> Path | None:
    return None if path is None else Path(path)
