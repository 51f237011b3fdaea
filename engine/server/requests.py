"""What clients ask, checked: from the JSON of OpenAI's API to what the engine takes. What cannot be kept is refused."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.server.errors import ApiError, bad_parameter
from engine.server.limits import Limits
from engine.text.sampling import CHAT_BEAMS, SamplingParams

_IGNORED = frozenset({"user", "metadata", "store", "service_tier", "safety_identifier", "prompt_cache_key"})
"""Parameters that change nothing of an answer."""

_NEUTRAL: Mapping[str, tuple[Any, ...]] = {
    "n": (1,),
    "best_of": (1,),
    "presence_penalty": (0,),
    "frequency_penalty": (0,),
    "logit_bias": ({},),
    "logprobs": (False,),
    "top_logprobs": (0,),
    "echo": (False,),
    "suffix": ("",),
    "tools": ([],),
    "tool_choice": ("none", "auto"),
    "parallel_tool_calls": (True, False),
    "functions": ([],),
    "response_format": ({"type": "text"},),
    "modalities": (["text"],),
}
"""Parameters that can be kept only where they ask for nothing, and the values with which they do so."""

_SAMPLING = frozenset({"temperature", "top_p", "top_k", "repetition_penalty", "seed"})
_COMMON = frozenset({"model", "max_tokens", "max_completion_tokens", "stop", "stream", "stream_options"}) | _SAMPLING
_MOST_STOPS = 16


@dataclass(frozen=True)
class Wish:
    """What chat and plain completions have in common."""

    model: str
    sampling: SamplingParams
    max_tokens: int
    stop: tuple[str, ...]
    stream: bool
    include_usage: bool
    """Whether a streamed answer ends with its usage."""


@dataclass(frozen=True)
class ChatRequest:
    """A conversation, and what is said in it now."""

    wish: Wish
    system: str
    exchanges: tuple[tuple[str, str], ...]
    """What was said and answered before, as the client tells it."""
    text: str
    """What is said now."""


@dataclass(frozen=True)
class CompletionRequest:
    """A text that is to be gone on with."""

    wish: Wish
    prompt: str


def parse_object(body: bytes) -> dict[str, Any]:
    """A body as a JSON object. Raises `ApiError`."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        raise ApiError(400, "invalid_json", "The body is not valid JSON.") from None
    if not isinstance(data, dict):
        raise ApiError(400, "invalid_json", "The body must be a JSON object.")
    return data


def chat_request(body: bytes, limits: Limits) -> ChatRequest:
    """What ``/v1/chat/completions`` takes. Raises `ApiError` or `ConfigError`."""
    data = parse_object(body)
    wish = _wish(data, {"messages"}, limits, CHAT_BEAMS)
    messages = _messages(data.get("messages"))
    system = ""
    if messages and messages[0][0] == "system":
        system = messages.pop(0)[1]
    roles = [role for role, _ in messages]
    if not roles or roles[-1] != "user":
        raise bad_parameter("messages", "The last message must be the user's: an answer cannot be gone on with.")
    if roles != ["user", "assistant"] * (len(roles) // 2) + ["user"]:
        raise bad_parameter(
            "messages", "System messages must come first, and after them the user's and the assistant's by turns."
        )
    texts = [text for _, text in messages]
    return ChatRequest(wish, system, tuple(zip(texts[:-1:2], texts[1::2], strict=True)), texts[-1])


def completion_request(body: bytes, limits: Limits) -> CompletionRequest:
    """What ``/v1/completions`` takes. Raises `ApiError` or `ConfigError`."""
    data = parse_object(body)
    wish = _wish(data, {"prompt"}, limits, 1)
    prompt = data.get("prompt", "")
    if isinstance(prompt, list) and len(prompt) == 1:
        prompt = prompt[0]
    if not isinstance(prompt, str):
        raise bad_parameter("prompt", "The prompt must be one text.")
    return CompletionRequest(wish, prompt)


def _wish(data: dict[str, Any], own: set[str], limits: Limits, beams: int) -> Wish:
    given = {name: value for name, value in data.items() if value is not None and name not in _IGNORED}
    for name, value in given.items():
        if name in _NEUTRAL:
            if not any(value == neutral and type(value) is type(neutral) for neutral in _NEUTRAL[name]) and not (
                isinstance(value, float) and value in _NEUTRAL[name]
            ):
                raise bad_parameter(name, f"{name} is not supported; leave it out.")
        elif name not in _COMMON and name not in own:
            raise ApiError(400, "unknown_parameter", "A parameter is unknown here; leave it out.", name[:64])
    model = given.get("model")
    if not isinstance(model, str):
        raise bad_parameter("model", "The model must be named; /v1/models lists them.")
    sampling = {name: given[name] for name in _SAMPLING if name in given}
    chosen = {"temperature": 0.2, "beams": 1 if sampling.keys() - {"seed"} else beams} | sampling
    return Wish(
        model,
        SamplingParams(**chosen),
        _max_tokens(given, limits),
        _stops(given.get("stop")),
        _flag(given, "stream"),
        _flag(_object(given, "stream_options"), "include_usage"),
    )


def _max_tokens(given: Mapping[str, Any], limits: Limits) -> int:
    name = "max_completion_tokens" if "max_completion_tokens" in given else "max_tokens"
    value = given.get(name, limits.default_tokens)
    if type(value) is not int or value < 1:
        raise bad_parameter(name, f"{name} must be a whole number from 1.")
    return min(value, limits.tokens)


def _stops(value: object) -> tuple[str, ...]:
    stops = [value] if isinstance(value, str) else value if isinstance(value, list) else [] if value is None else None
    if stops is None or len(stops) > _MOST_STOPS or not all(isinstance(stop, str) and stop for stop in stops):
        raise bad_parameter("stop", f"stop must be a text that is not empty, or at most {_MOST_STOPS} of them.")
    return tuple(stops)


def _flag(given: Mapping[str, Any], name: str) -> bool:
    value = given.get(name, False)
    if not isinstance(value, bool):
        raise bad_parameter(name, f"{name} must be true or false.")
    return value


def _object(given: Mapping[str, Any], name: str) -> dict[str, Any]:
    value = given.get(name, {})
    if not isinstance(value, dict):
        raise bad_parameter(name, f"{name} must be an object.")
    return value


def _messages(value: object) -> list[tuple[str, str]]:
    """Roles and texts; neighbours of one role are one message."""
    if not isinstance(value, list) or not value:
        raise bad_parameter("messages", "messages must be a list that is not empty.")
    found: list[tuple[str, str]] = []
    for message in value:
        role = message.get("role") if isinstance(message, dict) else None
        role = "system" if role == "developer" else role
        if role not in ("system", "user", "assistant"):
            raise bad_parameter("messages", "Each message needs the role system, user or assistant.")
        if message.get("tool_calls") or message.get("function_call"):
            raise bad_parameter("messages", "Calls of tools are not supported.")
        text = _text(message.get("content"))
        if found and found[-1][0] == role:
            found[-1] = role, f"{found[-1][1]}\n\n{text}"
        else:
            found.append((role, text))
    return found


def _text(content: object) -> str:
    parts = content if isinstance(content, list) else [content]
    texts = []
    for part in parts:
        text = part.get("text") if isinstance(part, dict) and part.get("type") == "text" else part
        if not isinstance(text, str):
            raise bad_parameter("messages", "The content of a message must be text.")
        try:
            text.encode()
        except UnicodeEncodeError:
            raise bad_parameter("messages", "The content of a message is not valid Unicode.") from None
        texts.append(text)
    return "\n".join(texts)
