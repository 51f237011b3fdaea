"""Two souls side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.errors import Message
from studio.protocol import (
    AskBoth,
    BothAnswered,
    Compare,
    Compared,
    EngineFailure,
    FindLived,
    ForgetCost,
    ForgetMessages,
    JobProgress,
    MessagesForgotten,
    PlanForgetting,
)
from studio.worker.context import WorkerContext, lines
from studio.worker.souls import shown_entries, soul_facts

if TYPE_CHECKING:
    from engine.io.soul import Soul, SoulMeta


def compare(context: WorkerContext, command: Compare) -> Compared:
    """How two entries differ."""
    from engine.session.compare import compare as differ

    found = differ(_soul(context, command.first), _soul(context, command.second))
    return Compared(
        found.whole.change,
        tuple(layer.change for layer in found.layers),
        tuple(tuple(map(float, row)) for row in found.heads),
        found.tokens,
    )


def ask_both(context: WorkerContext, command: AskBoth) -> BothAnswered:
    """Put the same words to both; the soul that is awake is, bit for bit, the same afterwards."""
    from engine.runtime.base import Cancelled
    from engine.text.sampling import SamplingParams
    from engine.text.template import ChatMessage

    souls = [_soul(context, command.first), _soul(context, command.second)]
    llama = context.memory.llama
    here = llama.snapshot()
    answers: list[str] = []
    try:
        for soul in souls:
            llama.set_soul(soul)
            said: list[str] = []

            def listen(text: str, said: list[str] = said) -> bool:
                said.append(text)
                return not context.cancelled()

            try:
                llama.stream_chat(
                    [ChatMessage("user", command.words)],
                    command.max_tokens,
                    SamplingParams(temperature=0.0),
                    listen,
                    cancel=context.cancelled,
                )
            except Cancelled:
                said.clear()
            answers.append("".join(said).strip())
    finally:
        llama.restore(here)
    return BothAnswered((answers[0], answers[1]))


def _soul(context: WorkerContext, moment: str) -> Soul:
    """An entry of any soul of the model, or the one that is awake."""
    memory = context.memory
    if not moment:
        memory.save()  # what the soul stood aside from ends with this
        return memory.llama.soul()
    for mate in memory.registry.all():
        if any(file.id == moment for file in mate.store.kept()):
            return mate.store.read(moment)
    raise EngineFailure(Message("That entry is not kept any more."))


def lived_in(context: WorkerContext, command: FindLived) -> tuple[str, ...]:
    """The ids of what was said between two entries."""
    from engine.session.history import history_of, turns_of

    turns = turns_of(context.memory.log.entries())
    before = (
        {turn.id for turn in history_of(_meta(context, command.grew_from), turns).turns()} if command.grew_from else ()
    )
    lived = history_of(_meta(context, command.moment), turns).turns()
    return tuple(entry.id for turn in lived if turn.id not in before for entry in turn.heard if entry.role == "user")


def plan(context: WorkerContext, command: PlanForgetting) -> ForgetCost:
    """What it would take."""
    made = context.memory.forget_plan(*command.ids, pinned_too=command.pinned_too)
    return ForgetCost(
        len(made.reduced.gone),
        len(made.rebuilds),
        any(one.start is None for one in made.rebuilds),
        sum(one.turns for one in made.rebuilds),
        sum(one.nights for one in made.rebuilds),
        made.tokens,
        made.seconds,
        len(made.deleted),
        len(made.stale),
    )


def forget(context: WorkerContext, command: ForgetMessages) -> MessagesForgotten:
    """Forget, and go on as the soul that never heard it."""
    from engine.runtime.base import Cancelled

    memory = context.memory
    made = memory.forget_plan(*command.ids, pinned_too=command.pinned_too)
    try:
        memory.forget(made, context.cancelled, lambda share: context.tell(JobProgress(share)))
        done = True
    except Cancelled:
        done = False
    return MessagesForgotten(done, soul_facts(memory), lines(shown_entries(context.begin_anew())))


def _meta(context: WorkerContext, moment: str) -> SoulMeta:
    """Of an entry of any soul of the model, or of the soul that is awake."""
    from engine.session.timeline import Timeline

    if not moment:
        return context.memory.soul.meta
    for mate in context.memory.registry.all():
        for one in Timeline(mate.store).moments():
            if one.id == moment:
                return one.meta
    raise EngineFailure(Message("That entry is not kept any more."))


HANDLERS = {Compare: compare, AskBoth: ask_both, FindLived: lived_in, PlanForgetting: plan, ForgetMessages: forget}
