"""Two souls side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.errors import Message
from studio.protocol import (
    Answered,
    AskBoth,
    Compare,
    Compared,
    EngineFailure,
    Forget,
    ForgetCost,
    Forgot,
    LivedIn,
    PlanForgetting,
    Progress,
)
from studio.worker.context import Desk, lines
from studio.worker.souls import shown_entries, soul_facts

if TYPE_CHECKING:
    from engine.io.soul import Soul, SoulMeta


def compare(desk: Desk, command: Compare) -> Compared:
    """How two entries differ."""
    from engine.session.compare import compare as differ

    found = differ(_soul(desk, command.first), _soul(desk, command.second))
    return Compared(
        found.whole.change,
        tuple(layer.change for layer in found.layers),
        tuple(tuple(map(float, row)) for row in found.heads),
        found.tokens,
    )


def ask_both(desk: Desk, command: AskBoth) -> Answered:
    """Put the same words to both; the soul that is awake is, bit for bit, the same afterwards."""
    from engine.runtime.base import Cancelled
    from engine.text.sampling import SamplingParams
    from engine.text.template import ChatMessage

    souls = [_soul(desk, command.first), _soul(desk, command.second)]
    llama = desk.mind.llama
    here = llama.snapshot()
    answers: list[str] = []
    try:
        for soul in souls:
            llama.set_soul(soul)
            said: list[str] = []

            def listen(text: str, said: list[str] = said) -> bool:
                said.append(text)
                return not command.cancel.is_set()

            try:
                llama.stream_chat(
                    [ChatMessage("user", command.words)],
                    command.max_tokens,
                    SamplingParams(temperature=0.0),
                    listen,
                    cancel=command.cancel.is_set,
                )
            except Cancelled:
                said.clear()
            answers.append("".join(said).strip())
    finally:
        llama.restore(here)
    return Answered((answers[0], answers[1]))


def _soul(desk: Desk, moment: str) -> Soul:
    """An entry of any soul of the body, or the one that is awake."""
    mind = desk.mind
    if not moment:
        mind.save()  # what the soul stood aside from ends with this
        return mind.llama.soul()
    for mate in mind.registry.all():
        if any(file.id == moment for file in mate.store.kept()):
            return mate.store.read(moment)
    raise EngineFailure(Message("That entry is not kept any more."))


def lived_in(desk: Desk, command: LivedIn) -> tuple[str, ...]:
    """The ids of what was said between two entries."""
    from engine.session.history import history_of, turns_of

    turns = turns_of(desk.mind.log.entries())
    before = (
        {turn.id for turn in history_of(_meta(desk, command.grew_from), turns).turns()} if command.grew_from else ()
    )
    lived = history_of(_meta(desk, command.moment), turns).turns()
    return tuple(entry.id for turn in lived if turn.id not in before for entry in turn.heard if entry.role == "user")


def plan(desk: Desk, command: PlanForgetting) -> ForgetCost:
    """What it would take."""
    made = desk.mind.forget_plan(*command.ids, pinned_too=command.pinned_too)
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


def forget(desk: Desk, command: Forget) -> Forgot:
    """Forget, and go on as the soul that never heard it."""
    from engine.runtime.base import Cancelled

    mind = desk.mind
    made = mind.forget_plan(*command.ids, pinned_too=command.pinned_too)
    try:
        mind.forget(made, command.cancel.is_set, lambda share: desk.tell(Progress(command.request, share)))
        done = True
    except Cancelled:
        done = False
    return Forgot(done, soul_facts(mind), lines(shown_entries(desk.begin_anew())))


def _meta(desk: Desk, moment: str) -> SoulMeta:
    """Of an entry of any soul of the body, or of the soul that is awake."""
    from engine.session.timeline import Timeline

    if not moment:
        return desk.mind.soul.meta
    for mate in desk.mind.registry.all():
        for one in Timeline(mate.store).moments():
            if one.id == moment:
                return one.meta
    raise EngineFailure(Message("That entry is not kept any more."))


HANDLERS = {Compare: compare, AskBoth: ask_both, LivedIn: lived_in, PlanForgetting: plan, Forget: forget}
