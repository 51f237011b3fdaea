"""Two souls side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.errors import Told
from studio.messages import Answered, AskBoth, Compare, Compared, EngineFailure
from studio.worker.desk import Desk

if TYPE_CHECKING:
    from engine.io.soul import Soul


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
    from engine.text.template import Message

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
                    [Message("user", command.words)],
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
    for mate in mind.household.all():
        if any(file.id == moment for file in mate.store.kept()):
            return mate.store.read(moment)
    raise EngineFailure(Told("That entry is not kept any more."))


HANDLERS = {Compare: compare, AskBoth: ask_both}
