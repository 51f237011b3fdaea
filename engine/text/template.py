"""From messages to tokens: a chat template in sandboxed Jinja2 whose content can never become a special token."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NoReturn, get_args

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment

from engine.errors import ConfigError
from engine.text.tokenizer import END, Tokenizer

Role = Literal["system", "user", "assistant"]
ROLES: tuple[Role, ...] = get_args(Role)

BUILT_IN = (
    "{% for message in messages %}<|{{ message.role }}|>{{ message.content }}<|end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
"""No space after the role, and each message ends with ``<|end|>`` and a line end."""

# Unicode sets these aside for a program's own use: no text holds them. They mark where content starts and ends.
_OPEN, _CLOSE = "\ufdd0", "\ufdd1"
_MARKS = {ord(_OPEN): None, ord(_CLOSE): None}

_MAX_GROWTH = 1 << 20
MOST_WEIGHT = 100


@dataclass(frozen=True)
class ChatMessage:
    """One message of a conversation. Raises `ConfigError` for a role other than system, user or assistant."""

    role: Role
    text: str
    keep: tuple[str, ...] | None = None
    """For training: the words in it that are worth remembering; None where nobody said which."""
    weight: int = 1
    """For training: how much its words count where the model is to say them; 0: not at all."""

    def __post_init__(self) -> None:
        if self.role not in ROLES:
            raise ConfigError(f"The role {self.role!r} is unknown; it must be one of {', '.join(ROLES)}.")
        if isinstance(self.weight, bool) or not isinstance(self.weight, int) or not 0 <= self.weight <= MOST_WEIGHT:
            raise ConfigError(
                "A weight is {value!r}; it must be a whole number from 0 to {most}.",
                value=self.weight,
                most=MOST_WEIGHT,
            )


UNJUDGED, PASS, KEEP = 0, 1, 2
"""Whether a token is worth remembering."""


@dataclass(frozen=True)
class Rendered:
    """Token ids, and for each how much it counts: the message's weight where the model says it, 0 where it hears it."""

    ids: list[int]
    mask: list[int]
    worth: list[int]
    """For each whether it is worth remembering: `KEEP`, `PASS`, or `UNJUDGED` where nobody said."""


class ChatTemplate:
    """Turns messages into tokens; what was rendered before is not rendered again, since the state remembers it.

    `source` is Jinja2 as chat models carry it: it sees ``messages`` (each with ``role`` and ``content``),
    ``add_generation_prompt``, ``eos_token`` and ``raise_exception``. It must write each message once, in order, and be
    concatenative: rendering two messages gives the one followed by the other. Raises `ConfigError` for a source that
    does not parse.
    """

    def __init__(self, source: str | None = None) -> None:
        self.source = BUILT_IN if source is None else source
        environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)  # as chat models expect
        environment.globals["raise_exception"] = _raise_exception
        try:
            self._template = environment.from_string(self.source)
        except (jinja2.TemplateError, RecursionError) as error:
            raise ConfigError("The chat template is not valid Jinja2: {error}.", error=error) from error

    def render_ids(self, tokenizer: Tokenizer, messages: Sequence[ChatMessage], reply: bool = True) -> list[int]:
        """Tokens of `messages`, stripped of outer white space, then of the opening of a reply if one is wanted.

        Only the template can write special tokens; the text of a message is always encoded as plain text.
        Raises `ConfigError` when the template fails on these messages.
        """
        return [i for _, ids in self._segments(tokenizer, messages, reply) for i in ids]

    def render_masked(self, tokenizer: Tokenizer, messages: Sequence[ChatMessage]) -> Rendered:
        """Tokens of finished messages, how much each counts, and which are worth remembering: see `Rendered`."""
        out = Rendered([], [], [])
        speakers = iter(messages)
        own, judged = 0, False
        for content, ids in self._segments(tokenizer, messages, reply=False):
            said = len(ids) if content else 0
            worth = [PASS if judged else UNJUDGED] * len(ids)
            if content:
                message = next(speakers)
                own, judged = message.weight if message.role == "assistant" else 0, message.keep is not None
                worth = _worth(tokenizer, ids, message.keep)
            elif own and tokenizer.end_id in ids:
                said = ids.index(tokenizer.end_id) + 1
            out.ids.extend(ids)
            out.mask.extend([own] * said + [0] * (len(ids) - said))
            out.worth.extend(worth)
        return out

    def closing_ids(self, tokenizer: Tokenizer) -> list[int]:
        """What stands between the ``<|end|>`` that closes a reply and the next message: for the built-in, a line end.

        The model does not say it, so whoever generates a reply feeds it before the next message.
        """
        ids = self.render_ids(tokenizer, [ChatMessage("assistant", "x")], reply=False)
        last = max((n for n, i in enumerate(ids) if i == tokenizer.end_id), default=len(ids) - 1)
        return ids[last + 1 :]

    def _segments(
        self, tokenizer: Tokenizer, messages: Sequence[ChatMessage], reply: bool
    ) -> list[tuple[bool, list[int]]]:
        """(is it content?, its ids) from left to right, each message's content once and in order."""
        first, *parts = self._render(messages, reply).split(_OPEN)
        if len(parts) != len(messages):
            raise ConfigError("The chat template does not write each message once; it is not usable.")
        # A template that loses a closing mark gives its rest as content: harmless, since content is plain.
        cut = [part.partition(_CLOSE) for part in parts]
        out = [(False, tokenizer.encode(first, special=True))]
        for (_, _, literal), ids in zip(cut, tokenizer.encode_all([content for content, _, _ in cut]), strict=True):
            out.append((True, ids))
            out.append((False, tokenizer.encode(literal.replace(_CLOSE, ""), special=True)))
        return out

    def _render(self, messages: Sequence[ChatMessage], reply: bool) -> str:
        shown = []
        for message in messages:
            text = message.text.translate(_MARKS).strip()
            shown.append({"role": message.role, "content": f"{_OPEN}{text}{_CLOSE}"})
        allowed = _MAX_GROWTH + 16 * sum(len(m["content"]) for m in shown)
        out: list[str] = []
        try:
            for part in self._template.generate(messages=shown, add_generation_prompt=reply, eos_token=END):
                out.append(part)
                allowed -= len(part)
                if allowed < 0:
                    raise ConfigError("The chat template writes far more than its messages hold; it is not usable.")
        except ConfigError:
            raise
        except Exception as error:  # a template can fail in any way that an expression can
            raise ConfigError("The chat template fails on these messages: {error}.", error=error) from error
        return "".join(out)


def _worth(tokenizer: Tokenizer, ids: Sequence[int], keep: tuple[str, ...] | None) -> list[int]:
    """Which of a message's tokens spell one of the words in `keep`, in capitals or not, or tell that it ends there."""
    if not keep:
        return [UNJUDGED if keep is None else PASS] * len(ids)
    decoder, ends, text = tokenizer.stream(), [], ""
    for token in ids:
        text += decoder.push(token)
        ends.append(len(text))
    worth = [PASS] * len(ids)
    for word in keep:
        for found in re.finditer(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.IGNORECASE):
            for at, (start, end) in enumerate(zip([0, *ends], ends, strict=False)):
                if end > found.start() and start <= found.end():
                    worth[at] = KEEP
    return worth


def _raise_exception(reason: str) -> NoReturn:
    raise ConfigError("The chat template refuses these messages: {reason}.", reason=reason)
