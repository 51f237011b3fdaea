"""Ordinary talk: what the untouched model answers to everyday requests, so that a memory can leave it as it is."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

from engine.errors import FileFormatError
from engine.io import atomic
from engine.llama import Llama
from engine.text.chat_message import ChatMessage
from engine.text.sampling import SamplingParams

LENGTH = 32
"""Tokens of a reply at most."""


def ordinary_replies(
    llama: Llama,
    prompts: Sequence[str],
    cache: Path,
    stop: Callable[[], bool] = lambda: False,
    progress: Callable[[int, int], None] = lambda *_: None,
) -> list[tuple[str, str]]:
    """Every request with the likeliest reply of a model that has no memory, kept in the file `cache`.

    What is there already is not made again. Ends early when `stop` says True, with what it has.
    Raises `FileFormatError` where `cache` is no such file.
    """
    made = _read(cache)
    for number, prompt in enumerate(prompts):
        if stop():
            break
        if prompt in made:
            continue
        llama.new_conversation()
        made[prompt] = llama.stream_chat([ChatMessage("user", prompt)], LENGTH, SamplingParams(temperature=0)).text
        progress(number + 1, len(prompts))
        if number % 50 == 49 or number + 1 == len(prompts):
            atomic.write_text(cache, json.dumps(made, ensure_ascii=False, indent=0))
    return [(prompt, made[prompt]) for prompt in prompts if made.get(prompt, "").strip()]


def _read(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(found, dict) and all(isinstance(text, str) for text in found.values()):
            return found
    except (ValueError, UnicodeDecodeError):
        pass
    raise FileFormatError("{path} is damaged; delete it, and it will be made again.", path=path)
