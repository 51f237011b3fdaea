"""Talking: an exchange, and going on as another version of one."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from studio.protocol import AskNewborn, NewbornSaid, Said, Sampling, Say, Switch, Switched, TakeIn, TakenIn, Token
from studio.worker.context import Desk, lines, shown
from studio.worker.souls import soul_facts

if TYPE_CHECKING:
    from engine.session.memory_session import MemorySession
    from engine.text.sampling import SamplingParams


def _surprise(mind: MemorySession) -> float:
    """The mean inner loss of the last token, over all layers; 0 where the model has none."""
    return float(mind.llama.learning_runtime.inner_losses.mean()) if mind.llama.learns else 0.0


def say(desk: Desk, command: Say) -> Said:
    """Hold one exchange; the reply is streamed."""
    mind, turns = desk.mind, desk.turns
    first = 0.0

    def on_text(text: str) -> bool:
        nonlocal first
        first = first or time.perf_counter()
        desk.tell(Token(command.request, text, _surprise(mind)))
        return not command.cancel.is_set()

    if (command.conversation, command.dial) != (mind.conversation, mind.dial):
        mind.new_conversation(command.conversation, command.dial)
    learns = command.dial == "learn"
    if learns:
        turns.begin(command.instead_of)
    else:  # a mark taken while the soul stands aside would be of a state that it never lives
        turns.clear()
    level = mind.level
    try:
        reply = mind.say(
            command.text,
            command.conversation,
            command.system,
            _params(command.sampling),
            command.max_tokens,
            on_text,
            command.cancel.is_set,
            command.dial,
            command.rate,
        )
    except BaseException:
        desk.new_lines()
        if learns:
            turns.give_up()
        raise
    lines = desk.new_lines()
    if learns:
        turns.finish(lines)
    writing = time.perf_counter() - first if first else 0.0
    return Said(
        shown(lines),
        soul_facts(mind),
        reply.tokens,
        mind.level - level,
        reply.seconds,
        (reply.tokens - 1) / writing if writing > 0 and reply.tokens > 1 else 0.0,
        reply.stopped,
        turns.turns(),
        reply.unsaved,
    )


def switch(desk: Desk, command: Switch) -> Switched:
    """Go on as another version of an exchange."""
    mind = desk.mind
    lines = desk.turns.switch(command.line, command.version)
    return Switched(shown(lines), soul_facts(mind), desk.turns.turns())


def ask_newborn(desk: Desk, command: AskNewborn) -> NewbornSaid:
    """Have something answered without the soul."""
    done = desk.mind.answer_without_soul(
        command.text,
        command.system,
        _params(command.sampling),
        command.max_tokens,
        command.cancel.is_set,
        command.rate,
    )
    return NewbornSaid(done.text, done.stopped)


def _params(sampling: Sampling) -> SamplingParams:
    from engine.text.sampling import SamplingParams

    return SamplingParams(
        sampling.temperature, sampling.top_k, sampling.top_p, beams=sampling.beams, seed=sampling.seed
    )


def take_in(desk: Desk, command: TakeIn) -> TakenIn:
    """Add messages from elsewhere to the log, to be slept on."""
    mind = desk.mind
    entries = [mind.log.append(line.role, line.text, line.conversation, mind.store.key) for line in command.lines]
    desk.new_lines()
    return TakenIn(lines(entries), soul_facts(mind))


HANDLERS = {Say: say, Switch: switch, AskNewborn: ask_newborn, TakeIn: take_in}
