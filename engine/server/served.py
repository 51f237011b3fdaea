"""A `MemorySession` as clients see it that send the whole of a conversation each time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.io.conversation_log import Entry
from engine.llama import Callback, Completion
from engine.runtime.base import Cancel
from engine.server.errors import ApiError
from engine.server.names import Target
from engine.server.requests import ChatRequest, CompletionRequest
from engine.session.conversation import Reply
from engine.session.history import REPLACED
from engine.session.memory_session import MemorySession
from engine.text.stopping import Stopped

MARKS = 8
"""Exchanges that can be taken back."""


@dataclass(frozen=True)
class Answer:
    """What a request came to."""

    text: str
    tokens: int
    """Tokens generated."""
    read: int
    """Tokens read for it now."""
    held: int
    """Tokens of the conversation that were there already."""
    stopped: Stopped
    unsaved: str = ""
    """Why the soul could not be written afterwards; "" when it was."""


@dataclass
class _Exchange:
    """What was said and answered in the conversation that goes on."""

    user: str
    assistant: str
    mark: Any = None
    """Of before it; None where it cannot be taken back."""
    ids: tuple[str, ...] = ()
    """Of its messages in the log."""

    def is_told_as(self, told: tuple[str, str]) -> bool:
        """Whether a client tells it so; one that left early heard the beginning of the answer."""
        user, assistant = told
        ours, theirs = self.assistant.strip(), assistant.strip()
        return self.user.strip() == user.strip() and (ours == theirs or (bool(theirs) and ours.startswith(theirs)))


@dataclass
class _Live:
    """The conversation that the state holds."""

    target: Target
    conversation: str = ""
    exchanges: list[_Exchange] = field(default_factory=list)


class ServedMind:
    """Answers requests with one mind. What a conversation holds already is matched by its content and not read again.

    Only the thread of the queue may be in it.

    Args:
        mind: it is the caller's, who closes it.
    """

    def __init__(self, mind: MemorySession) -> None:
        self.mind = mind
        self._live: _Live | None = None

    def forget_conversation(self) -> None:
        """The soul went through an event: nothing can be gone on with or taken back."""
        self._live = None

    def answer(self, target: Target, request: ChatRequest, on_text: Callback, cancel: Cancel) -> Answer:
        """Hold the exchange that the request ends with, after what of the conversation is new.

        Raises `ApiError` for a soul that is not there, and what `MemorySession.say` raises; the exchanges before it
        stay lived then.
        """
        live = self._go_to(target, request)
        context = self.mind.llama.context
        held = context.used if context is not None else 0
        read = self._catch_up(live, request, cancel)
        learns = target.dial == "learn"
        exchange = _Exchange(request.text, "", self.mind.mark() if learns else None)
        newest = self.mind.log.newest()
        reply = self._say(target, request, on_text, cancel)
        if not reply.prompt_tokens:  # it was cancelled while it was being read: nothing was lived
            return Answer("", 0, 0, held, reply.stopped)
        exchange.assistant = reply.text
        if learns:
            exchange.ids = tuple(entry.id for entry in self.mind.log.entries(after=newest))
        self._add(live, exchange)
        return Answer(reply.text, reply.tokens, read + reply.prompt_tokens, held, reply.stopped, reply.unsaved)

    def complete(self, target: Target, request: CompletionRequest, on_text: Callback, cancel: Cancel) -> Answer:
        """Go on with a text; nothing is kept of it. Raises `ApiError` for a target that would learn from it."""
        if target.dial == "learn":
            raise ApiError(
                400,
                "unsupported_model",
                "A plain completion leaves nothing behind: add :use to the model's name.",
                "model",
            )
        self._be(target)
        wish, llama = request.wish, self.mind.llama
        self.mind.new_conversation()
        self._live = None
        with llama.exclusive:
            before = llama.snapshot()
            try:
                if target.dial == "temporary":
                    llama.reset_state()
                sampling = wish.sampling
                done: Completion = llama.stream_completion(
                    request.prompt,
                    wish.max_tokens,
                    sampling.temperature,
                    on_text,
                    top_k=sampling.top_k,
                    top_p=sampling.top_p,
                    repetition_penalty=sampling.repetition_penalty,
                    beams=sampling.beams,
                    seed=sampling.seed,
                    stop=wish.stop,
                    cancel=cancel,
                )
            finally:
                llama.restore(before)
        return Answer(done.text, done.tokens, done.prompt_tokens, 0, done.stopped)

    def _say(self, target: Target, request: ChatRequest, on_text: Callback, cancel: Cancel) -> Reply:
        wish = request.wish
        try:
            return self.mind.say(
                request.text,
                None,
                request.system,
                wish.sampling,
                wish.max_tokens,
                on_text,
                cancel,
                target.dial,
                stop=wish.stop,
            )
        except BaseException:
            self._live = None
            raise

    def _be(self, target: Target) -> None:
        """Be the soul that is wanted. Raises `ApiError` where there is none."""
        if target.soul is None or target.soul == self.mind.soul_name:
            return
        self._live = None
        self.mind.switch(target.soul)

    def _go_to(self, target: Target, request: ChatRequest) -> _Live:
        """Go on with the conversation of the request where the state holds it or can be taken back to it; else begin
        one."""
        self._be(target)
        live = self._live
        if live is not None and (live.target, live.conversation) == (target, self.mind.conversation):
            shared = _shared(live.exchanges, request.exchanges)
            if shared == len(live.exchanges) or self._take_back(live, request, shared):
                return live
        self.mind.new_conversation(dial=target.dial)
        self._live = _Live(target, self.mind.conversation)
        return self._live

    def _take_back(self, live: _Live, request: ChatRequest, shared: int) -> bool:
        """Take back what is said otherwise now; False where the request may as well be another conversation, or where
        that cannot be taken back any more.

        It is the same conversation where it begins alike. Where that cannot be seen, since its first exchange is the
        one that is said anew, that one must be all of it, and what the person said in it the same.
        """
        if live.exchanges[shared].mark is None:
            return False
        told = request.exchanges[shared][0] if shared < len(request.exchanges) else request.text
        last = shared == len(live.exchanges) - 1
        same_words = live.exchanges[shared].user.strip() == told.strip()
        if shared < len(request.exchanges):
            said_anew = last and same_words  # the client changed the answer
        else:
            said_anew = shared > 0 or (last and same_words)
        if not said_anew:
            return False
        gone = live.exchanges[shared:]
        self.mind.rewind(gone[0].mark, replaced=tuple(one for exchange in gone for one in exchange.ids))
        del live.exchanges[shared:]
        return True

    def _catch_up(self, live: _Live, request: ChatRequest, cancel: Cancel) -> int:
        """Read what was said and answered elsewhere; returns the tokens read."""
        new = request.exchanges[len(live.exchanges) :]
        if not new:
            return 0
        try:
            if live.target.dial == "learn":
                return self._hear(live, new, request.system, cancel)
            read = self.mind.read(request.exchanges, request.system, live.target.dial, cancel)
            live.conversation = self.mind.conversation
            live.exchanges = [_Exchange(*told) for told in request.exchanges]
            return read
        except BaseException:
            self._live = None
            raise

    def _hear(self, live: _Live, new: Sequence[tuple[str, str]], system: str, cancel: Cancel) -> int:
        read = 0
        if not live.exchanges:
            new = self._not_known(new)
        for user, assistant in new:
            mark, newest = self.mind.mark(), self.mind.log.newest()
            read += self.mind.hear(user, assistant, system, cancel)
            ids = tuple(entry.id for entry in self.mind.log.entries(after=newest))
            self._add(live, _Exchange(user, assistant, mark, ids))
        return read

    def _not_known(self, told: Sequence[tuple[str, str]]) -> Sequence[tuple[str, str]]:
        """What follows the exchanges that this soul held in one conversation already: it has learned those."""
        best = 0
        for exchanges in _conversations(self.mind.log.entries(soul=self.mind.store.key)):
            best = max(best, _shared(exchanges, told))
        if self._live is not None:
            self._live.exchanges = [_Exchange(*exchange) for exchange in told[:best]]
        return told[best:]

    def _add(self, live: _Live, exchange: _Exchange) -> None:
        live.exchanges.append(exchange)
        for old in live.exchanges[:-MARKS]:
            old.mark = None


def _shared(held: Sequence[_Exchange], told: Sequence[tuple[str, str]]) -> int:
    """How many exchanges both begin with."""
    pairs = zip(held, told, strict=False)
    differing = (at for at, (ours, theirs) in enumerate(pairs) if not ours.is_told_as(theirs))
    return next(differing, min(len(held), len(told)))


def _conversations(entries: Sequence[Entry]) -> list[list[_Exchange]]:
    """The exchanges of each conversation of a log, without those that were taken back."""
    found: dict[str, list[_Exchange]] = {}
    said: dict[str, str] = {}
    for entry in entries:
        if entry.extra.get(REPLACED) is True:
            continue
        if entry.role == "user":
            said[entry.conversation] = entry.text
        elif entry.role == "assistant" and entry.conversation in said:
            exchanges = found.setdefault(entry.conversation, [])
            exchanges.append(_Exchange(said.pop(entry.conversation), entry.text))
    return list(found.values())
