"""The conversation that a mind is holding: what is said in it, what it leaves behind, and how it is taken back."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from engine.errors import BitLlamaError, ConfigError
from engine.io import atomic
from engine.io.conversation_log import Entry
from engine.io.soul import new_id
from engine.llama import Callback, Stopped
from engine.runtime.base import Cancel
from engine.session.active_soul import ActiveSoul, Dial, check_dial
from engine.session.history import DEFAULT_MAX_TOKENS, REPLACED, noted
from engine.session.notes import Notes
from engine.session.soul_registry import SoulRegistry
from engine.text.sampling import SamplingParams
from engine.text.template import ChatMessage


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


def new_conversation_id() -> str:
    """A fresh name for a conversation."""
    return secrets.token_hex(8)


class Conversation:
    """One conversation after the other with the soul that is awake.

    Every message is on disk before it is answered; the soul is on disk after every answer.

    Attributes:
        id: of the one that is going on.
        dial: what that one leaves behind.
        noting: chooses what is noted when one begins.
    """

    def __init__(self, soul: ActiveSoul, registry: SoulRegistry) -> None:
        self._soul, self._registry = soul, registry
        self.noting = Notes(soul)
        self._notes: list[Entry] = []
        self.id = new_conversation_id()
        self.dial: Dial = "learn"
        self._system = ""  # the system prompt that the state has read

    @property
    def notes(self) -> list[Entry]:
        """What is noted in the conversation that is going on, or would be if it began now; the newest first."""
        return self.noting.due(self.dial) if self._soul.llama.fresh else list(self._notes)

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
        rate: float = 1.0,
        stop: Sequence[str] = (),
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
            dial: what the conversation leaves behind (`engine.session.active_soul.Dial`); None for what it was,
                ``learn`` in a new one. Setting it otherwise begins a conversation.
            rate: factor on the inner learning rate for this exchange; in the log, so that it is lived again like that.
            stop: sequences that end the answer and are not part of it.

        What was answered is in the log and in the saved soul, also when it was stopped. Raises `WorkspaceError` when
        the message cannot be kept (nothing was lived then), `ConfigError` for settings that cannot work; after an
        exception while reading or answering, the state is the one of before the message.
        """
        rate = self._soul.llama.checked_rate(rate)
        another = conversation is not None and conversation != self.id
        dial = check_dial(dial or ("learn" if another else self.dial))
        if another or dial != self.dial:
            self.begin(conversation, dial)
        if dial != "learn" and not self._soul.is_suspended:
            self._soul.suspend(dial)
        system, fresh = system.strip(), self._soul.llama.fresh
        messages = self._heard_now(text, system)
        notes = self.noting.due(dial) if fresh else []
        if dial == "learn":
            self._log_messages(messages, notes)
        heard: list[str] = []

        def listen(piece: str) -> bool | None:
            heard.append(piece)
            return on_text(piece) if on_text is not None else None

        with self._soul.llama.at_rate(rate), self._soul.whole():
            try:
                done = self._soul.llama.stream_chat(
                    noted(messages, notes, self._soul.llama.default_system), max_tokens, sampling, listen, stop, cancel
                )
            except BaseException:
                if dial == "learn" and heard:
                    self._soul.log.append("assistant", "".join(heard), self.id, self._soul.store.key)
                raise
            if done.prompt_tokens:
                self._system = system
                self._notes = notes if fresh else self._notes
            if done.prompt_tokens and dial == "learn":
                how: dict[str, Any] = {"tokens": list(done.ids)} | ({"rate": rate} if rate != 1.0 else {})
                if self._soul.llama.context is not None and max_tokens != DEFAULT_MAX_TOKENS:
                    how["max_tokens"] = max_tokens
                kept = self._soul.log.append("assistant", done.text, self.id, self._soul.store.key, how)
                self._soul.lived(kept.id)
        unsaved = ""
        if dial == "learn":
            try:
                self.save()
            except BitLlamaError as error:  # the exchange stands: it must not look as if it could be said again
                unsaved = error.message
        return Reply(
            done.text,
            self.id,
            done.tokens,
            done.prompt_tokens,
            done.seconds,
            done.stopped,
            self._soul.meta.level,
            unsaved,
        )

    def hear(self, text: str, reply: str, system: str = "", cancel: Cancel | None = None) -> int:
        """Live an exchange that was answered elsewhere, as if the answer had been given here. The dial is ``learn``.

        Args:
            text, reply: what was said and answered; on disk before anything is made of it.
            system: as in `say`.
            cancel: asked before every chunk and every token.

        Returns the tokens read. Raises `Cancelled` when `cancel` answers True, and what `say` raises; the state is the
        one of before then.
        """
        if self.dial != "learn":
            self.begin()
        llama = self._soul.llama
        system, fresh = system.strip(), llama.fresh
        messages = self._heard_now(text, system)
        notes = self.noting.due("learn") if fresh else []
        tokens, level = llama.tokenizer.encode(reply.strip()), llama.level
        room = max(1, len(tokens))
        self._log_messages(messages, notes)
        with self._soul.whole():
            llama.replay(noted(messages, notes, llama.default_system), tokens, cancel, reply, room)
            how: dict[str, Any] = {"tokens": list(tokens)}
            if llama.context is not None and room != DEFAULT_MAX_TOKENS:
                how["max_tokens"] = room
            kept = self._soul.log.append("assistant", reply, self.id, self._soul.store.key, how)
            self._soul.lived(kept.id)
        self._system = system
        self._notes = notes if fresh else self._notes
        return llama.level - level

    def read(
        self, exchanges: Sequence[tuple[str, str]], system: str = "", dial: Dial = "use", cancel: Cancel | None = None
    ) -> int:
        """Begin a conversation that leaves nothing behind with exchanges that were had before, what was said and
        answered in each. Where the model cannot look back so far, the oldest are left out.

        Returns the tokens read. Raises `ConfigError` for the dial ``learn``, `Cancelled` when `cancel` answers True.
        """
        if check_dial(dial) == "learn":
            raise ConfigError("A conversation that is learned from cannot be read as a whole; it is heard.")
        self.begin(None, dial)
        self._soul.suspend(dial)
        llama = self._soul.llama
        notes = self.noting.due(dial)
        messages = [ChatMessage("system", system.strip())] if system.strip() else []
        for text, reply in exchanges:
            messages += [ChatMessage("user", text), ChatMessage("assistant", reply)]
        read = llama.read(noted(messages, notes, llama.default_system), cancel)
        if read:
            self._system, self._notes = system.strip(), notes
        return read

    def _heard_now(self, text: str, system: str) -> list[ChatMessage]:
        """A message, behind the system prompt where that was not read yet."""
        messages = [ChatMessage("user", text)]
        if system and system != ("" if self._soul.llama.fresh else self._system):
            messages.insert(0, ChatMessage("system", system))
        return messages

    def _log_messages(self, messages: list[ChatMessage], notes: list[Entry]) -> None:
        """Write down what is to be lived, and where in the life of this soul (see `engine.session.history`)."""
        place: dict[str, Any] = {"after": self._soul.llama.meta.lived}
        if self._soul.llama.fresh:
            place["begins"] = True
        if notes:
            place["notes"] = [entry.id for entry in notes]
        for message in messages:
            self._soul.log.append(message.role, message.text, self.id, self._soul.store.key, place)
            place = {}

    def begin(self, conversation: str | None = None, dial: Dial = "learn") -> str:
        """Begin another conversation: what was learned stays, what is transient goes. Returns its id.

        Args:
            conversation: its id, a fresh one where None.
            dial: what it leaves behind. After one that is not ``learn`` the soul is, bit for bit, the one of before.
        """
        self.dial = check_dial(dial)
        self._soul.resume()
        self._soul.llama.new_conversation()
        if dial == "learn":
            self._soul.milestone()
        self.id = conversation or new_conversation_id()
        return self.id

    def mark(self) -> Any:
        """Where the conversation that goes on stands, for `rewind`. The soul must be living it (dial ``learn``)."""
        return self._soul.llama.snapshot(), self.id, self._system, self._notes

    def rewind(self, mark: Any, replaced: Collection[str] = (), restored: Collection[str] = ()) -> None:
        """Go on from where `mark` was taken, bit for bit, as another soul than the one that went on from there.

        Args:
            mark: of this model, from before or after something was said; no event may lie between.
            replaced: ids of messages in whose place something else is said: they stay in the log, and no night draws
                on them.
            restored: ids of messages that were `replaced` and count again.

        Raises `WorkspaceError` or `FileFormatError` where that cannot be written; the live state is that of before.
        """
        self._soul.resume()
        state, conversation, system, notes = mark

        def change(entry: Entry) -> Entry:
            if entry.id in replaced:
                return replace(entry, extra=entry.extra | {REPLACED: True})
            if entry.id in restored:
                return replace(entry, extra={key: value for key, value in entry.extra.items() if key != REPLACED})
            return entry

        with self._soul.whole():
            self._soul.llama.restore(state)
            self._soul.llama.adopt(replace(self._soul.llama.meta, id=new_id()))
            self.save()
            for path, data in self._soul.log.rewritten(change).items():
                atomic.write_bytes(path, data)
        self.id, self._system, self._notes, self.dial = conversation, system, notes, "learn"

    def save(self) -> None:
        """Write the soul as it lives; a conversation that it does not learn from ends with this."""
        if self._soul.save():
            self._registry.choose(self._soul.store.name)
