"""Living a stretch of a life again: the one way in which a soul is made anew from a log.

A pure function of the soul to begin with, the steps, and the messages that nights may draw on: on the same runtime with
the same chunk and threads, the same input gives the same bits; and the steps of a life, unchanged, give the soul that
lived them. What it costs can be said before.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from engine.errors import ConfigError
from engine.io.conversation_log import Entry
from engine.io.soul import Soul
from engine.llama import Llama
from engine.runtime.base import Cancel, Cancelled
from engine.session.history import CLEARING, NIGHTS, SoulEvent, Step, Turn, slept_until
from engine.session.soul_store import after_event
from engine.sleep import repeat_sleep

OnStep = Callable[[Step], None]
"""Told after every step, with the soul as it then is."""

_READ, _WRITTEN = 128, 8
"""Tokens that `seconds_to_replay` feeds to measure, as one chunk and one by one."""

_OF_ITS_TIME = frozenset({"event", "id", "created", "level", "note", "lived", "former"})


def replay(
    llama: Llama,
    start: Soul | None,
    steps: Sequence[Step],
    heard: Sequence[Entry],
    cancel: Cancel | None = None,
    on_step: OnStep = lambda _: None,
) -> None:
    """Live `steps` from `start` (None: newborn); `llama` is then the soul that they make, its history theirs.

    Args:
        llama: whose state this becomes.
        start: a kept soul.
        steps: turns and events, as in a `History`.
        heard: all messages that this soul heard, in the order of the log: what its nights replay.
        cancel: asked before every chunk and token; `Cancelled` is raised then.
        on_step: told of each step that was done.

    Each turn is lived at the rate that it was lived at, each night is slept with its settings. Whatever is raised, the
    caller puts the former state back.
    """
    if start is None:
        llama.reset_state()
    else:
        llama.set_soul(start)
    for step in steps:
        if cancel is not None and cancel():
            raise Cancelled(0)
        if isinstance(step, Turn):
            if step.begins:
                llama.new_conversation()
            with llama.at_rate(step.rate):
                llama.replay(step.messages(llama.default_system), step.tokens, cancel, step.reply.text, step.max_tokens)
            llama.adopt(replace(llama.meta, lived=step.id))
        else:
            _happen(llama, step, heard, cancel)
        on_step(step)


def _happen(llama: Llama, step: SoulEvent, heard: Sequence[Entry], cancel: Cancel | None) -> None:
    event = step.event
    facts = {key: value for key, value in event.items() if key not in _OF_ITS_TIME} | {"former": ""}
    if step.kind == "blend":
        raise ConfigError("A soul that was blended from two cannot be made anew by living one of their lives again.")
    if step.kind in CLEARING:
        llama.new_conversation()
    if step.kind in NIGHTS:
        upto, until = str(event.get("heard", "")), slept_until(llama.soul_history) or ""
        new = [entry for entry in heard if until < entry.id <= upto]
        report = repeat_sleep(llama, new, [entry for entry in heard if entry.id <= until], event, cancel)
        if report.woken:
            raise Cancelled(0)
        llama.new_conversation()
    llama.adopt(after_event(llama.meta, step.kind, str(event.get("note", "")), facts))  # type: ignore[arg-type]


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
        llama.runtime.reset_transient()  # so that there is room
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
        messages = step.messages(llama.default_system)
        return len(llama.template.render_ids(llama.tokenizer, messages, reply=True)), len(step.tokens)
    tokens = step.event.get("tokens", 0) if step.kind in NIGHTS else 0
    return (tokens if isinstance(tokens, int) else 0), 0
