"""Real forgetting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.errors import Told
from studio.messages import EngineFailure, Forget, ForgetCost, Forgot, LivedIn, PlanForgetting, Progress
from studio.worker.desk import Desk, lines
from studio.worker.souls import shown_entries, soul_facts

if TYPE_CHECKING:
    from engine.io.soul import SoulMeta


def lived_in(desk: Desk, command: LivedIn) -> tuple[str, ...]:
    """The ids of what was said between two entries."""
    from engine.session.history import life_of, turns_of

    turns = turns_of(desk.mind.log.entries())
    before = {turn.id for turn in life_of(_meta(desk, command.grew_from), turns).turns()} if command.grew_from else ()
    lived = life_of(_meta(desk, command.moment), turns).turns()
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
    for mate in desk.mind.household.all():
        for one in Timeline(mate.store).moments():
            if one.id == moment:
                return one.meta
    raise EngineFailure(Told("That entry is not kept any more."))


HANDLERS = {LivedIn: lived_in, PlanForgetting: plan, Forget: forget}
