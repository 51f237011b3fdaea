"""The conversation that attention can look back on: what stands in it, and what goes when it is full."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from engine.errors import ConfigError
from engine.runtime.base import AttentionRuntime
from engine.text.model_text import ModelText
from engine.text.roles import RoledTokens, TokenRole
from engine.text.template import ChatMessage

_KEPT = 0.75
"""Of the room, what is filled at most after exchanges have gone: so that this does not happen again at once."""
_FOR_REPLY = 0.25
"""Of the room, what is left to a reply at least, if it may be as long."""


class ContextWindow:
    """Keeps a conversation within what a runtime can hold. When it is full the oldest whole exchanges go; the system
    prompt stays.

    Args:
        text: of the model.
        runtime: whose state holds the conversation as tokens.

    Attributes:
        dropped: exchanges of the present conversation that have gone.
    """

    def __init__(self, text: ModelText, runtime: AttentionRuntime) -> None:
        self._text, self._runtime = text, runtime
        self._messages: tuple[ChatMessage, ...] = ()
        self.dropped = 0

    @property
    def size(self) -> int:
        """Tokens that it holds."""
        size = self._runtime.capabilities.max_context
        assert size is not None
        return size

    @property
    def used(self) -> int:
        """Tokens that stand in it."""
        return len(self._runtime.state.tokens)

    def clear(self) -> None:
        """Another conversation begins."""
        self._messages, self.dropped = (), 0

    def mark(self) -> Any:
        """Where it stands, for `rewind`."""
        return self._messages, self.dropped

    def rewind(self, mark: Any) -> None:
        """Back to a `mark`."""
        self._messages, self.dropped = mark

    def make_room(
        self, ids: RoledTokens, messages: Sequence[ChatMessage], max_tokens: int, check: Callable[[], None]
    ) -> RoledTokens:
        """What is to be read before a reply of `max_tokens`.

        That is `ids`, the tokens of `messages` behind what stands here, if there is room. Otherwise the oldest
        exchanges go, the state goes back to where that makes a difference, and the result is all that follows from
        there; of that only `messages` are heard, the rest was heard before.

        Raises `ConfigError` where not even the system prompt and `messages` fit.
        """
        closing = self._text.template.closing(self._text.tokenizer)
        reply = min(max_tokens, int(_FOR_REPLY * self.size)) + len(closing) + 1
        if self.used + len(ids) + reply <= self.size:
            return ids
        system = [message for message in self._messages[:1] if message.role == "system"]
        starts = [at for at, message in enumerate(self._messages) if message.role == "user"]
        for gone, start in enumerate([*starts[1:], len(self._messages)], 1):
            kept = [*system, *self._messages[start:]]
            whole = self._render([*kept, *messages], len(messages), check)
            is_last = start == len(self._messages)
            if len(whole) + reply <= (self.size if is_last else _KEPT * self.size):
                self._messages, self.dropped = tuple(kept), self.dropped + gone
                return self._behind_the_shared(whole)
        raise ConfigError(
            "The message is too long: with the system prompt it has {count:,} tokens, and the context of {size:,} "
            "has to hold the answer, too. Shorten it.",
            count=len(whole),
            size=self.size,
        )

    def add(self, messages: Sequence[ChatMessage], reply: str) -> None:
        """Note what was said and answered."""
        self._messages = (*self._messages, *messages, ChatMessage("assistant", reply))

    def hold(self, messages: Sequence[ChatMessage], check: Callable[[], None]) -> RoledTokens:
        """What is to be read so that a conversation begins with these whole exchanges, and a system prompt before
        them: without the oldest, where not all fit; nothing where not even the last does."""
        system = [message for message in messages[:1] if message.role == "system"]
        rest = list(messages[len(system) :])
        while rest:
            ids = self._text.template.render_roles(self._text.tokenizer, [*system, *rest], reply=False, check=check)
            if len(ids) <= _KEPT * self.size:
                self._messages = (*system, *rest)
                return ids
            starts = [at for at, message in enumerate(rest) if message.role == "user"][1:]
            self.dropped += len(starts) // 4 + 1
            rest = rest[starts[len(starts) // 4] :] if starts else []
        return RoledTokens()

    def room(self, ids: Sequence[int], closing: Sequence[int]) -> int:
        """Tokens that can be generated behind `ids`, which are still to be read, and before `closing`.

        Raises `ConfigError` where there is no room for one.
        """
        room = self.size - self.used - len(ids) - len(closing)
        if room < 1:
            raise ConfigError(
                "The text is too long: {count:,} tokens, and the context holds {size:,}. Shorten it.",
                count=self.used + len(ids),
                size=self.size,
            )
        return room

    def _render(self, messages: Sequence[ChatMessage], new: int, check: Callable[[], None]) -> RoledTokens:
        return self._text.template.render_roles(self._text.tokenizer, messages, reply=True, new=new, check=check)

    def _behind_the_shared(self, whole: RoledTokens) -> RoledTokens:
        """Go back to where the state and `whole` begin to differ; returns the rest of it, with all that is new."""
        held = self._runtime.state.tokens
        first_new = whole.roles.find(TokenRole.HEARD)
        old = whole.ids[:-1] if first_new < 0 else whole.ids[:first_new]
        pairs = zip(held, old, strict=False)
        shared = next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(held), len(old)))
        self._runtime.state.truncate(shared)
        return whole[shared:]
