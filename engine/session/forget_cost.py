"""What living a stretch of a life again costs, said before it is done."""

from __future__ import annotations

import time
from collections.abc import Sequence

from engine.llama import Llama
from engine.session.history import Step, Turn

_READ, _WRITTEN = 128, 8
"""Tokens fed to measure, as one chunk and one by one."""


def tokens_of(llama: Llama, step: Step) -> int:
    """Tokens that a step makes a soul live; for a night, as many as it was."""
    read, written = _tokens(llama, step)
    return read + written


def seconds_to_replay(llama: Llama, steps: Sequence[Step]) -> float:
    """Expected time of `steps` on this machine as it is now: measured by feeding a few tokens; a night takes as long as
    it did. The state of `llama` is the same afterwards."""
    if not steps:
        return 0.0
    here = llama.snapshot()
    try:
        began = time.perf_counter()
        llama.runtime.prefill([0] * _READ, logits=False)
        reading = (time.perf_counter() - began) / _READ
        began = time.perf_counter()
        for _ in range(_WRITTEN):
            llama.runtime.step(0)
        writing = (time.perf_counter() - began) / _WRITTEN
    finally:
        llama.restore(here)
    seconds = 0.0
    for step in steps:
        read, written = _tokens(llama, step)
        told = None if isinstance(step, Turn) else step.event.get("seconds")
        seconds += float(told) if isinstance(told, (int, float)) else read * reading + written * writing
    return seconds


def _tokens(llama: Llama, step: Step) -> tuple[int, int]:
    """Tokens that are read in chunks, and those that are fed one by one."""
    if isinstance(step, Turn):
        return len(llama.template.render_ids(llama.tokenizer, step.messages, reply=True)), len(step.tokens)
    tokens = step.event.get("tokens", 0) if step.kind == "sleep" else 0
    return (tokens if isinstance(tokens, int) else 0), 0
