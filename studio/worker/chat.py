"""Talking: an exchange, and going on as another version of one."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from studio.protocol import (
    AnswerWithoutSoul,
    AskWithoutSoul,
    ImportLines,
    LinesImported,
    ReplyChunk,
    Said,
    Sampling,
    Say,
    SwitchVersion,
    VersionSwitched,
)
from studio.worker.context import WorkerContext, lines, shown
from studio.worker.souls import soul_facts

if TYPE_CHECKING:
    from engine.session.memory_session import MemorySession
    from engine.text.sampling import SamplingParams


def _surprise(memory: MemorySession) -> float:
    """The mean inner loss of the last token, over all layers; 0 where the model has none."""
    return float(memory.llama.learning_runtime.inner_losses.mean()) if memory.llama.learns else 0.0


def say(context: WorkerContext, command: Say) -> Said:
    """Hold one exchange; the reply is streamed."""
    memory, turns = context.memory, context.turns
    first = 0.0

    def on_text(text: str) -> bool:
        nonlocal first
        first = first or time.perf_counter()
        context.tell(ReplyChunk(text, _surprise(memory)))
        return not context.cancelled()

    memory.use_notes = command.use_notes
    if (command.conversation, command.dial) != (memory.conversation, memory.dial):
        memory.new_conversation(command.conversation, command.dial)
    learns = command.dial == "learn"
    if learns:
        turns.begin(command.instead_of)
    else:  # a mark taken while the soul stands aside would be of a state that it never lives
        turns.clear()
    level = memory.level
    try:
        reply = memory.say(
            command.text,
            command.conversation,
            command.system,
            _params(command.sampling),
            command.max_tokens,
            on_text,
            context.cancelled,
            command.dial,
            command.rate,
        )
    except BaseException:
        context.new_lines()
        if learns:
            turns.give_up()
        raise
    lines = context.new_lines()
    if learns:
        turns.finish(lines)
    writing = time.perf_counter() - first if first else 0.0
    return Said(
        shown(lines),
        soul_facts(memory),
        reply.tokens,
        memory.level - level if memory.llama.learns else 0,
        reply.seconds,
        (reply.tokens - 1) / writing if writing > 0 and reply.tokens > 1 else 0.0,
        reply.stopped,
        turns.turns(),
        reply.unsaved,
    )


def switch(context: WorkerContext, command: SwitchVersion) -> VersionSwitched:
    """Go on as another version of an exchange."""
    memory = context.memory
    lines = context.turns.switch(command.line, command.version)
    return VersionSwitched(shown(lines), soul_facts(memory), context.turns.turns())


def ask_newborn(context: WorkerContext, command: AskWithoutSoul) -> AnswerWithoutSoul:
    """Have something answered without the soul."""
    done = context.memory.answer_without_soul(
        command.text,
        command.system,
        _params(command.sampling),
        command.max_tokens,
        context.cancelled,
        command.rate,
    )
    return AnswerWithoutSoul(done.text, done.stopped)


def _params(sampling: Sampling) -> SamplingParams:
    from engine.text.sampling import SamplingParams

    return SamplingParams(
        sampling.temperature, sampling.top_k, sampling.top_p, beams=sampling.beams, seed=sampling.seed
    )


def take_in(context: WorkerContext, command: ImportLines) -> LinesImported:
    """Add messages from elsewhere to the log, to be slept on."""
    from engine.io.conversation_log import NewEntry

    memory = context.memory
    said = [NewEntry(line.role, line.text, line.conversation, line.timestamp) for line in command.lines]
    entries = memory.log.extend(said, memory.store.key)
    context.new_lines()
    return LinesImported(lines(entries), soul_facts(memory))


HANDLERS = {Say: say, SwitchVersion: switch, AskWithoutSoul: ask_newborn, ImportLines: take_in}
