"""What a chat template wrote, in parts: special tokens, the content of messages, and what it says itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from engine.text.chat_message import ChatMessage


@dataclass(frozen=True)
class TemplatePart:
    """A special token, or text without any, as a template wrote it."""

    text: str
    special: int | None
    """The id of a special token."""
    message: int | None
    """Whose content it is; None for what the template says itself."""


def without_system(messages: Sequence[ChatMessage]) -> list[ChatMessage]:
    """The same with each system prompt at the head of the user's message after it, or as one of the user's."""
    out: list[ChatMessage] = []
    waiting: list[str] = []
    for message in messages:
        if message.role == "system":
            waiting.append(message.text.strip())
        elif message.role == "user" and waiting:
            out.append(replace(message, text="\n\n".join([*waiting, message.text.strip()])))
            waiting = []
        else:
            out.append(message)
    return [*out, *(ChatMessage("user", text) for text in waiting)]


def without_folded(parts: Sequence[TemplatePart], heard: Mapping[int, ChatMessage]) -> list[TemplatePart]:
    """A system prompt at the head of a message is not the person's: as what the template says itself."""
    out = []
    for part in parts:
        said = None if part.message is None else heard.get(part.message)
        own = part.text if said is None else said.text.strip()
        head = len(part.text) - len(own)
        if head > 0 and part.text.endswith(own):
            out += [replace(part, text=part.text[:head], message=None), replace(part, text=own)]
        else:
            out.append(part)
    return out


def behind(parts: Sequence[TemplatePart], message: int) -> list[TemplatePart]:
    """The parts after the content of a message."""
    last = max(n for n, part in enumerate(parts) if part.message == message)
    return list(parts[last + 1 :])


def common_start(first: Sequence[TemplatePart], second: Sequence[TemplatePart]) -> list[TemplatePart]:
    """The parts with which both begin; the last may be the beginning of a longer text."""
    out: list[TemplatePart] = []
    for a, b in zip(first, second, strict=False):
        if a == b:
            out.append(a)
            continue
        if a.special is None and b.special is None and a.message is None and b.message is None:
            same = next((n for n, (x, y) in enumerate(zip(a.text, b.text, strict=False)) if x != y), None)
            shared = a.text[: min(len(a.text), len(b.text)) if same is None else same]
            if shared:
                out.append(TemplatePart(shared, None, None))
        break
    return out


def cut_at_the_last_special(out: list[TemplatePart], number: int) -> list[TemplatePart]:
    """Take from `out` what stands behind the last special token, as content of a message."""
    taken: list[TemplatePart] = []
    while out and out[-1].special is None and out[-1].message is None:
        taken.insert(0, replace(out.pop(), message=number))
    return taken


def joined_runs(tokens: Iterable[tuple[list[int], int | None]]) -> Iterator[tuple[list[int], int | None]]:
    """Neighbours of the same message joined."""
    run: list[int] = []
    owner: int | None = None
    for ids, message in tokens:
        if message != owner:
            if run or owner is not None:
                yield run, owner
            run, owner = [], message
        run = run + ids if run else list(ids)
    if run or owner is not None:
        yield run, owner
