"""Conversations as other programs export them: ChatGPT, Claude, Open WebUI, LM Studio, ShareGPT, the OpenAI format.

All of them are JSON. A conversation is an object that holds its messages as a list, or as a tree of which one branch is
the conversation as it was last seen. A message says who spoke and what, in one of a few ways. What is no text of the
two speakers (tools, hidden prompts, reasoning) is left out; an image or a file is named in brackets.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Literal

from studio.protocol import LogLine

_ROLES: dict[str, Literal["user", "assistant", "system"]] = {
    "user": "user", "human": "user", "you": "user", "prompter": "user",
    "assistant": "assistant", "gpt": "assistant", "chatgpt": "assistant", "bot": "assistant", "model": "assistant",
    "claude": "assistant", "ai": "assistant",
    "system": "system",
}  # fmt: skip
_WHO = ("role", "sender", "from", "author")
_WHAT = ("text", "content", "value", "message")
_WHEN = ("timestamp", "create_time", "created_at", "createdAt", "updated_at", "date")
_LISTS = ("messages", "chat_messages", "conversations", "conversation")
_TITLES = ("title", "name")
_UNSEEN = frozenset({"thinking", "reasoning", "thoughts", "reasoning_recap", "tool_use", "tool_result", "code",
                     "execution_output", "user_editable_context", "model_editable_context", "tool_call"})  # fmt: skip
"""Kinds of content that were not said by one of the two to the other."""


def conversations(data: Any) -> Iterator[tuple[str, list[LogLine]]]:
    """Title and messages of every conversation in parsed JSON: a list of them, one alone, or an object with a list.

    What has no messages in any known form is passed over.
    """
    if isinstance(data, list):
        if data and all(_speaker(item) for item in data):  # the messages of one conversation
            yield "", _lines(data)
        else:
            for item in data:
                yield from conversations(item) if isinstance(item, dict) else ()
    elif isinstance(data, dict):
        messages = _messages(data)
        if messages is not None:
            yield _first_text(data, _TITLES), _lines(messages)
        else:
            for key in ("conversations", "chats", "data", "chat", "history"):
                if isinstance(inner := data.get(key), list | dict):
                    for title, lines in conversations(inner):
                        yield title or _first_text(data, _TITLES), lines
                    return


def _messages(chat: Mapping[str, Any]) -> list[Any] | None:
    """The messages of a conversation, oldest first; None where the object is no conversation."""
    for key in ("mapping", "messages"):  # a tree: ChatGPT, Open WebUI
        if isinstance(tree := chat.get(key), dict):
            return _branch(tree, chat.get("current_node") or chat.get("currentId"))
    for key in _LISTS:
        found = chat.get(key)
        if isinstance(found, list) and (not found or any(_speaker(_chosen(item)) for item in found)):
            return found
    return None


def _branch(tree: Mapping[str, Any], leaf: Any) -> list[Any]:
    """The messages from the root of a tree to `leaf`, or to its last node where that is not told."""
    if not isinstance(leaf, str) or leaf not in tree:
        parents = {_parent(node) for node in tree.values()}
        leaves = [key for key in tree if key not in parents]
        leaf = leaves[-1] if leaves else None
    path: list[Any] = []
    seen: set[str] = set()
    while isinstance(leaf, str) and leaf in tree and leaf not in seen:
        seen.add(leaf)
        node = tree[leaf]
        if isinstance(node, dict):
            path.append(node["message"] if isinstance(node.get("message"), dict) else node)
        leaf = _parent(node)
    return path[::-1]


def _parent(node: Any) -> Any:
    return (node.get("parent") or node.get("parentId")) if isinstance(node, dict) else None


def _lines(messages: list[Any]) -> list[LogLine]:
    lines = []
    for item in map(_chosen, messages):
        role = _speaker(item)
        if role is None or role == "system" or _is_hidden(item):
            continue
        text = next((words for key in _WHAT if (words := _words(item.get(key)))), "")
        named = "\n".join(f"[{name}]" for name in _attachments(item))
        if text := "\n\n".join(filter(None, (text, named))):
            lines.append(LogLine(role, text, _moment(item), ""))
    return lines


def _chosen(item: Any) -> Any:
    """Of a message with versions (LM Studio) the one that was shown."""
    versions = item.get("versions") if isinstance(item, dict) else None
    if not isinstance(versions, list) or not versions:
        return item
    place = item.get("currentlySelected", 0)
    chosen = versions[place if isinstance(place, int) and 0 <= place < len(versions) else 0]
    if isinstance(chosen, dict) and isinstance(steps := chosen.get("steps"), list):
        return {**chosen, "content": [step.get("content") for step in steps if isinstance(step, dict)]}
    return chosen


def _speaker(item: Any) -> Literal["user", "assistant", "system"] | None:
    """Who spoke, None where the item is no message."""
    if not isinstance(item, dict):
        return None
    for key in _WHO:
        who = item.get(key)
        who = who.get("role") if isinstance(who, dict) else who
        if isinstance(who, str):
            return _ROLES.get(who.lower())
    return None


def _is_hidden(item: Mapping[str, Any]) -> bool:
    meta, content = item.get("metadata"), item.get("content")
    if isinstance(meta, dict) and meta.get("is_visually_hidden_from_conversation") is True:
        return True
    return isinstance(content, dict) and content.get("content_type") in _UNSEEN


def _words(content: Any) -> str:
    """The text of a message's content: a string, a list of parts, or an object with parts."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        flat = [inner for part in content for inner in (part if isinstance(part, list) else [part])]
        return "\n".join(filter(None, map(_words, flat)))
    if isinstance(content, dict):
        kind = str(content.get("type") or content.get("content_type") or "")
        if kind in _UNSEEN:
            return ""
        for key in ("parts", "text", "content", "value"):
            if isinstance(inner := content.get(key), str | list | dict) and (words := _words(inner)):
                return words
        if any(word in kind for word in ("image", "audio", "video", "file", "document")):
            return f"[{kind.split('_')[0]}]"
    return ""


def _attachments(item: Mapping[str, Any]) -> Iterator[str]:
    for key in ("attachments", "files"):
        listed = item.get(key)
        for attached in listed if isinstance(listed, list) else ():
            if name := _first_text(attached, ("file_name", "name")) if isinstance(attached, dict) else "":
                yield " ".join(name.split())


def _moment(item: Mapping[str, Any]) -> str:
    """When it was said, ISO 8601 in UTC; "" where that is not told."""
    for key in _WHEN:
        if found := as_moment(item.get(key)):
            return found
    return ""


def as_moment(value: Any) -> str:
    """A time as seconds or milliseconds since 1970, or in ISO 8601, as ISO 8601 in UTC; "" for what is none."""
    try:
        if isinstance(value, str) and value:
            moment = datetime.fromisoformat(value)
            moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        elif isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and value > 0:
            moment = datetime.fromtimestamp(value / 1000 if value > 1e11 else value, UTC)
        else:
            return ""
    except (ValueError, OverflowError, OSError):
        return ""
    return moment.isoformat(timespec="milliseconds")


def _first_text(item: Mapping[str, Any], keys: tuple[str, ...]) -> str:
    return next((item[key] for key in keys if isinstance(item.get(key), str)), "")
